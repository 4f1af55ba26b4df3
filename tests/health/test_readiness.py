"""When the bot calls itself ready, asked over HTTP with a real database behind it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from telegram.error import NetworkError

from bot.chat.telegram_polling import PollTroubles
from bot.ports.messages import NoticeCode
from bot.ports.snapshots import SnapshotTaker
from bot.workflow.check import look, safely_check
from bot.workflow.controls import halt, pause, unhalt
from bot.workflow.desk import notify
from bot.workflow.looks import WitnessedSnapshots
from bot.workflow.readiness import Unready
from bot.workflow.reconcile import recover
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.proposal import OrderState
from core.domain.snapshot import Occasion, Snapshot
from core.domain.stress import Family
from core.domain.units import Asset, Weight
from core.domain.watching import StressRules
from core.lifecycle import OrderEvent
from tests.emulators.flaky_venue import LoseAnswer
from tests.exchange.manual_clock import ManualClock
from tests.health.ward import Ward, words_in
from tests.store.damage import disarm, run
from tests.workflow.office import Office, policy

HOUR = timedelta(hours=1)


async def test_a_bot_that_saw_a_sound_market_is_ready(ward: Ward) -> None:
    """After a good look nothing speaks against it, and both pages say so."""
    assert await ward.ready() == []
    assert await ward.get("/healthz") == (200, '{"alive": true}')


async def test_a_bot_is_not_ready_before_it_has_seen_anything(tmp_path: Path) -> None:
    """Until recovery is over and the market was seen, nobody should rely on it."""
    office = await Office.open(tmp_path)
    ward = Ward.around(office)
    assert ward.condition.reasons() == (Unready.STARTING, Unready.DATA_OLD)
    ward.condition.recovered()
    assert ward.condition.reasons() == (Unready.DATA_OLD,)
    await look(office.desk)
    assert ward.condition.reasons() == ()
    office.close()


async def test_a_restart_knows_what_was_seen_before(ward: Ward) -> None:
    """A decision on believed data counts as the last good look of the run before."""
    await ward.office.restart()
    again = Ward.around(ward.office)
    again.condition.recovered()
    assert again.condition.reasons() == ()


async def test_a_halt_lasts_until_it_is_lifted(ward: Ward) -> None:
    """Halted, the bot is alive and not ready; lifted, it is ready again."""
    halt(ward.office.desk, "owner", why="a drill")
    assert await ward.ready() == ["halted"]
    assert (await ward.get("/healthz"))[0] == 200
    unhalt(ward.office.store, "owner", at=ward.office.clock.now())
    assert await ward.ready() == []


async def test_a_halt_file_counts_at_once(office: Office, tmp_path: Path) -> None:
    """A HALT file says not ready before any job has seen it, also one that leads nowhere."""
    office.desk = replace(office.desk, halt_files=(tmp_path / "HALT",))
    ward = Ward.around(office)
    ward.condition.recovered()
    await look(office.desk)
    assert ward.condition.reasons() == ()
    (tmp_path / "HALT").symlink_to("nowhere")
    assert ward.condition.reasons() == (Unready.HALTED,)


async def test_a_pause_is_no_reason(ward: Ward) -> None:
    """Somebody asked for quiet; that is no fault."""
    pause(ward.office.desk, "owner")
    assert await ward.ready() == []


async def test_an_order_of_unknown_outcome_is_named_until_it_is_settled(ward: Ward) -> None:
    """While nobody knows what became of an order the bot is not ready; settled, it is."""
    office = ward.office
    await office.gather_experience()
    office.market.move("BTC", "140000")
    await office.check()
    assert await ward.ready() == []
    office.venue.expect(LoseAnswer())
    office.venue.go_down(3)
    await office.approve_all()
    assert await ward.ready() == ["halted", "order_unknown"]
    await recover(office.desk)
    assert await ward.ready() == ["halted"]


async def test_an_order_that_a_crash_left_behind_is_named(ward: Ward) -> None:
    """An order that was being sent when the program ended counts as unknown."""
    office = ward.office
    proposal = office.agree()

    def stop() -> None:
        raise KeyboardInterrupt

    office.watched.before = stop
    with pytest.raises(KeyboardInterrupt):
        await office.carry_out(proposal.proposal_id)
    office.watched.before = None
    (order,) = (row for row in office.orders() if row.state is OrderState.SENDING)
    assert await ward.ready() == ["order_unknown"]
    with office.store.transaction() as tx:
        tx.orders.move(order.client_id, OrderEvent.LOSE_SIGHT, at=office.clock.now())
    async with office.desk.executing:
        assert await ward.ready() == ["order_unknown"]


async def test_data_that_cannot_be_believed_are_named_at_once(ward: Ward) -> None:
    """Prices of yesterday make it unready; the next sound look makes it ready."""
    office = ward.office
    office.market.age = 30 * HOUR
    await safely_check(office.desk, Occasion.INTRADAY)
    assert await ward.ready() == ["data_unsafe"]
    office.market.age = timedelta()
    await safely_check(office.desk, Occasion.INTRADAY)
    assert await ward.ready() == []


async def test_a_venue_that_stays_silent_is_named_after_a_while(ward: Ward) -> None:
    """One look without an answer changes nothing; three quarters of an hour without one do."""
    office = ward.office
    office.market.is_down = True
    office.clock.step(minutes=15)
    with pytest.raises(FeedUnavailable):
        await office.desk.snapshots.glance()
    assert await ward.ready() == []
    office.clock.step(minutes=26)
    await safely_check(office.desk, Occasion.INTRADAY)
    assert await ward.ready() == ["data_old"]
    office.market.is_down = False
    await safely_check(office.desk, Occasion.INTRADAY)
    assert await ward.ready() == []


async def test_a_bot_that_stopped_looking_is_stuck(ward: Ward) -> None:
    """A loop that runs and never looks again is told apart from a venue that is silent."""
    ward.office.clock.step(minutes=41)
    assert await ward.ready() == ["data_old", "stuck"]


async def test_an_account_that_is_refused_is_named(ward: Ward) -> None:
    """A key that is refused makes it unready until the books agree again; its text stays inside."""
    office = ward.office

    def refuse(what: str) -> None:
        if what == "before balances":
            raise AccountProblem("EAPI:Invalid key 0xSECRET, balance 12345.67")

    office.watched.around = refuse
    with pytest.raises(AccountProblem):
        await office.desk.snapshots.glance()
    with pytest.raises(AccountProblem):
        await look(office.desk)
    assert await ward.ready() == ["account_problem"]
    office.watched.around = None
    await office.desk.snapshots.glance()
    assert await ward.ready() == []
    office.watched.around = refuse
    await safely_check(office.desk, Occasion.DAILY)
    again = Ward.around(office)
    again.condition.recovered()
    assert again.condition.reasons() == (Unready.ACCOUNT_PROBLEM,)
    await office.restart()
    mended = Ward.around(office)
    mended.condition.recovered()
    assert mended.condition.reasons() == ()


async def test_a_journal_that_somebody_changed_is_named(ward: Ward, tmp_path: Path) -> None:
    """An entry that does not say what was sealed makes it unready."""
    path = tmp_path / "evenkeel.db"
    disarm(path)
    run(path, "UPDATE journal SET payload = '{}' WHERE seq = (SELECT max(seq) FROM journal)")
    assert await ward.ready() == ["journal_broken"]


async def test_a_clock_that_was_set_back_is_named(ward: Ward) -> None:
    """Time before the last decision cannot be right."""
    ward.office.clock.jump(-HOUR)
    assert await ward.ready() == ["clock_off"]


async def test_a_message_that_waits_long_is_named(ward: Ward) -> None:
    """What people do not hear of within ten minutes makes it unready, until it is delivered."""
    office = ward.office
    office.deliver()
    with office.store.transaction() as tx:
        notify(tx, office.desk, NoticeCode.PAUSED, key="drill", by="owner")
    office.clock.step(minutes=10)
    assert await ward.ready() == []
    office.clock.step(seconds=1)
    assert await ward.ready() == ["chat_unreachable"]
    office.deliver()
    assert await ward.ready() == []


async def test_a_chat_that_says_nothing_is_named(ward: Ward) -> None:
    """Ten minutes without a word from the chat's server make it unready."""
    ward.silence.lasts = timedelta(minutes=11)
    assert await ward.ready() == ["chat_unreachable"]


async def test_silence_is_measured_from_its_first_minute(office: Office) -> None:
    """The chat's silence grows from the first failure to the first answer, and begins anew."""
    clock = ManualClock()
    troubles = PollTroubles(office.store, clock)
    assert troubles.silence == timedelta()
    for _ in range(3):
        troubles.tell(NetworkError("no route"))
        clock.at += timedelta(minutes=4)
    assert troubles.silence == timedelta(minutes=12)
    troubles.is_over()
    assert troubles.silence == timedelta()
    troubles.tell(NetworkError("no route"))
    assert troubles.silence == timedelta()


async def test_a_database_that_does_not_answer_is_no_life(ward: Ward) -> None:
    """Without its store the bot is neither alive nor ready, and still says so."""
    ward.office.store.close()
    assert await ward.get("/healthz") == (503, '{"alive": false}')
    assert await ward.ready() == ["store"]


async def test_nothing_but_single_words_leaves(ward: Ward) -> None:
    """With everything wrong at once the page holds words of the list, no amount, id or cause."""
    halt(ward.office.desk, "owner", why="12345.67 USD at account 0xSECRET")
    ward.office.clock.jump(-HOUR)
    ward.silence.lasts = HOUR
    reasons = await ward.ready()
    assert len(reasons) > 2
    assert words_in(reasons) <= {str(reason) for reason in Unready}


class SkewedSnapshots:
    """Implements ``SnapshotTaker``: another one's snapshots, with the venue's clock apart."""

    def __init__(self, snapshots: SnapshotTaker) -> None:
        """Change what ``snapshots`` takes."""
        self._snapshots = snapshots
        self.skew = timedelta()

    async def take(self, occasion: Occasion) -> Snapshot:
        """Return everything, with the difference of the clocks."""
        return replace(await self._snapshots.take(occasion), clock_skew=self.skew)

    async def glance(self) -> Snapshot:
        """Return the little, with the difference of the clocks."""
        return replace(await self._snapshots.glance(), clock_skew=self.skew)


async def test_a_clock_apart_from_the_venues_is_named(office: Office) -> None:
    """A venue whose time differs by more than the limit makes the clock and the data suspect."""
    skewed = SkewedSnapshots(office.desk.snapshots)
    office.desk = replace(office.desk, snapshots=skewed)
    ward = Ward.around(office)
    ward.condition.recovered()
    skewed.skew = timedelta(seconds=30)
    await office.desk.snapshots.glance()
    assert set(ward.condition.reasons()) >= {Unready.CLOCK_OFF, Unready.DATA_UNSAFE}
    skewed.skew = timedelta(seconds=1)
    await office.desk.snapshots.glance()
    assert ward.condition.reasons() == ()


async def test_a_history_that_is_too_short_is_not_mended_by_a_glance(tmp_path: Path) -> None:
    """A glance sees no history, so it cannot tell that the history is sound again."""
    office = await Office.open(
        tmp_path, policy=policy(stress=StressRules(families=(Family.PRICE,)))
    )
    ward = Ward.around(office)
    ward.condition.recovered()
    await look(office.desk)
    assert Unready.DATA_UNSAFE in ward.condition.reasons()
    await office.desk.snapshots.glance()
    assert Unready.DATA_UNSAFE in ward.condition.reasons()
    office.close()


async def test_a_snapshot_that_contradicts_itself_is_unsafe(office: Office) -> None:
    """What gate 1 refuses outright counts as data that cannot be believed."""
    euros = replace(
        office.policy,
        quote=Asset("EUR"),
        targets=((Asset("BTC"), Weight(Decimal(1))), (Asset("EUR"), Weight(Decimal(0)))),
    )
    looks = WitnessedSnapshots(office.desk.snapshots, euros, office.clock)
    await looks.glance()
    assert looks.is_unsafe
    assert looks.good_at is None
