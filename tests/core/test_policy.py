"""An impossible policy cannot be made, and says all of its mistakes at once (METHODS 1.9)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.domain.errors import PolicyInvalid
from core.domain.policy import ApprovalRules, BandRules, Policy, Profile
from core.domain.units import Asset, Money, Quantity, Weight
from core.domain.watching import RegimeRules, StressRules

BTC, ETH, USD = Asset("BTC"), Asset("ETH"), Asset("USD")


def targets(**weights: str) -> tuple[tuple[Asset, Weight], ...]:
    """Return targets from texts."""
    return tuple((Asset(name), Weight(Decimal(text))) for name, text in weights.items())


def profile(cap: str, floor: str) -> Profile:
    """Return widths of a person's own."""
    return Profile(Weight(Decimal(cap)), Weight(Decimal("0.4")), Weight(Decimal(floor)))


GOOD = Policy(USD, targets(BTC="0.5", ETH="0.3", USD="0.2"))


@pytest.mark.parametrize(
    "drawn",
    [
        targets(BTC="0.5", USD="0.4999999990"),
        targets(BTC="0.5", USD="0.5000000010"),
        targets(BTC="1", USD="0"),
        targets(BTC="0", USD="1"),
    ],
)
def test_targets_may_miss_the_sum_by_a_billionth(drawn: tuple[tuple[Asset, Weight], ...]) -> None:
    """Tolerance 1e-9, both ends included."""
    assert Policy(USD, drawn).risk_assets == (BTC,)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets": targets(BTC="0.5", USD="0.4999999989")}, "must sum to 100"),
        ({"targets": targets(BTC="0.5", USD="0.5000000011")}, "must sum to 100"),
        ({"targets": targets(BTC="1.2", USD="-0.2")}, "between 0 and 100"),
        ({"targets": (*targets(BTC="0.5", USD="0.2"), (BTC, Weight(Decimal("0.3"))))}, "once"),
        ({"targets": targets(BTC="0.5", ETH="0.5")}, "quote currency USD"),
        ({"targets": targets(USD="1")}, "no coin"),
        ({"targets": targets(btc="0.5", USD="0.5")}, "capital letters"),
        ({"quote": Asset("usd")}, "quote is 'usd'"),
        ({"reserve": Money(Decimal(-1))}, "reserve is -1"),
        ({"trading_capital": Money(Decimal(0))}, "trading_capital is 0"),
        ({"cold": ((BTC, Quantity(Decimal(-1))),)}, "cold amount of BTC is -1"),
        ({"cold": ((Asset("XRP"), Quantity(Decimal(1))),)}, "add XRP = 0"),
        ({"excluded": ((ETH, Quantity(Decimal(-1))),)}, "excluded amount of ETH"),
        ({"regime": RegimeRules(asset=Asset("btc"))}, "watched by 'btc'"),
        ({"regime": RegimeRules(asset=USD)}, "regime.asset is the quote currency USD"),
        ({"stress": StressRules(correlated=(Asset("B T"),))}, "watched by 'B T'"),
        ({"bands": BandRules(delta=Weight(Decimal("1.01")))}, "between 0 .target. and 1"),
        ({"bands": BandRules(confirm=0)}, "at least 1"),
        ({"bands": BandRules(tiny_below=Money(Decimal(20_000)))}, "swap them"),
        ({"bands": BandRules(custom=profile("0.1", "0.2"))}, "floor <= cap"),
        ({"approval": ApprovalRules(time_to_live=timedelta(minutes=14))}, "15 minutes"),
        ({"approval": ApprovalRules(time_to_live=timedelta(hours=25))}, "24 hours"),
    ],
)
def test_each_mistake_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    """The sentence names the thing, the value and what was expected."""
    with pytest.raises(PolicyInvalid, match=words):
        replace(GOOD, **changes)


def test_all_mistakes_are_told_together() -> None:
    """Three mistakes, three sentences, one error."""
    with pytest.raises(PolicyInvalid) as found:
        Policy(
            USD,
            targets(BTC="0.5", USD="0.4"),
            reserve=Money(Decimal(-1)),
            bands=BandRules(confirm=0),
        )
    assert len(found.value.problems) == 3


def test_what_has_no_order_of_its_own_is_sorted() -> None:
    """Targets, cold and excluded amounts may be written in any order."""
    turned = replace(GOOD, targets=tuple(reversed(GOOD.targets)))
    assert turned == GOOD
    assert turned.risk_assets == (BTC, ETH)


def test_a_coin_without_a_target_has_target_zero() -> None:
    """Asking for it is no mistake."""
    assert GOOD.target_of(Asset("XRP")) == 0
    assert GOOD.target_of(ETH) == Decimal("0.3")
