"""What the market does to bands, targets and proposals, as card, digest and /why tell it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.explain.foreign import FALL_WITHIN_THE_DAY
from bot.explain.market import factors_line, next_line
from bot.explain.notices import notice_line
from bot.explain.reasons import gate_lines, reason_lines
from bot.explain.speech import Speech
from bot.explain.template import TemplateNarrator
from bot.explain.wording import en
from bot.ports.messages import Mode, Notice, NoticeCode
from core.domain.decision import Decision, Reason, ReasonCode
from core.domain.readings import ReadingKind, Trouble
from core.domain.regime import Regime
from core.domain.stress import Family, Silence, Stress
from core.domain.tilt import TiltName
from core.domain.units import Asset
from core.facts import decision_facts, digest_facts
from tests.dsl import MORNING
from tests.explain.market_samples import VOTES, days_ago, market, regime, under
from tests.explain.reading import check_text, check_tone
from tests.explain.samples import STATE, Sample, confirmed, worked
from tests.explain.still_clock import StillClock

BERLIN = ZoneInfo("Europe/Berlin")
USD = Asset("USD")
NOW = MORNING + timedelta(minutes=2)
SAMPLES = {sample.name: sample for sample in market()}
SPEECH = Speech(en, NOW, BERLIN, "USD")


def _lines(decision: Decision) -> tuple[str, ...]:
    narrator = TemplateNarrator(clock=StillClock(NOW + timedelta(days=1)), zone=BERLIN)
    return narrator.lines(decision_facts(decision, quote=USD))


def _digest(decision: Decision) -> str:
    narrator = TemplateNarrator(clock=StillClock(NOW), zone=BERLIN)
    return "\n".join(narrator.lines(digest_facts([decision], quote=USD)))


SIGNALS = [
    (
        "rising, kept",
        (
            "The market has been rising steadily since 12 Feb, so winners may run further before"
            " they are trimmed: BTC's upper edge is 70.0 % instead of 60.0 %."
        ),
    ),
    (
        "falling, cash",
        (
            "The market has been falling steadily since 12 Feb, so the bot waits longer before"
            " buying a fall: USD's upper edge is 36.0 % instead of 28.0 %."
        ),
    ),
    (
        "sideways, trimmed",
        (
            "The market has been moving sideways since 12 Feb, so winners are trimmed a little"
            " sooner: BTC's upper edge is 58.0 % instead of 60.0 %."
        ),
    ),
    (
        "turbulent",
        (
            "The market has been turbulent since 12 Feb, so winners may run further before they are"
            " trimmed: BTC's upper edge is 65.0 % instead of 60.0 %."
        ),
    ),
    ("bull tilt", "For a rising market ETH's target is 35.0 % for now, instead of your 30.0 %."),
    (
        "bear tilt, inside",
        "For a falling market USD's target is 23.0 % for now, instead of your 20.0 %.",
    ),
    (
        "beside a crowded coin",
        (
            "BTC's target is 42.0 % for now, instead of your 40.0 %, as a crowded coin is made"
            " smaller."
        ),
    ),
    (
        "crowded coin, sold",
        "SOL is crowded, so smaller: its target is 8.0 % for now, instead of your 10.0 %.",
    ),
    ("fading, sold", "BTC's target is on its way back to your 50.0 %; for now it is 51.0 %."),
]


@pytest.mark.parametrize(("name", "sentence"), SIGNALS, ids=[name for name, _ in SIGNALS])
def test_the_signal_that_mattered_is_named_with_its_figures(name: str, sentence: str) -> None:
    """An edge or a target that the market moved is told with where it would stand otherwise."""
    assert sentence in "\n".join(_lines(SAMPLES[name].decision))


@pytest.mark.parametrize(
    "name", ["rising, trimmed", "falling, kept", "plain bands", "not known", "guarded"]
)
def test_what_the_market_did_not_move_is_not_blamed_on_it(name: str) -> None:
    """No word of the market where edge and target stand as they would anyway."""
    text = "\n".join(_lines(SAMPLES[name].decision))
    assert "instead of" not in text
    assert "steadily" not in text


def test_an_edge_that_was_cut_is_not_worked_back() -> None:
    """A lower edge at four fifths of the target could come from any factor, so none is told."""
    falling = replace(STATE, regime=regime(Regime.DOWN, "-0.7"))
    decision = confirmed(worked("0.5", "0.1", "1000"), falling)
    cash = next(row for row in decision.standings if row.asset == "USD")
    assert cash.band.lower == Decimal("0.08")
    assert "USD's lower edge" not in "\n".join(_lines(decision))


def test_a_crowded_coin_is_called_crowded_and_nothing_else() -> None:
    """A price that may fall is nobody's business here: crowded, so smaller."""
    for sample in SAMPLES.values():
        for line in (*_lines(sample.decision), *_why(sample)):
            if "crowded" in line:
                assert "crowded, so smaller" in line or "as a crowded coin is made smaller" in line
                assert "fall" not in line


def _why(sample: Sample) -> tuple[str, ...]:
    return gate_lines(sample.decision, quote="USD", now=NOW, zone=BERLIN)


def test_a_pause_tells_since_when_why_and_what_it_holds_back() -> None:
    """The answer during a pause: its span, what counts, the plan, and where things stand."""
    assert _lines(SAMPLES["stress pause, confirmed"].decision) == (
        (
            "The market has been under stress since 28 Feb, so rebalancing is on hold, through"
            " 13 Mar at the latest. Nothing is sold because of it."
        ),
        "Signs of stress now: prices fell hard, fear is high and the coins move together.",
        "Without the pause this would be proposed: sell 0.03195 BTC and buy 0.62 ETH.",
        "BTC stands 12.0 points above its target, past the 10.0 points it may drift.",
    )


def test_a_plan_that_more_than_the_pause_held_back_is_no_withheld_plan() -> None:
    """Without confirmation nothing would have been proposed in a calm market either."""
    assert "would be proposed" not in "\n".join(_lines(SAMPLES["stress pause"].decision))
    assert "would be" not in "\n".join(_lines(SAMPLES["stress of every kind"].decision))


def test_a_fall_within_the_day_is_told_as_such() -> None:
    """A shock that came between two daily looks is not told twice."""
    text = "\n".join(_lines(SAMPLES["stress within a day"].decision))
    assert "Signs of stress now: prices fell hard within a day, fear is high" in text
    assert text.count("prices fell hard") == 1


def test_the_digest_tells_of_a_pause_even_when_something_else_comes_first() -> None:
    """Halted or paused by hand, the reader still learns that the market is under stress."""
    for name in ("stress pause, confirmed", "halted under stress"):
        text = _digest(SAMPLES[name].decision)
        assert text.count("The market has been under stress since 28 Feb, so rebalancing") == 1
    assert "this would be proposed: sell 0.03195 BTC" in _digest(
        SAMPLES["stress pause, confirmed"].decision
    )


def test_an_override_is_told_on_the_card() -> None:
    """Who resumed, and until when, stands on a card that came during stress."""
    text = "\n".join(_lines(SAMPLES["resumed under stress"].decision))
    assert "The market is under stress; Ana resumed proposals until" in text


def test_the_pause_comes_first_in_its_gate() -> None:
    """/why and /status quote the conclusion, not the first piece of evidence."""
    lines = _why(SAMPLES["stress of every kind"])
    first = next(line for line in lines if line.startswith("✗"))
    assert first == (
        "✗ The market has been under stress since 28 Feb, so proposals are on hold. This lasts"
        " through 13 Mar at most and ends by itself."
    )
    below = lines[lines.index(first) + 1 :]
    assert below[0] == "   Prices count 2 of 3: the last three days came to −16.2 %."
    assert "   The quote coin counts 1 of 3: it is 0.62 % away from its par." in below


def _notice(code: NoticeCode, **values: str) -> str:
    text = notice_line(Notice(Mode.LIVE, code, "", tuple(values.items())), NOW, BERLIN, quote="USD")
    check_text(text)
    check_tone(text)
    return text


def test_the_notices_of_a_pause_read_as_the_workflows_send_them() -> None:
    """Begin, guarded time and end of a pause, in calm words, with days instead of hours."""
    until = "2026-03-16T00:00:00+00:00"
    assert _notice(NoticeCode.STRESS_BEGAN, why="price 2, correlation 1", until=until) == (
        "The market is under stress: prices fell hard and the coins move together. Rebalancing is"
        " on hold, through 16 Mar at the latest. Nothing is sold because of it. /regime tells more."
    )
    within = f"{FALL_WITHIN_THE_DAY}, price 3"
    assert "stress: prices fell hard within a day." in _notice(
        NoticeCode.STRESS_BEGAN, why=within, until=until
    )
    assert "Until 16 Mar is over, the bands are wider" in _notice(
        NoticeCode.STRESS_GUARDED, until=until
    )
    assert "Nothing is held back" in _notice(NoticeCode.STRESS_ENDED)
    assert "The market is under stress. Rebalancing" in _notice(
        NoticeCode.STRESS_BEGAN, until=until
    )


def test_the_notices_of_a_withheld_plan_tell_what_it_would_have_come_to() -> None:
    """What was held back, what it would have cost, and later what it would have made or lost."""
    what = "sell 0.031 BTC, buy 0.62 ETH"
    assert _notice(NoticeCode.WITHHELD, what=what, value="27.12") == (
        f"Held back while the market is under stress: {what}. It would have cost about $27. What"
        " it would have gained or lost is told after 1, 7 and 30 days."
    )
    marked = {"what": what, "days": "7", "amount": "120.40"}
    assert _notice(NoticeCode.WITHHELD_MARKED, outcome="saved", **marked) == (
        f"Held back by the pause: {what}. 7 days later, carrying it out would have lost about $120."
    )
    assert "would have gained about $120." in _notice(
        NoticeCode.WITHHELD_MARKED, outcome="cost", **marked
    )
    assert "made no difference." in _notice(NoticeCode.WITHHELD_MARKED, outcome="even", **marked)
    assert _notice(NoticeCode.WITHHELD_MARKED, outcome="cost", days="1", amount="3.2") == (
        "1 day after a plan was held back, carrying it out would have gained about $3.20."
    )


def test_silent_feeds_are_named_by_what_they_tell() -> None:
    """The families come as keys and read as words."""
    text = _notice(NoticeCode.FEEDS_SILENT, what="sentiment, flows")
    assert "no word on sentiment and exchange flows for more than 3 days" in text


@pytest.mark.parametrize("silence", list(Silence))
@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("counted", [0, 1])
def test_every_silence_of_every_family_has_words(
    family: Family, silence: Silence, counted: int
) -> None:
    """Why a kind of evidence has no vote, and what it counts for."""
    code = ReasonCode[f"{family.name}_UNKNOWN"]
    values = (("silence", silence.value), ("counted", counted))
    (text,) = reason_lines([Reason(code, "", values)], now=NOW, zone=BERLIN)
    check_text(text)
    assert en.VOCABULARY["silence"][silence] in text
    assert f"{counted} for now" in text


@pytest.mark.parametrize("kind", list(ReadingKind))
@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_of_every_feed_has_words(kind: ReadingKind, trouble: Trouble) -> None:
    """What is missing, from whom and why, with the coin it is about."""
    for about in (kind.value, f"{kind.value} ETH"):
        values = (("kind", about), ("source", "glassnode.com"), ("trouble", trouble.value))
        (text,) = reason_lines([Reason(ReasonCode.FEED_TROUBLE, "", values)], now=NOW, zone=BERLIN)
        check_text(text)
        assert "_" not in text
        assert ("(ETH)" in text) is (about != kind.value)
        assert "from glassnode.com: " in text


@pytest.mark.parametrize("above", ["0.5", "1", "2"])
@pytest.mark.parametrize("below", ["0.5", "1", "2"])
@pytest.mark.parametrize("label", [label for label in Regime if label is not Regime.UNKNOWN])
def test_every_pair_of_factors_has_its_words(label: Regime, above: str, below: str) -> None:
    """What a state does to the bands follows the policy's factors, whatever they are."""
    values = (
        ("label", label.value),
        ("since", MORNING - timedelta(days=9)),
        ("above", Decimal(above)),
        ("below", Decimal(below)),
    )
    (text,) = reason_lines([Reason(ReasonCode.REGIME, "", values)], now=NOW, zone=BERLIN)
    check_text(text)
    check_tone(text)
    assert "since 21 Feb, so " in text
    assert ("as they are" in text) is (above == below == "1")
    line = factors_line(SPEECH, Decimal(above), Decimal(below))
    assert bool(line) is not (above == below == "1")


@pytest.mark.parametrize("label", [label for label in Regime if label is not Regime.UNKNOWN])
@pytest.mark.parametrize("distance", ["0", "0.12"])
def test_every_next_change_has_words(label: Regime, distance: str) -> None:
    """Near or far, towards anything: what would have to happen, and when at the earliest."""
    for towards in (Regime.UP, Regime.DOWN, Regime.RANGING):
        text = next_line(
            SPEECH,
            label,
            towards,
            threshold=Decimal("-0.6"),
            distance=Decimal(distance),
            earliest=days_ago(-4),
        )
        check_text(text)
        assert "5 Mar" in text
        is_told = distance != "0" and label is not Regime.TURBULENT
        assert ("0.12 away from −0.6" in text) is is_told


def test_every_tilt_has_words_with_and_without_an_end() -> None:
    """Bear, bull and froth, with whatever the engine could tell of them."""
    full = (
        ("size", Decimal("0.06")),
        ("since", MORNING),
        ("ends", MORNING + timedelta(days=9)),
        ("rate", Decimal("0.0012")),
    )
    for name in TiltName:
        for count in range(len(full) + 1):
            values = (("name", name.value), *full[:count])
            reason = Reason(ReasonCode.TILT, "SOL", values)
            (text,) = reason_lines([reason], now=NOW, zone=BERLIN)
            check_text(text)
            check_tone(text)
            assert ("11 Mar" in text) is (count > 2)


def test_days_of_the_market_are_days_in_utc() -> None:
    """A day begins at midnight UTC for every reader, wherever the clock on the wall stands."""
    midnight = MORNING.replace(hour=0, minute=0)
    for words, shift in (("today", 0), ("yesterday", -1), ("tomorrow", 1)):
        assert en.day(midnight + timedelta(days=shift), now=NOW) == words
    assert en.day(midnight - timedelta(days=2), now=NOW) == "28 Feb"
    assert en.day(midnight - timedelta(days=200), now=NOW) == "14 Aug 2025"
    late = MORNING.replace(hour=23, minute=59).astimezone(ZoneInfo("Asia/Tokyo"))
    assert en.day(late, now=NOW) == "today"


def test_a_phase_without_a_day_is_told_without_one() -> None:
    """A memory that lost the day of the pause still says that there is one."""
    state = replace(STATE, stress=under(Stress.PAUSED, *VOTES))
    lost = replace(state, stress=replace(state.stress, since=None))
    text = "\n".join(_lines(confirmed(worked(), lost)))
    assert "under stress, so rebalancing is on hold. Nothing is sold because of it." in text
