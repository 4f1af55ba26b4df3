"""The pace of sending: a burst, then a steady stream, and patience that grows to a limit."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.pace import USUAL_PACE
from bot.pacing import TokenBucket
from tests.chat_telegram.stage import EPOCH

BURST, RATE = 3, 1.0
GAPS = st.lists(st.integers(0, 3_000), min_size=1, max_size=60)


@given(gaps=GAPS)
def test_no_window_holds_more_than_burst_and_stream(gaps: list[int]) -> None:
    """In any span a bucket lets through at most its burst plus what flowed in meanwhile."""
    bucket, now, sent = TokenBucket(BURST, RATE, EPOCH), EPOCH, []
    for milliseconds in gaps:
        now += timedelta(milliseconds=milliseconds)
        if bucket.wait(now) == 0:
            bucket.take(now)
            sent.append(now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            span = (sent[last] - sent[first]).total_seconds()
            assert last - first + 1 <= BURST + span * RATE + 1e-3


@given(gaps=GAPS)
def test_whoever_waits_as_told_may_send(gaps: list[int]) -> None:
    """The wait a bucket names is enough and never endless."""
    bucket, now = TokenBucket(BURST, RATE, EPOCH), EPOCH
    for milliseconds in gaps:
        now += timedelta(milliseconds=milliseconds)
        wait = bucket.wait(now)
        assert 0 <= wait <= 1 / RATE + 1e-6
        now += timedelta(seconds=wait)
        assert bucket.wait(now) == 0
        bucket.take(now)


def test_a_message_of_many_pages_is_paid_for_afterwards() -> None:
    """What turned out larger than one message delays the next ones."""
    bucket = TokenBucket(BURST, RATE, EPOCH)
    bucket.take(EPOCH, 5)
    assert bucket.wait(EPOCH) == pytest.approx(3.0)


def test_a_clock_set_back_neither_earns_nor_costs() -> None:
    """An hour back leaves the bucket as it was, and time then counts from there."""
    bucket = TokenBucket(BURST, RATE, EPOCH)
    bucket.take(EPOCH, 3)
    earlier = EPOCH - timedelta(hours=1)
    assert bucket.wait(earlier) == pytest.approx(1.0)
    assert bucket.wait(earlier + timedelta(seconds=1)) == 0


@given(attempts=st.integers(0, 10_000), luck=st.floats(0, 1))
def test_patience_grows_to_a_limit(attempts: int, luck: float) -> None:
    """However often it failed, the wait is spread over half its length and at most a minute."""
    wait = USUAL_PACE.backoff(attempts, luck)
    full = min(2.0 ** min(attempts, 30), 60.0)
    assert full / 2 <= wait <= full
