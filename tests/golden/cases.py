"""The situations whose decisions are stored: one per edge case of METHODS 1.9, one per gate.

Each can be checked by hand; the title says what it shows. Most portfolios are worth 100,000.
"""

from tests.golden.edge_cases import EDGE_CASES
from tests.golden.gate_cases import GATE_CASES
from tests.golden.market_cases import MARKET_CASES

CASES = tuple(sorted((*EDGE_CASES, *GATE_CASES, *MARKET_CASES), key=lambda case: case.name))
