"""Bad data never leads to a trade (INV-6, INV-7; METHODS 1.9, 3.4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codec import decode, digest_of, encode
from core.domain.decision import Decision, Gate, NoTrade, Verdict
from core.domain.errors import SnapshotInvalid
from core.domain.market import BarSeries, Level
from core.domain.policy import BandRules
from core.domain.portfolio import Balance
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.units import Asset, Price, Quantity
from core.engine import decide
from tests.dsl import MORNING, altered, codes_of, decide_on, history, orders_of, portfolio

ONCE = BandRules(confirm=1)
TWO = portfolio("BTC 0.62 @ 100000 -> 50", "ETH 2 @ 4000 -> 30", cash="30000 -> 20", bands=ONCE)
WORLD = replace(TWO.snapshot, bars=(history("BTC", 100_000.0), history("ETH", 4_000.0, shift=1)))


def codes(line: str, **changes: Any) -> list[str]:  # noqa: ANN401
    """Return the codes of a decision on BTC's line and an untouched rest."""
    situation = portfolio(line, "ETH 2 @ 4000 -> 30", cash="30000 -> 20", bands=ONCE)
    return codes_of(decide_on(situation, **changes))


def test_the_untouched_snapshot_is_believed() -> None:
    """Every other test here changes one thing of a snapshot that leads to a proposal."""
    assert decide(WORLD, TWO.policy, EngineState()).verdict is Verdict.PROPOSE


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("BTC 0.62 @ none -> 50", "PRICE_MISSING:BTC"),
        ("BTC 0.62 @ 0 -> 50", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ -1 -> 50", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ NaN -> 50", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ Infinity -> 50", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, spread -2", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, age -6", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, age 86401", "PRICE_STALE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, beside 101020", "SOURCES_DISAGREE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, beside 98900", "SOURCES_DISAGREE:BTC"),
        ("BTC 0.62 @ 102000 -> 50, beside 100000/100100", "SOURCES_DISAGREE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, beside 100000/0", "PRICE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, beside NaN", "PRICE_ABSURD:BTC"),
        ("BTC -0.62 @ 100000 -> 50", "BALANCE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, locked -1", "BALANCE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, staked NaN", "BALANCE_ABSURD:BTC"),
        ("BTC 0.62 @ 100000 -> 50, step 0", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, step NaN", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, tick 0", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, tick NaN", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, min -5", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, least NaN", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, fee -0.1", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, fee 100", "DATA_UNSAFE:BTC"),
        ("BTC 0.62 @ 100000 -> 50, fee NaN", "DATA_UNSAFE:BTC"),
    ],
)
def test_each_fault_of_a_price_a_balance_or_a_rule_is_named(line: str, code: str) -> None:
    """One fault, one code, no trade."""
    assert codes(line) == [code]


@pytest.mark.parametrize(
    "line",
    [
        "BTC 0.62 @ 100000 -> 50, age 120",
        "BTC 0.62 @ 100000 -> 50, age -5",
        "BTC 0.62 @ 100000 -> 50, beside 101010.1",
        "BTC 0.62 @ 100000 -> 50, beside 99100",
        "BTC 0.62 @ 100000 -> 50, beside 100000/100000/500",
        "BTC 0.62 @ 100000 -> 50, spread 0",
        "BTC 0.62 @ 100000 -> 50, fee 0",
        "BTC 0.62 @ 100000 -> 50, fee unknown",
    ],
)
def test_what_is_just_inside_the_rules_is_believed(line: str) -> None:
    """Two minutes, five seconds, one percent, one lying source of three, a free market: fine."""
    situation = portfolio(line, "ETH 2 @ 4000 -> 30", cash="30000 -> 20", bands=ONCE)
    assert decide_on(situation).verdict is Verdict.PROPOSE


def test_an_unknown_fee_is_taken_as_60_basis_points() -> None:
    """The conservative default when the account does not tell."""
    known = portfolio("BTC 0.62 @ 100000 -> 50, fee 0.6", cash="38000 -> 50", bands=ONCE)
    guess = portfolio("BTC 0.62 @ 100000 -> 50, fee unknown", cash="38000 -> 50", bands=ONCE)
    assert orders_of(decide_on(known)) == orders_of(decide_on(guess))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"clock_skew": timedelta(seconds=5, microseconds=1)}, "CLOCK_SKEW"),
        ({"clock_skew": timedelta(seconds=-6)}, "CLOCK_SKEW"),
        ({"warnings": ("UNKNOWN_CODE",)}, "DATA_UNSAFE"),
        ({"fee_token_value": Decimal("NaN")}, "DATA_UNSAFE"),
        ({"fee_token_value": Decimal(-1)}, "DATA_UNSAFE"),
    ],
)
def test_each_fault_of_the_account_is_named(change: dict[str, Any], code: str) -> None:
    """A clock more than 5 s off, an open question of the assembler, an impossible token."""
    assert codes_of(decide_on(TWO, **change)) == [code]


def test_a_clock_exactly_five_seconds_off_is_believed() -> None:
    """More than 5 s is too much, 5 s is not."""
    assert codes_of(decide_on(TWO, clock_skew=timedelta(seconds=5)))[0] == "DATA_VALID"


@pytest.mark.parametrize("last", [25_000.0, 350_000.0, 0.0, -1.0, float("nan")])
def test_a_price_far_from_the_last_close_is_absurd(last: float) -> None:
    """Three times up or down within a day is an error of somebody, and so is a close of 0."""
    series = history("BTC", 100_000.0)
    moved = replace(series, closes=(*series.closes[:-1], last), digest=f"last {last}")
    assert codes_of(decide_on(TWO, bars=(moved,))) == ["PRICE_ABSURD:BTC"]


def test_a_price_within_three_times_of_the_last_close_is_believed() -> None:
    """Crypto may halve in a day."""
    series = history("BTC", 190_000.0)
    assert codes_of(decide_on(TWO, bars=(series,)))[0] == "DATA_VALID"


def test_a_stale_price_of_a_traded_asset_stops_the_plan() -> None:
    """Older than two minutes and in the plan: the plan is withheld, PRICE_STALE says why."""
    old = portfolio("BTC 0.62 @ 100000 -> 50, age 121", cash="38000 -> 50", bands=ONCE)
    decision = decide_on(old)
    assert "PRICE_STALE:BTC" in codes_of(decision)
    assert isinstance(decision.outcome, NoTrade)
    assert decision.outcome.gate is Gate.ORDERS
    assert decision.outcome.withheld is not None


def test_a_stale_price_of_an_asset_that_is_only_held_is_fine_for_a_day() -> None:
    """ETH is not traded: three hours do not matter, 24 hours and a second do."""
    for age, expected in (("10800", Verdict.PROPOSE), ("86401", Verdict.NO_TRADE)):
        held = portfolio(
            "BTC 0.605 @ 100000 -> 50",
            f"ETH 5 @ 4000 -> 20, age {age}",
            "SOL 95 @ 100 -> 20",
            cash="10000 -> 10",
            bands=ONCE,
        )
        decision = decide_on(held)
        assert all("ETH" not in order for order in orders_of(decision))
        assert decision.verdict is expected


@pytest.mark.parametrize("minutes", [-1, 3])
def test_an_old_or_future_book_of_a_traded_asset_stops_the_plan(minutes: int) -> None:
    """The depth is a price, too: not older than two minutes, not from the future."""
    books = tuple(
        replace(row, observed_at=MORNING - timedelta(minutes=minutes)) for row in WORLD.books
    )
    decision = decide(replace(WORLD, books=books), TWO.policy, EngineState())
    assert decision.verdict is Verdict.NO_TRADE
    assert "PRICE_STALE:BTC" in codes_of(decision)


def test_cold_coins_without_a_price_are_missed() -> None:
    """Coins kept elsewhere that nobody can value make every weight wrong."""
    cold = portfolio(
        "BTC 0.62 @ 100000 -> 50", "XRP 0 @ none -> 0, cold 100000", cash="38000 -> 50", bands=ONCE
    )
    rows = tuple(row for row in cold.snapshot.balances if row.asset != "XRP")
    assert codes_of(decide_on(cold, balances=rows)) == ["PRICE_MISSING:XRP"]


def test_a_coin_with_target_zero_that_nobody_owns_needs_no_price() -> None:
    """Nothing of it is there, and none is wanted."""
    gone = portfolio("BTC 0.62 @ 100000 -> 50", "XRP 0 @ none -> 0", cash="38000 -> 50", bands=ONCE)
    rows = tuple(row for row in gone.snapshot.balances if row.asset != "XRP")
    assert decide_on(gone, balances=rows).verdict is Verdict.PROPOSE


def test_a_nonsense_balance_of_an_unknown_coin_is_no_exception() -> None:
    """A NaN in a coin that the policy does not name is a fault like any other."""
    strange = Balance(Asset("MEME"), Quantity(Decimal("NaN")))
    found = codes_of(decide_on(TWO, balances=(*WORLD.balances, strange)))
    assert found == ["BALANCE_ABSURD:MEME"]


def test_every_fault_is_listed_not_only_the_first() -> None:
    """Two coins and the clock: three reasons."""
    bad = portfolio(
        "BTC 0.62 @ 0 -> 50", "ETH 2 @ 4000 -> 30, age 90000", cash="30000 -> 20", bands=ONCE
    )
    found = codes_of(decide_on(bad, clock_skew=timedelta(minutes=1)))
    assert found == ["CLOCK_SKEW", "PRICE_ABSURD:BTC", "PRICE_STALE:ETH"]


def test_unsafe_data_leave_the_memory_alone() -> None:
    """No streak grows or falls, no profile changes, nothing is remembered."""
    memory = decide_on(TWO).next_state
    assert decide_on(TWO, memory, day=1, warnings=("X",)).next_state == memory


# A snapshot that contradicts itself in its very shape is refused with a sentence.


@pytest.mark.parametrize("name", ["balances", "quotes", "rules", "books", "bars"])
def test_an_asset_that_stands_there_twice_is_refused(name: str) -> None:
    """Two rows for one coin: nobody may pick one of them in silence."""
    rows = getattr(WORLD, name)
    with pytest.raises(SnapshotInvalid, match="more than once"):
        decide(altered(WORLD, **{name: (*rows, rows[0])}), TWO.policy, EngineState())


@pytest.mark.parametrize(
    "instant",
    [MORNING.replace(tzinfo=None), MORNING.astimezone(timezone(timedelta(hours=-5)))],
    ids=["naive", "another zone"],
)
def test_an_instant_that_is_not_utc_is_refused(instant: datetime) -> None:
    """The same instant in another zone is another day there; days are counted in UTC."""
    with pytest.raises(SnapshotInvalid, match="UTC"):
        decide(replace(WORLD, as_of=instant), TWO.policy, EngineState())


@pytest.mark.parametrize("name", ["quotes", "books"])
def test_a_naive_observation_is_refused(name: str) -> None:
    """Its age would depend on the machine."""
    rows = tuple(
        replace(row, observed_at=row.observed_at.replace(tzinfo=None))
        for row in getattr(WORLD, name)
    )
    with pytest.raises(SnapshotInvalid, match="observed"):
        decide(altered(WORLD, **{name: rows}), TWO.policy, EngineState())


def test_a_snapshot_in_another_currency_is_refused() -> None:
    """Euro prices and dollar targets do not meet."""
    with pytest.raises(SnapshotInvalid, match="EUR"):
        decide(replace(WORLD, quote=Asset("EUR")), TWO.policy, EngineState())


# INV-7, at random: one field of a valid snapshot becomes nonsense.

Corruption = Callable[[Snapshot], Snapshot]
ABSURD = [Decimal(text) for text in ("NaN", "sNaN", "Infinity", "-Infinity", "-1")]
ANCIENT = datetime(2001, 1, 1, tzinfo=UTC)


def _row(name: str, field: str, value: object) -> Corruption:
    def corrupt(seen: Snapshot) -> Snapshot:
        first, *rest = getattr(seen, name)
        return altered(seen, **{name: (altered(first, **{field: value}), *rest)})

    return corrupt


def _level(side: str, field: str, value: Decimal) -> Corruption:
    def corrupt(seen: Snapshot) -> Snapshot:
        levels = (Level(Price(Decimal(100_000)), Quantity(Decimal(9))),)
        broken = tuple(altered(row, **{field: value}) for row in levels)
        return replace(seen, books=tuple(altered(row, **{side: broken}) for row in seen.books))

    return corrupt


def _gone(name: str) -> Corruption:
    return lambda seen: altered(seen, **{name: ()})


def _last_close(value: float) -> Corruption:
    def corrupt(seen: Snapshot) -> Snapshot:
        def spoil(row: BarSeries) -> BarSeries:
            return replace(row, closes=(*row.closes[:-1], value), digest=f"{row.asset}{value}")

        return replace(seen, bars=tuple(spoil(row) for row in seen.bars))

    return corrupt


corruptions = st.one_of(
    st.builds(_row, st.just("quotes"), st.sampled_from(["bid", "ask"]), st.sampled_from(ABSURD)),
    st.builds(_row, st.just("quotes"), st.just("bid"), st.just(Decimal(10**9))),
    st.builds(_row, st.just("quotes"), st.just("ask"), st.just(Decimal("0.01"))),
    st.builds(
        _row, st.just("quotes"), st.just("references"), st.sampled_from([(row,) for row in ABSURD])
    ),
    st.builds(
        _row,
        st.sampled_from(["quotes", "books"]),
        st.just("observed_at"),
        st.sampled_from([ANCIENT, MORNING + timedelta(hours=1)]),
    ),
    st.builds(
        _row,
        st.just("balances"),
        st.sampled_from(["free", "locked", "staked"]),
        st.sampled_from(ABSURD),
    ),
    st.builds(
        _row,
        st.just("rules"),
        st.sampled_from(
            ["price_tick", "quantity_step", "min_quantity", "min_notional", "taker_fee"]
        ),
        st.sampled_from(ABSURD),
    ),
    st.builds(
        _level,
        st.sampled_from(["bids", "asks"]),
        st.sampled_from(["price", "size"]),
        st.sampled_from(ABSURD),
    ),
    st.builds(_last_close, st.sampled_from([0.0, -1.0, float("nan"), 1e9, 1e-9])),
    st.builds(_gone, st.sampled_from(["quotes", "rules", "balances"])),
    st.sampled_from(
        [
            lambda seen: replace(seen, clock_skew=timedelta(minutes=-1)),
            lambda seen: replace(seen, warnings=("UNKNOWN",)),
            lambda seen: replace(seen, books=(), bars=()),
        ]
    ),
)


@given(corruptions)
def test_inv7_one_bad_field_never_leads_to_a_trade(corrupt: Corruption) -> None:
    """Whatever is broken, the answer is a decision with reasons, and it moves nothing.

    The decision can be stored and read again, so that the journal can say why.
    """
    decision = decide(corrupt(WORLD), TWO.policy, EngineState())
    touched = {order.split()[2] for order in orders_of(decision)}
    # A broken book makes its own market too thin; the other one may still be traded.
    assert decision.verdict is Verdict.NO_TRADE or touched <= {"ETH", "BTC"} - _broken(decision)
    assert decision.reasons
    again = decode(Decision, encode(Decision, decision))
    assert digest_of(again) == digest_of(decision)


def _broken(decision: Decision) -> set[str]:
    return {row.subject for row in decision.reasons if row.code.value == "ILLIQUID"}
