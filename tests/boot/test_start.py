"""Real settings files, a real Kraken on the wire: what may begin, and what is said."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.app import boot
from bot.app.checks.refusals import WITHOUT_TRIAL
from core.domain.errors import InputInvalid
from tests.boot.world import BootWorld, evaluate_days
from tests.emulators.kraken.faults import Disconnects, Puts, error
from tests.emulators.kraken.keys import EVERYTHING, READING, TRADING, Permission
from tests.emulators.public_venue import HTML


async def refused(world: BootWorld) -> tuple[str, ...]:
    """Return why a run does not begin; no reason holds a secret."""
    with pytest.raises(InputInvalid) as failed:
        await world.check()
    for secret in world.secrets.values():
        assert secret not in str(failed.value)
    return failed.value.problems


async def test_a_live_run_says_what_it_may_touch(world: BootWorld) -> None:
    """With a trading key and 14 days of trial it begins, and names coins, limits and people."""
    world.use_key()
    evaluate_days(world.data / "kraken-paper-1", 14)
    said = "\n".join(await world.check())
    for words in (
        "LIVE: what is approved is traded at Kraken, with your own money.",
        "It may trade: BTC and ETH for USD, and nothing else.",
        "At most: 5,000 USD altogether; in a UTC day 3 plans and 30 % of the portfolio",
        "It never touches: a reserve of 250 USD; excluded 0.1 BTC; kept elsewhere 2 ETH;",
        "Who approves: Telegram 7, each plan; one above 5 % of the portfolio or 1,000 USD",
        "It cannot withdraw: the key has no right to, and the program has no such call.",
    ):
        assert words in said
    assert "as you accepted" not in said


async def test_a_live_run_without_anything_says_everything_at_once(world: BootWorld) -> None:
    """A key that can withdraw, nobody to approve, a clock that is off, no trial: four reasons."""
    world.use_key(EVERYTHING)
    world.approvers = ()
    world.kraken.habits.ahead = timedelta(seconds=40)
    key, approver, clock, trial = await refused(world)
    assert key.startswith("trading key: This key can send coins away")
    assert "Withdraw funds" in key
    assert "nobody to approve" in approver
    assert "behind Kraken's" in clock
    assert f'"{WITHOUT_TRIAL}"' in trial


async def test_the_exact_words_skip_the_trial(world: BootWorld) -> None:
    """The override begins a live run and is repeated to the person; other words do not count."""
    world.use_key()
    world.words = WITHOUT_TRIAL
    assert "Live after 0 days of trial instead of 14, as you accepted." in await world.check()
    world.words = WITHOUT_TRIAL.lower()
    (said,) = await refused(world)
    assert "only the exact words count" in said


async def test_a_watching_run_needs_no_trial_and_no_approver(world: BootWorld) -> None:
    """A key that reads is enough; what the run can and cannot do is said."""
    world.use_key(READING)
    world.mode, world.approvers, world.secrets["EVENKEEL_TELEGRAM_TOKEN"] = "watch", (), TOKEN_LESS
    said = await world.check()
    assert said[0] == "WATCH: your account at Kraken is read, and nothing is ordered."
    assert "BTC, ETH and USD" in said[1]
    assert len(said) == 3


TOKEN_LESS = "  "


async def test_a_watching_run_refuses_a_key_that_can_withdraw(world: BootWorld) -> None:
    """Watching would never use the right, and a thief of the key would."""
    world.mode = "watch"
    world.use_key(READING | {Permission.WITHDRAW_FUNDS})
    (said,) = await refused(world)
    assert said.startswith("reading key: This key can send coins away")


async def test_two_keys_are_both_asked(world: BootWorld) -> None:
    """A trading key beside a reading key: each is judged for its work."""
    world.words = WITHOUT_TRIAL
    world.use_key(TRADING)
    world.use_key(READING - {Permission.QUERY_LEDGER}, "EVENKEEL_EXCHANGE_READ")
    (said,) = await refused(world)
    assert said.startswith("reading key: This key lacks what is needed.")
    assert "Query ledger entries" in said


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("EAPI:Invalid key", "does not know this key"),
        ("EAPI:Invalid signature", "the secret does not belong to this key"),
        ("EAPI:Invalid nonce", "another program uses this key"),
    ],
)
async def test_a_refused_key_is_told_at_once(world: BootWorld, words: str, meant: str) -> None:
    """Kraken's no is an answer: nobody waits for another one."""
    world.use_key()
    world.words = WITHOUT_TRIAL
    world.kraken.misbehave("GetApiKeyInfo", error(words), times=None)
    (said,) = await refused(world)
    assert meant in said
    assert world.kraken.record.count("GetApiKeyInfo") == 1


async def test_a_secret_that_was_not_copied_whole(world: BootWorld) -> None:
    """What cannot sign is refused without a question."""
    world.words = WITHOUT_TRIAL
    world.secrets |= {"EVENKEEL_EXCHANGE_KEY": "a-key", "EVENKEEL_EXCHANGE_SECRET": "not base64!"}
    (said,) = await refused(world)
    assert "copy" in said


@pytest.mark.parametrize("answer", [HTML, Puts(("permissions",), "withdraw-funds")])
async def test_nonsense_about_a_key_is_no_answer(world: BootWorld, answer: object) -> None:
    """A page in between, or permissions in another shape: the key is not used, and nobody waits."""
    world.use_key()
    world.words = WITHOUT_TRIAL
    world.kraken.misbehave("GetApiKeyInfo", answer, times=None)  # type: ignore[arg-type]
    (said,) = await refused(world)
    assert "what it may do could not be read" in said


async def test_an_unreadable_clock_refuses_live(world: BootWorld) -> None:
    """A venue that tells a time nobody can read is not traded at."""
    world.use_key()
    world.words = WITHOUT_TRIAL
    world.kraken.misbehave("Time", Puts(("unixtime",), "noon"), times=None)
    (said,) = await refused(world)
    assert "could not be compared" in said


async def test_a_silent_venue_is_waited_for(
    world: BootWorld, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Kraken is down nothing begins and nothing ends; once it answers the run begins."""
    monkeypatch.setattr(boot, "FIRST_PAUSE", 0.05)
    world.use_key()
    world.words = WITHOUT_TRIAL
    world.kraken.misbehave("*", Disconnects(), times=None)
    with caplog.at_level(logging.WARNING):
        waiting = asyncio.create_task(world.check())
        while not any("Nothing begins before that" in line for line in caplog.messages):
            await asyncio.sleep(0.05)
            assert not waiting.done()
        world.kraken.calm()
        assert "LIVE" in (await waiting)[0]


async def test_a_silent_venue_does_not_hide_a_definite_no(world: BootWorld) -> None:
    """Nobody waits for a venue when the run would be refused all the same."""
    world.use_key()
    world.kraken.misbehave("*", Disconnects(), times=None)
    reasons = await refused(world)
    assert any("days of trial" in said for said in reasons)
    assert any("start again when Kraken answers" in said for said in reasons)


async def test_paper_asks_nothing(world: BootWorld) -> None:
    """Made-up money begins whatever the key, the clock and the past are like."""
    world.mode = "paper"
    world.use_key(EVERYTHING)
    assert await world.check() == ()
    assert world.kraken.record.calls == []
