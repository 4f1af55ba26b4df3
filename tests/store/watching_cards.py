"""What every store must do with readings and with plans that a pause held back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports.feeds import FeedReading
from bot.ports.records import Store, Transaction
from bot.ports.withheld import MARK_DAYS, Mark, Withheld
from core.codec import digest_of
from core.domain.errors import InvariantBroken
from core.domain.readings import ReadingKind, ReadingSeries
from core.domain.units import Asset, Money
from tests.store import samples
from tests.store.arranging import add_decision, payloads
from tests.store.samples import AT, BTC, ETH, FEAR, MIDNIGHT, PLAN, d, fear, hours

DAY = timedelta(days=1)


class ReadingCards:
    """The bot's own point-in-time history."""

    def test_history_comes_back_in_order(self, store: Store) -> None:
        """S100: values come back as they were told, whatever their order of arrival or length."""
        told = [fear("20"), fear(str(samples.LONG), days_ago=2), fear("-0.5", days_ago=1)]
        with store.transaction() as tx:
            assert tx.readings.add(told, known_at=AT) == 3
            assert tx.readings.add(told, known_at=AT + DAY) == 0
        series = _series(store)
        assert series is not None
        assert [row.value for row in series.readings] == [samples.LONG, d("-0.5"), d("20")]
        assert [row.about for row in series.readings] == [MIDNIGHT - DAY * n for n in (2, 1, 0)]
        assert {row.known_at for row in series.readings} == {AT}
        assert (series.kind, series.asset, series.source) == (ReadingKind.FEAR_GREED, "", FEAR)

    def test_first_value_stays(self, store: Store) -> None:
        """S101: a revision is stored once and never changes what was known first."""
        with store.transaction() as tx:
            tx.readings.add([fear("20", is_append_only=False)], known_at=AT)
            first = tx.readings.series(ReadingKind.FEAR_GREED, Asset(""), FEAR)
            # A clock that was set back must not let a revision pass for the first value.
            revised = [fear("35", is_append_only=False), fear("20.00", is_append_only=False)]
            assert tx.readings.add(revised, known_at=AT - hours(1)) == 1
            assert tx.readings.add(revised, known_at=AT + DAY) == 0
            assert tx.readings.series(ReadingKind.FEAR_GREED, Asset(""), FEAR) == first
        assert first is not None
        assert [row.value for row in first.readings] == [20]

    def test_series_are_never_mixed(self, store: Store) -> None:
        """S102: kind, coin and source each keep a history of their own."""
        flow = FeedReading(ReadingKind.NET_INFLOW, ETH, "a", MIDNIGHT, d("1"), True)
        others = [
            flow,
            replace(flow, kind=ReadingKind.EXCHANGE_BALANCE, value=d("2")),
            replace(flow, asset=BTC, value=d("3")),
            replace(flow, source="b", value=d("4")),
        ]
        with store.transaction() as tx:
            assert tx.readings.series(flow.kind, ETH, "a") is None
            assert tx.readings.add(others, known_at=AT) == 4
            for told in others:
                series = tx.readings.series(told.kind, told.asset, told.source)
                assert series is not None
                assert [row.value for row in series.readings] == [told.value]

    def test_newest_400_days_are_seen(self, store: Store) -> None:
        """S103: a series ends with its newest value and reaches back 400 days, no further."""
        with store.transaction() as tx:
            told = [fear(str(day), days_ago=day) for day in range(405, -1, -1)]
            assert tx.readings.add(told, known_at=AT) == 406
        series = _series(store)
        assert series is not None
        assert len(series.readings) == 400
        assert [series.readings[n].value for n in (0, -1)] == [399, 0]

    def test_newest_2_days_within_the_day(self, store: Store) -> None:
        """S106: of prices every few minutes only the newest two days are seen; all are kept."""
        peg = FeedReading(ReadingKind.PEG, Asset("USDT"), "a", MIDNIGHT, d("1"), True)
        told = [replace(peg, about=MIDNIGHT - hours(n)) for n in range(72)]
        with store.transaction() as tx:
            assert tx.readings.add(told, known_at=AT) == 72
            assert tx.readings.add(told, known_at=AT) == 0
            series = tx.readings.series(peg.kind, peg.asset, peg.source)
        assert series is not None
        assert [row.about for row in series.readings[::47]] == [MIDNIGHT - hours(47), MIDNIGHT]
        assert len(series.readings) == 48

    @pytest.mark.parametrize(
        ("is_append_only", "late", "revised", "expected"),
        [
            (True, timedelta(days=300), False, True),
            (False, timedelta(days=4), False, True),
            (False, timedelta(days=4, seconds=1), False, False),
            (True, timedelta(days=300), True, False),
            (True, timedelta(days=4), True, True),
        ],
    )
    def test_point_in_time(
        self,
        store: Store,
        is_append_only: bool,
        late: timedelta,
        revised: bool,
        expected: bool,
    ) -> None:
        """S104: known within 3 days after its day, or of a source that never revised it."""
        told = fear("20", is_append_only=is_append_only)
        with store.transaction() as tx:
            tx.readings.add([told], known_at=MIDNIGHT + late)
            if revised:
                tx.readings.add([replace(told, value=d("21"))], known_at=MIDNIGHT + late + DAY)
            tx.readings.add([fear("9", days_ago=-300)], known_at=MIDNIGHT + 300 * DAY)
        series = _series(store)
        assert series is not None
        assert series.is_point_in_time is expected

    def test_receipt_leaves_one_entry(self, store: Store) -> None:
        """S105: the journal names what arrived by count and digest; what was known leaves none."""
        told = [fear(str(day), days_ago=day) for day in range(3)]
        balance = FeedReading(ReadingKind.EXCHANGE_BALANCE, ETH, "a", MIDNIGHT, d("1"), False)
        with store.transaction() as tx:
            tx.readings.add([*told, balance], known_at=AT)
            tx.readings.add(told, known_at=AT + DAY)
            tx.readings.add([], known_at=AT + DAY)
            (first,) = payloads(tx, "readings.received")
            tx.readings.add([fear("50")], known_at=AT + DAY)
            second = payloads(tx, "readings.received")[1]
        assert first["counts"] == [
            {"kind": "fear_greed", "asset": "", "source": FEAR, "count": "3"},
            {"kind": "exchange_balance", "asset": "ETH", "source": "a", "count": "1"},
        ]
        assert first["digest"] != second["digest"]


class WithheldCards:
    """What a pause held back, and what became of it."""

    def test_withheld_plan_comes_back_equal(self, store: Store) -> None:
        """S110: a withheld plan comes back with its marks, one per pause, newest first."""
        with store.transaction() as tx:
            one, two = _withheld(tx, 1), _withheld(tx, 2)
            assert tx.withheld.add(one)
            assert not tx.withheld.add(replace(two, pause_on=one.pause_on))
            assert tx.withheld.add(two)
            assert not tx.withheld.add(two)
            assert [*tx.withheld.latest(9)] == [two, one]
            assert [*tx.withheld.latest(1)] == [two]
            kept = payloads(tx, "withheld.kept")
        assert [row["decision_id"] for row in kept] == [one.decision_id, two.decision_id]
        assert kept[0]["plan_digest"] == digest_of(PLAN)
        assert kept[0]["pause_on"] == one.pause_on.isoformat()

    def test_marks_are_made_once(self, store: Store) -> None:
        """S111: each mark is stored once; a plan waits until it has all of them, oldest first."""
        with store.transaction() as tx:
            one, two = _withheld(tx, 1), _withheld(tx, 2)
            for withheld in (one, two):
                tx.withheld.add(withheld)
            marks = tuple(
                Mark(days, AT + days * DAY, Money(samples.LONG * -days)) for days in MARK_DAYS
            )
            for mark in marks[::-1]:
                assert [row.decision_id for row in tx.withheld.unmarked()] == [
                    one.decision_id,
                    two.decision_id,
                ]
                tx.withheld.mark(one.decision_id, mark)
                tx.withheld.mark(one.decision_id, replace(mark, gained=Money(d("1"))))
            assert [*tx.withheld.unmarked()] == [two]
            assert [*tx.withheld.latest(9)] == [two, replace(one, marks=marks)]
            made = payloads(tx, "withheld.marked")
        assert [row["days"] for row in made] == ["30", "7", "1"]
        assert {row["decision_id"] for row in made} == {one.decision_id}

    def test_withheld_plan_needs_its_decision(self, store: Store) -> None:
        """S112: a withheld plan of no stored decision, or a mark of no plan, is a bug."""
        stray = Withheld("nobody", AT.date(), AT, PLAN)
        with pytest.raises(InvariantBroken), store.transaction() as tx:
            tx.withheld.add(stray)
        with pytest.raises(InvariantBroken), store.transaction() as tx:
            tx.withheld.mark("nobody", Mark(1, AT, Money(d("1"))))


def _series(store: Store) -> ReadingSeries | None:
    with store.reading() as tx:
        return tx.readings.series(ReadingKind.FEAR_GREED, Asset(""), FEAR)


def _withheld(tx: Transaction, number: int) -> Withheld:
    add_decision(tx, number)
    made = samples.decision(number)
    return Withheld(made.decision_id, AT.date() + number * DAY, made.decided_at, PLAN)
