"""What tests ask of a fact table."""

import re
from decimal import Decimal

from core.facts import MAX_ROWS, FactTable


def value_in(table: FactTable, name: str) -> object:
    """Return a fact's value; the fact must be there."""
    fact = table.find(name)
    assert fact is not None, f"no fact {name!r} in {[row.fact_id for row in table.facts]}"
    return fact.value


def number_in(table: FactTable, name: str) -> Decimal:
    """Return a fact's value, which must be a number."""
    found = value_in(table, name)
    assert isinstance(found, Decimal | int)
    return Decimal(found)


def check_shape(table: FactTable) -> None:
    """Insist on the form that METHODS 7.2 gives every table."""
    ids = [fact.fact_id for fact in table.facts]
    assert len(ids) <= MAX_ROWS
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name) for name in ids)
    assert not any(isinstance(fact.value, float) for fact in table.facts)
