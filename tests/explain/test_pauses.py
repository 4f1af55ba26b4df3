from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.explain.speech import Speech
from bot.explain.telling import tell
from bot.explain.template import TemplateNarrator
from bot.explain.wording import de, en
from core.domain.decision import Decision
from core.domain.state import EngineState
from core.domain.stress import Family, Shock, Stress
from core.domain.watching import StressRules
from core.facts import FactTable, pause_facts
from tests.dsl import MORNING, decide_on, history
from tests.explain.market_samples import SILENT, TODAY, VOTES, days_ago, under
from tests.explain.reading import check_text, check_tone
from tests.explain.samples import STATE, confirmed, worked
from tests.explain.still_clock import StillClock

BERLIN = ZoneInfo("Europe/Berlin")
NOW = MORNING + timedelta(minutes=2)
COUNTED = "Stress is counted in points, by kind of evidence:"
OPEN = replace(STATE, open_proposal="7f3k9q2m")
LONG_PAUSED = replace(STATE, stress=under(Stress.PAUSED, *VOTES, since=15))


def _paused(**changes: object) -> EngineState:
    return replace(STATE, stress=under(Stress.PAUSED, *VOTES, **changes))  # type: ignore[arg-type]


def _calm() -> Decision:
    watched = worked(stress=StressRules(families=(Family.PRICE,)))
    stress = under(Stress.NORMAL, exited_on=days_ago(1), day=TODAY)
    year = history("BTC", 110000, days=400)
    return decide_on(watched, replace(STATE, stress=stress), bars=(year,))


def _guarded() -> Decision:
    return decide_on(worked(), replace(STATE, stress=under(Stress.GUARDED, VOTES[1], since=1)))


TABLES = {
    "began with an open proposal": pause_facts(decide_on(worked(), _paused()), OPEN),
    "began within a day": pause_facts(
        confirmed(worked(), _paused(shock=Shock(TODAY, Decimal("-0.171")))), STATE
    ),
    "silent": pause_facts(
        decide_on(worked(), replace(STATE, stress=under(Stress.PAUSED, *SILENT))), STATE
    ),
    "small steps": pause_facts(_guarded(), LONG_PAUSED),
    "over": pause_facts(_calm(), replace(STATE, stress=under(Stress.GUARDED, since=8))),
}


def _lines(table: FactTable) -> tuple[str, ...]:
    return TemplateNarrator(clock=StillClock(NOW), zone=BERLIN).lines(table)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_change_of_a_pause_is_told_in_a_few_finished_lines(name: str) -> None:
    """Below the notice stand one to four calm sentences, whatever began or ended."""
    for wording in (en, de):
        narrator = TemplateNarrator(clock=StillClock(NOW), zone=BERLIN, wording=wording)
        lines = narrator.lines(TABLES[name])
        assert 1 <= len(lines) <= 4
        for line in lines:
            check_text(line)
    for line in _lines(TABLES[name]):
        check_tone(line)


def test_a_pause_says_what_speaks_for_it_and_what_it_took_back() -> None:
    """Evidence with its points, the open proposal and what comes next, in that order."""
    assert _lines(TABLES["began with an open proposal"]) == (
        f"{COUNTED} prices 2, sentiment 1 and correlation 1; 4 in all.",
        "The open proposal 7f3k9q2m is taken back, and nothing of it was traded.",
        "Once the pause is over, plans are worked out afresh.",
    )


def test_a_fall_within_the_day_stands_first_and_what_is_held_back_is_told() -> None:
    """What began the pause comes first; a plan that only the pause holds back is named."""
    lines = _lines(TABLES["began within a day"])
    assert lines[0].startswith("Prices fell by 17.1 % within 24 hours.")
    assert "Without the pause this would be proposed: sell 0.03195 BTC and buy 0.62 ETH." in lines


def test_the_end_says_since_when_it_was_and_what_still_counts() -> None:
    """An end names its beginning; evidence that is left is not hidden."""
    assert _lines(TABLES["small steps"]) == (
        "The pause that began 15 Feb is over.",
        "Signs of stress still count: sentiment 1; 1 in all.",
    )
    over = _lines(TABLES["over"])
    assert over[:2] == (
        "The careful days that began 22 Feb are over.",
        "No sign of stress counts now.",
    )


def test_only_a_pause_takes_a_proposal_back() -> None:
    """Going on in small steps leaves an open proposal alone."""
    before = replace(LONG_PAUSED, open_proposal="7f3k9q2m")
    assert pause_facts(_guarded(), before).find("taken_back") is None
    assert pause_facts(decide_on(worked(), _paused()), STATE).find("taken_back") is None


def test_a_model_must_say_why_and_until() -> None:
    """Every sign that counts, until when at most, and a proposal that is taken back."""
    speech = Speech(en, NOW, BERLIN, "USD")
    assert tell(speech, TABLES["began with an open proposal"]).required == (
        "stress",
        "stress_vote_price_family",
        "stress_vote_sentiment_family",
        "stress_vote_correlation_family",
        "paused_stress_until",
        "taken_back",
    )
    ended = tell(speech, TABLES["small steps"])
    assert ended.topic == "pause"
    signs = ("stress_vote_sentiment_family", "guarded_until")
    assert ended.required == ("stress", "was", "was_since", *signs)
