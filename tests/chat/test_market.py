"""``/regime``: the market's state in words and bars, the pause, the plan held back, the inputs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.chat.render.columns import fits
from bot.ports.feeds import Gathered
from bot.ports.messages import Answer
from bot.ports.withheld import Mark, Withheld
from core.codec import reading_series
from core.domain.readings import FeedTrouble, Reading, ReadingKind, Trouble
from core.domain.regime import Regime, Score
from core.domain.state import ManualPause, StressOverride
from core.domain.stress import Family, Shock, Silence, Stress, Vote
from core.domain.tilt import TiltState
from core.domain.units import Asset, Money
from core.domain.watching import RegimeRules, StressRules, TiltRules
from tests.chat.world import ANN, CALM, VERA, World, world
from tests.dsl import MORNING
from tests.explain.executions import worked_plan
from tests.explain.market_samples import (
    ALL_VOTES,
    BEAR,
    VOTES,
    days_ago,
    market,
    regime,
    under,
)
from tests.explain.reading import check_tone

BTC, ETH, SOL = Asset("BTC"), Asset("ETH"), Asset("SOL")


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    """A world that was looked at once; its policy watches for stress only when it is asked."""
    async with world(tmp_path) as opened:
        await opened.look_daily()
        opened.rule(stress=StressRules(families=tuple(Family)))
        yield opened


async def told(made: World) -> str:
    """Return what /regime says to a viewer, checked for tone and width."""
    (words,) = await made.send(VERA, "/regime")
    check_tone(words)
    message = made.newest(VERA).outgoing.message
    assert isinstance(message, Answer)
    assert all(fits(message.blocks[number].split("\n")) for number in message.tables)
    return words


async def test_before_the_first_look_there_is_one_calm_sentence(tmp_path: Path) -> None:
    """A bot that never saw the market says so, and when it will know."""
    async with world(tmp_path) as made:
        words = await told(made)
        assert words.split("\n\n")[0] == "The market"
        assert "There was no look at the market yet. After the first daily look" in words


async def test_a_trend_is_told_with_what_follows_and_what_would_end_it(made: World) -> None:
    """Since when, what it does to the bands, the score as bars, and how close the change is."""
    made.remember(regime=regime(Regime.DOWN, "-0.42"))
    words = await told(made)
    assert words.startswith("The market: falling steadily\n")
    assert (
        "The market has been falling steadily since 12 Feb, so the bot waits longer before buying a"
        " fall. Its score is −0.42." in words
    )
    assert (
        "Room above a target: as usual. Room below it: 2 times the usual. Cash has it the other way"
        " round." in words
    )
    assert "score        −0.42 ····███│·······" in words
    assert "changes   at −0.30 ·····╎·│·······" in words
    assert (
        "The nearest change would be to “moving sideways”: the score is 0.12 away from −0.3, and"
        " 4 Mar is the first day that can bring it." in words
    )


async def test_a_score_without_all_its_inputs_says_which_are_missing(made: World) -> None:
    """A part without data is named, and its weight goes to the others."""
    score = Score(Decimal("0.5"), slope=Decimal("0.6"), er=Decimal("0.4"), adx=None, vp=None)
    made.remember(regime=regime(Regime.RANGING, score=replace(score, nudge=Decimal("0.05"))))
    words = await told(made)
    assert "slope    54% +0.60" in words
    assert "path     46% +0.40" in words
    assert "strength         – no data" in words
    assert "on-chain     +0.05" in words
    assert "The bars of BTC lack volume" in words


async def test_what_is_not_known_yet_is_said_to_be_so(made: World) -> None:
    """Without a score there are no bars; without a label nothing changes."""
    words = await told(made)
    assert words.startswith("The market: not known yet\n")
    assert "so it changes nothing" in words
    assert "slope" not in words
    assert "Daily bars: none" in words


async def test_a_turbulent_market_is_told_by_its_calm_days(made: World) -> None:
    """The score does not end turbulence, so no distance is told."""
    made.remember(regime=regime(Regime.TURBULENT, "-0.7", age=1, calm=1))
    words = await told(made)
    assert "everything may drift further before it is traded" in words
    assert "Room above a target: 1.5 times the usual. Room below it: 1.5 times the usual." in words
    assert "Calm days end it, and 5 Mar is the first day that can." in words


async def test_a_calm_market_says_what_would_begin_a_pause(made: World) -> None:
    """How many points are needed, and what every kind of evidence says now."""
    made.remember(stress=under(Stress.NORMAL, Vote(Family.PRICE, 0, measured=Decimal("0.012"))))
    words = await told(made)
    assert "Stress: nothing is on hold. A pause begins at 3 points" in words
    assert "prices      □□□ 0 1.2 % in 3 d" in words
    assert "sentiment   –   nothing yet" in words
    assert "together        0 of 3" in words
    assert "Your targets stand as you set them." in words


async def test_a_pause_is_told_with_its_points_and_its_ends(made: World) -> None:
    """Since when, why by kind of evidence, and when it can end at the earliest and latest."""
    made.remember(stress=under(Stress.PAUSED, *ALL_VOTES, calm=0, day=days_ago(0)))
    words = await told(made)
    assert "The market has been under stress since 28 Feb, so proposals are on hold." in words
    assert "Nothing is sold because of it" in words
    assert "/regime" not in words
    assert "It can end after tomorrow if the market stays calm, and lasts through 13 Mar" in words
    for line in (
        "prices      ■■□ 2 −16.2 % in 3 d",
        "sentiment   ■□  1 index 22",
        "correlation ■   1 0.93 alike",
        "flows       ■■  2 4.2 deviations",
        "quote coin  ■□□ 1 0.62 % off par",
        "venue       ■□□ 1",
        "together        8 of 3",
    ):
        assert line in words


async def test_silent_families_say_why_and_those_that_are_off_say_so(made: World) -> None:
    """A kind of evidence without a vote is never shown as calm."""
    made.rule(stress=StressRules(families=(Family.PRICE, Family.SENTIMENT)))
    made.remember(
        stress=under(
            Stress.NORMAL,
            Vote(Family.PRICE, 1),
            Vote(Family.SENTIMENT, None, Silence.LATE),
        )
    )
    words = await told(made)
    assert "sentiment   –   too old" in words
    assert "flows       –   off" in words
    assert "prices      ■□□ 1" in words


async def test_an_override_a_fall_and_the_time_after_a_pause_are_told(made: World) -> None:
    """Who resumed until when; a fall within the day; the days in which only a shock counts."""
    override = StressOverride(MORNING + timedelta(hours=9), ANN, "rent")
    shock = Shock(days_ago(0), Decimal("-0.171"))
    made.remember(stress=under(Stress.PAUSED, *VOTES, shock=shock), override=override)
    words = await told(made)
    assert "The market is under stress, but person 7 resumed proposals until today 10:06." in words
    assert "Prices fell by 17.1 % within 24 hours." in words
    (own,) = await made.send(ANN, "/regime")
    assert "but you resumed proposals until today 10:06." in own
    made.remember(
        stress=under(Stress.NORMAL, exited_on=days_ago(0), day=days_ago(0)), override=None
    )
    assert "Until tomorrow is over, only a severe shock can begin another." in await told(made)


async def test_the_guarded_time_is_told_with_its_end(made: World) -> None:
    """After two weeks of pause the bands are wider for a week."""
    made.remember(stress=under(Stress.GUARDED, Vote(Family.PRICE, 1)))
    words = await told(made)
    assert "For now the bands are wider and trades half the size." in words
    assert "That lasts through 6 Mar." in words


async def test_without_a_pause_nothing_is_counted(made: World) -> None:
    """Who switched the pause off hears so, and sees no table of points."""
    made.rule(
        stress=StressRules(families=()),
        tilt=TiltRules(is_on=False),
        regime=RegimeRules(is_directional=False),
    )
    made.remember(regime=regime(Regime.UP, "0.7"))
    words = await told(made)
    assert "No pause for market stress is switched on." in words
    assert "Targets are never shifted; the policy says so." in words
    assert "does not change the bands; the policy says so." in words
    assert "together" not in words
    assert "Room above" not in words


async def test_the_plan_that_was_held_back_is_told_with_its_marks(made: World) -> None:
    """What the pause kept from happening, what became of it, and what is still to be told."""
    with made.desk.store.transaction() as tx:
        name = tx.decisions.ids()[0]
        tx.withheld.add(Withheld(name, days_ago(1), MORNING, worked_plan()))
        tx.withheld.mark(name, Mark(1, MORNING + timedelta(days=1), Money(Decimal("-120.40"))))
    made.later(days=2)
    words = await told(made)
    assert "Held back Mon 2 Mar 01:06, as the market was under stress:\nTrim BTC, add ETH" in words
    assert "SELL 0.03195 BTC ≥ 108,900  $3,514" in words
    assert "After 1 day: carrying it out would have lost about $120." in words
    assert "What it would have gained or lost is told after 7 and 30 days." in words
    with made.desk.store.transaction() as tx:
        tx.withheld.mark(name, Mark(7, MORNING + timedelta(days=7), Money(Decimal(0))))
        tx.withheld.mark(name, Mark(30, MORNING + timedelta(days=30), Money(Decimal(31))))
    words = await told(made)
    assert "After 7 days: it would have made no difference." in words
    assert "After 30 days: carrying it out would have gained about $31." in words
    assert "is told after" not in words


async def test_shifted_targets_are_told_with_cause_size_and_end(made: World) -> None:
    """Every asset that is shifted: the person's own target, today's, and the difference."""
    made.remember(regime=regime(Regime.DOWN, "-0.7"), tilt=TiltState((BEAR,), is_frozen=True))
    words = await told(made)
    assert "For a falling market the smaller coins have given 6.0 points to the leading" in words
    assert "This lasts until 4 Mar at least." in words
    assert "have used up their share of this year's trading" in words
    assert "     yours   now  shift" in words
    assert "BTC   50.0  53.0   +3.0" in words
    assert "ETH   30.0  24.0   −6.0" in words


async def test_all_inputs_are_told_with_their_ages_and_the_silent_ones_with_a_cause(
    tmp_path: Path,
) -> None:
    """A feed without a key is simply off, and /regime says so."""
    async with world(tmp_path) as made:
        day = MORNING.replace(hour=0, minute=0)
        index = reading_series(
            ReadingKind.FEAR_GREED,
            Asset(""),
            "alternative.me",
            [Reading(day - timedelta(days=1), Decimal(22), MORNING)],
            is_point_in_time=True,
        )
        funding = [
            reading_series(
                ReadingKind.FUNDING,
                asset,
                "krakenfutures",
                [Reading(day - timedelta(days=2), Decimal("0.0001"), day)],
                is_point_in_time=False,
            )
            for asset in (BTC, ETH, SOL)
        ]
        off = [
            FeedTrouble(ReadingKind.NET_INFLOW, ETH, source, Trouble.OFF)
            for source in ("glassnode.com", "santiment.net")
        ]
        down = FeedTrouble(ReadingKind.VENUE, Asset(""), "kraken", Trouble.DOWN)
        made.said.gathered = Gathered((index, *funding), (*off, down))
        await made.look_daily()
        words = await told(made)
        for line in (
            "Fear & Greed: of yesterday, known today 01:06, from alternative.me",
            "Funding (BTC, ETH and SOL): of 28 Feb, known today 01:00, from krakenfutures; its",
            "Exchange flows (ETH): off, with no key or not switched on (glassnode.com and",
            "Venue status: no answer (kraken)",
        ):
            assert line in words


async def test_status_and_digest_name_the_pause(made: World) -> None:
    """Whoever asks how things stand hears of the pause, and what it holds back."""
    made.remember(stress=under(Stress.PAUSED, *VOTES))
    status = (await made.send(VERA, "/status"))[0]
    assert "The market has been under stress since 28 Feb, so proposals are on hold." in status
    assert "/regime tells more." in status
    for pause in (None, ManualPause(MORNING, ANN)):
        made.remember(pause=pause)
        digest = (await made.send(VERA, "/digest"))[0]
        assert digest.count("under stress since 28 Feb") == 1
        assert "\nProposals are on hold: the market is under stress. /regime tells more." in digest


async def test_why_and_plan_name_what_the_market_moved(tmp_path: Path) -> None:
    """A band that the market's state widened is told with where its edge would be otherwise."""
    async with world(tmp_path, "BTC 0.295 @ 110000 -> 50", "ETH 2.6 @ 4200 -> 30") as made:
        made.remember(regime=regime(Regime.UP, "0.7"))
        await made.look_daily()
        for command in ("/why", "/why btc", "/plan"):
            assert (
                "BTC's upper edge is 70.0 % instead of 60.0 %."
                in (await made.send(VERA, command))[0]
            )


async def test_goals_and_bands_that_follow_the_market_are_said_to(tmp_path: Path) -> None:
    """A table whose goals or edges are not the person's own never stands without a word of it."""
    async with world(tmp_path, *CALM, cash="10000 -> 20") as made:
        await made.look_daily()
        for command in ("/status", "/digest"):
            assert "/regime tells" not in (await made.send(VERA, command))[0]
        made.remember(regime=regime(Regime.UP, "0.7"))
        await made.look_daily()
        for command in ("/status", "/digest"):
            words = (await made.send(VERA, command))[0]
            told = "The bands follow the market, which is rising steadily; /regime tells how."
            assert (told in words) is not ("upper edge is" in words)
        made.rule(regime=RegimeRules(is_directional=False))
        made.remember(regime=regime(Regime.DOWN, "-0.7"), tilt=TiltState((BEAR,)))
        words = (await made.send(VERA, "/status"))[0]
        assert "Goals are shifted for a while, by 6.0 points in all; /regime tells why." in words


async def test_a_pause_is_told_once_in_one_answer(made: World) -> None:
    """/status and /why tell the pause once, and /why the plan that it alone held back."""
    made.remember(stress=under(Stress.PAUSED, *VOTES))
    named = {sample.name: sample.decision for sample in market()}
    paused = named["stress pause, confirmed"]
    with made.desk.store.transaction() as tx:
        stored = tx.decisions.get(tx.decisions.ids()[0])
        assert stored is not None
        decided = replace(paused, decided_at=made.desk.clock.now() + timedelta(seconds=1))
        tx.decisions.add(decided, stored.snapshot, stored.policy, stored.state)
    status, why = [(await made.send(VERA, command))[0] for command in ("/status", "/why")]
    assert "Nothing was proposed: the market came under stress." in status
    assert status.count("under stress since") == 1
    assert why.count("under stress since") == 1
    assert "Without the pause this would be proposed: sell 0.03195 BTC and buy 0.62 ETH." in why


async def test_settings_tell_how_the_market_is_watched(made: World) -> None:
    """/settings names what the pause listens to, and whether targets and bands move."""
    words = (await made.send(VERA, "/settings"))[0]
    assert "Bands follow what BTC is doing" in words
    assert "Pause at 3 points from prices, sentiment, correlation" in words
    assert "Targets shift by 15 points in all at most" in words
    made.rule(
        stress=StressRules(families=()),
        tilt=TiltRules(is_on=False),
        regime=RegimeRules(is_directional=False),
    )
    words = (await made.send(VERA, "/settings"))[0]
    assert "Bands do not follow what BTC is doing" in words
    assert "No pause for market stress" in words
    assert "Targets are never shifted" in words


async def test_everything_at_once_fits_one_message(made: World) -> None:
    """A long answer stays within Telegram's limit."""
    with made.desk.store.transaction() as tx:
        tx.withheld.add(Withheld(tx.decisions.ids()[0], days_ago(1), MORNING, worked_plan()))
    made.remember(
        regime=regime(Regime.DOWN, "-0.42"),
        stress=under(Stress.PAUSED, *ALL_VOTES),
        tilt=TiltState((BEAR,)),
    )
    await told(made)
    assert len(made.newest(VERA).words.pages) == 1
