"""The standard portfolios, fixed before anything is measured. Source: METHODS 0.3, 5.5, 6.1."""

from dataclasses import dataclass

from core.domain.policy import ProfileName
from core.domain.units import Asset

BTC, ETH = Asset("BTC"), Asset("ETH")


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A standard portfolio before it is known which coins and prices there are.

    Attributes:
        key: its short name.
        name: its name in the report.
        fixed: (coin, percent) that must be there.
        others: coins of which the first ``places`` that are there get ``each`` percent.
        places, each: how many of them, and how much.
        cash: percent.
        value: what it is worth on the first day, quote currency.
        profile: its bands.
        faded: the coins were taken because they faded.
        is_brief: late approvals and single parts are left to the other portfolios.
    """

    key: str
    name: str
    fixed: tuple[tuple[Asset, int], ...]
    cash: int
    others: tuple[Asset, ...] = ()
    places: int = 0
    each: int = 0
    value: int = 100_000
    profile: ProfileName = ProfileName.STANDARD
    faded: bool = False
    is_brief: bool = False


def _coins(*names: str) -> tuple[Asset, ...]:
    return tuple(Asset(name) for name in names)


BLUEPRINTS = (
    Blueprint("A", "A: two coins", ((BTC, 50), (ETH, 50)), cash=0),
    Blueprint("B", "B: two coins and cash", ((BTC, 50), (ETH, 30)), cash=20),
    Blueprint(
        "D",
        "D: six coins and cash",
        ((BTC, 40), (ETH, 20)),
        cash=20,
        others=_coins("XRP", "ADA", "LINK", "DOGE", "LTC", "BCH", "XLM", "TRX", "BNB", "XMR"),
        places=4,
        each=5,
    ),
    Blueprint(
        "S",
        "S: a small portfolio",
        ((BTC, 50), (ETH, 30)),
        cash=20,
        value=4_000,
        profile=ProfileName.TINY,
        is_brief=True,
    ),
    Blueprint(
        "F",
        "F: coins that faded",
        ((BTC, 40), (ETH, 20)),
        cash=20,
        others=_coins("EOS", "IOTA", "NEO", "LTC"),
        places=4,
        each=5,
        faded=True,
        is_brief=True,
    ),
)
"""Source: METHODS 0.3 (A, B, D), 5.5 (S), 6.1 (F)."""

FAST = ("B",)
"""The one portfolio of a quick look."""
