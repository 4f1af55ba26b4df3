"""Facts -> reasons, without a bot around them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.workflow.readiness import CANNOT_TELL, CHAT_PATIENCE, Facts, Unready, readiness
from core.domain.proposal import OrderState

HOUR = timedelta(hours=1)
WELL = Facts(
    has_recovered=True,
    is_halted=False,
    unsettled=frozenset(),
    is_executing=False,
    is_unsafe=False,
    is_clock_off=False,
    has_account_problem=False,
    is_journal_whole=True,
    since_good_look=timedelta(),
    since_look=timedelta(),
    longest_gap=HOUR,
    chat_silence=timedelta(),
)
SICK: dict[Unready, tuple[Facts, ...]] = {
    Unready.STARTING: (replace(WELL, has_recovered=False),),
    Unready.JOURNAL_BROKEN: (replace(WELL, is_journal_whole=False),),
    Unready.HALTED: (replace(WELL, is_halted=True),),
    Unready.ORDER_UNKNOWN: (
        replace(WELL, unsettled=frozenset({OrderState.UNKNOWN})),
        replace(WELL, unsettled=frozenset({OrderState.UNKNOWN}), is_executing=True),
        replace(WELL, unsettled=frozenset({OrderState.SENDING})),
        replace(WELL, unsettled=frozenset({OrderState.ACKED})),
    ),
    Unready.ACCOUNT_PROBLEM: (replace(WELL, has_account_problem=True),),
    Unready.CLOCK_OFF: (replace(WELL, is_clock_off=True),),
    Unready.DATA_UNSAFE: (replace(WELL, is_unsafe=True),),
    Unready.DATA_OLD: (
        replace(WELL, since_good_look=HOUR + timedelta(seconds=1)),
        replace(WELL, since_good_look=None),
    ),
    Unready.STUCK: (replace(WELL, since_look=HOUR + timedelta(seconds=1)),),
    Unready.CHAT_UNREACHABLE: (replace(WELL, chat_silence=CHAT_PATIENCE + timedelta(seconds=1)),),
}
FINE = (
    WELL,
    replace(WELL, unsettled=frozenset({OrderState.SENDING}), is_executing=True),
    replace(WELL, since_good_look=HOUR, since_look=HOUR),
    replace(WELL, chat_silence=CHAT_PATIENCE),
)


@pytest.mark.parametrize("reason", SICK)
def test_each_trouble_alone_is_named_and_nothing_else(reason: Unready) -> None:
    """One thing wrong gives exactly one reason."""
    for facts in SICK[reason]:
        assert readiness(facts) == (reason,)


@pytest.mark.parametrize("facts", FINE)
def test_the_usual_is_no_reason(facts: Facts) -> None:
    """Orders under way in an execution, and times at their limits, leave the bot ready."""
    assert readiness(facts) == ()


def test_every_reason_is_reached() -> None:
    """No reason is a dead word; the one that is missing here means that nothing could be read."""
    assert set(SICK) | {Unready.STORE} == set(Unready)


def test_what_the_chat_cannot_tell_stops_the_heartbeat() -> None:
    """A halt or an unknown order is told in the chat; silence is for what is not."""
    assert {
        Unready.STORE,
        Unready.JOURNAL_BROKEN,
        Unready.STUCK,
        Unready.CHAT_UNREACHABLE,
    } == CANNOT_TELL
