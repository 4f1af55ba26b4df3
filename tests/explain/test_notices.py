from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.foreign import LONGEST, clause, person, plain
from bot.explain.notices import NOTICE_UNITS, notice_line
from bot.explain.states import order_line, proposal_line, standing_in_brief, standing_lines
from bot.explain.wording import en
from bot.ports.messages import Mode, Notice, NoticeCode
from core.domain.decision import Gate, ReasonCode
from core.domain.market import MarketStatus
from core.domain.policy import ProfileName
from core.domain.proposal import OrderState, ProposalState
from core.domain.state import EngineState, Halt, ManualPause, StressOverride
from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.units import text_of
from tests.dsl import MORNING
from tests.explain.executions import order_for, proposal_in
from tests.explain.reading import check_text, check_tone
from tests.strategies import states

BERLIN = ZoneInfo("Europe/Berlin")
NOW = MORNING + timedelta(hours=9)
ASKED = "As the owner asked, the books no longer expect"

FULL = {
    "by": "Ana",
    "why": "gate pause: PAUSED_STRESS",
    "what": "PRICE_STALE ETH, PRICE_STALE BTC",
    "until": (NOW + timedelta(hours=3)).isoformat(),
    "sent_at": (NOW - timedelta(hours=3)).isoformat(),
    "value": "4006.12",
    "asset": "BTC",
    "amount": "-0.25",
    "side": "SELL",
    "kind_of_flow": "deposit",
    "successor": "9mv1y7e5",
}


def _line(code: NoticeCode, values: Mapping[str, str], quote: str = "USD") -> str:
    notice = Notice(Mode.PAPER, code, "7f3k9q2m", tuple(values.items()))
    text = notice_line(notice, NOW, BERLIN, quote=quote)
    check_text(text)
    check_tone(text)
    return text


@pytest.mark.parametrize("code", list(NoticeCode))
def test_every_notice_reads_as_finished_text_with_every_value_or_none(code: NoticeCode) -> None:
    """A notice may come with all its values, some, or none: the words fit what is there."""
    _line(code, FULL)
    _line(code, FULL, quote="")
    for name, value in FULL.items():
        _line(code, {name: value})
    for mode in Mode:
        check_text(notice_line(Notice(mode, code), NOW, BERLIN))


@given(
    st.sampled_from(list(NoticeCode)),
    st.dictionaries(st.sampled_from(sorted(NOTICE_UNITS)), st.text(max_size=90)),
)
def test_a_notice_with_odd_values_is_still_one_line(
    code: NoticeCode, values: dict[str, str]
) -> None:
    """Nothing that stands in a value can break a notice: what cannot be read is left out."""
    text = notice_line(Notice(Mode.LIVE, code, "7f3k9q2m", tuple(values.items())), NOW, BERLIN)
    assert text
    assert "\n" not in text


TOLD: list[tuple[NoticeCode, dict[str, str], tuple[str, ...]]] = [
    (
        NoticeCode.PAUSED,
        {"by": "42"},
        ("Person 42 paused proposals.", "/resume ends the pause."),
    ),
    (
        NoticeCode.HALTED,
        {"by": "executor", "why": "the outcome of an order is unknown"},
        (
            "Evenkeel itself halted trading: the outcome of an order is unknown.",
            "Nothing is proposed, approved or ordered.",
            "Only “evenkeel unhalt” at the machine lifts the halt.",
        ),
    ),
    (
        NoticeCode.WITHDRAWN,
        {"why": "gate breach: NO_BREACH"},
        (
            "Proposal 7f3k9q2m was withdrawn: everything is back inside its band.",
            "Nothing was traded.",
        ),
    ),
    (
        NoticeCode.REMINDER,
        {"until": "2026-03-02T12:06:00+00:00"},
        (
            "Proposal 7f3k9q2m is open until today 13:06.",
            "There is no hurry, and without an answer nothing is traded.",
        ),
    ),
    (
        NoticeCode.FLOW,
        {"kind_of_flow": "deposit", "asset": "USD", "amount": "5000.00"},
        ("5,000 USD came in.", "It counts as new money, not as profit."),
    ),
    (
        NoticeCode.FLOW,
        {"kind_of_flow": "sold", "asset": "ETH", "amount": "0.5"},
        (
            "0.5 ETH was sold, and not by Evenkeel.",
            "It is counted from now on; a trade of your own is no loss.",
        ),
    ),
    (
        NoticeCode.ACCOUNT_PROBLEM,
        {"why": "Kraken does not know this key. Make a new one."},
        (
            "The account cannot be used, so nothing is proposed or traded.",
            "Kraken does not know this key.",
            "Make a new one.",
        ),
    ),
    (
        NoticeCode.LATE_ORDER,
        {"asset": "BTC", "amount": "0.1"},
        (
            "The venue has traded 0.1 BTC for an order of 7f3k9q2m that counted as not taken.",
            "Trading is halted.",
            "Please look at the venue.",
        ),
    ),
    (
        NoticeCode.UNEXPLAINED,
        {"asset": "ETH", "amount": "-0.5"},
        (
            "The account holds 0.5 ETH less than the books explain.",
            "If nobody took it out, please look at the venue.",
            "/halt stops all trading.",
        ),
    ),
    (
        NoticeCode.BOOKS_ADOPTED,
        {"by": "owner", "asset": "ETH", "amount": "0.5"},
        (
            "As the owner asked, 0.5 ETH that the books could not explain is taken over as it is.",
            "It does not count as profit or as new money.",
        ),
    ),
    (
        NoticeCode.BOOKS_ADOPTED,
        {"by": "owner", "asset": "USD", "amount": "-25.5"},
        (
            f"{ASKED} 25.5 USD that the account does not hold.",
            "It does not count as a loss or as a withdrawal.",
        ),
    ),
    (
        NoticeCode.ORDER_UNKNOWN,
        {"asset": "BTC", "side": "SELL"},
        (
            "The venue has not said what became of the order to sell BTC.",
            "It is not sent again, and nothing else is sent until this is settled.",
        ),
    ),
    (
        NoticeCode.DATA_UNSAFE,
        {"what": "PRICE_STALE BTC, PRICE_STALE ETH"},
        (
            "The data cannot be trusted right now: price too old (BTC and ETH).",
            "Nothing is proposed until they can.",
        ),
    ),
    (
        NoticeCode.SIZE_REMINDER,
        {"value": "4006.12"},
        (
            "At $4,006, fees weigh more than in a large portfolio.",
            "So the bands are wide and proposals are few.",
        ),
    ),
]


@pytest.mark.parametrize(("code", "values", "sentences"), TOLD)
def test_notices_say_what_happened_and_what_ends_it(
    code: NoticeCode, values: dict[str, str], sentences: tuple[str, ...]
) -> None:
    """The texts for the values that the workflows send."""
    assert _line(code, values) == " ".join(sentences)


@pytest.mark.parametrize("state", list(OrderState))
def test_every_state_of_an_order_reads_as_finished_text(state: OrderState) -> None:
    """Side, quantity and what became of it, in one line."""
    line = order_line(order_for(proposal_in(ProposalState.EXECUTING), 1, state))
    check_text(line)
    assert line.startswith("Order to sell 0.03195 BTC: ")


def test_a_proposal_tells_who_ended_it_when_and_why() -> None:
    """The outcome line of a card: person, time, reason, and that nothing was traded."""
    rejected = proposal_in(ProposalState.REJECTED, decided_by="Ana", note="rent is due.")
    assert proposal_line(rejected, NOW, BERLIN) == (
        "Proposal 7f3k9q2m was rejected by Ana today 09:30: rent is due. Nothing was traded."
    )
    waiting = proposal_line(proposal_in(ProposalState.PROPOSED), NOW, BERLIN)
    assert waiting == (
        "Proposal 7f3k9q2m waits for your answer until today 13:06. Without one, nothing is traded."
    )


def test_what_holds_proposals_back_is_told_with_how_it_ends() -> None:
    """Halt, pause, stress, a resumed stress pause and the guarded time, each in its words."""
    state = EngineState(halt=Halt(MORNING, "a strange fill"), pause=ManualPause(MORNING, "Ana"))
    halted, paused = standing_lines(state, NOW, BERLIN)
    assert halted.startswith("Trading has been halted since today 01:06: a strange fill. Only")
    assert paused == "Ana paused proposals today 01:06. /resume ends the pause."
    stressed = EngineState(stress=StressState(Stress.PAUSED))
    assert "ends by itself" in standing_lines(stressed, NOW, BERLIN)[0]
    dated = replace(stressed, stress=StressState(Stress.PAUSED, since=date(2026, 2, 8)))
    assert "under stress since 9 Feb, so proposals" in standing_lines(dated, NOW, BERLIN)[0]
    override = StressOverride(NOW + timedelta(hours=5), "Ana", "rent")
    resumed = standing_lines(replace(stressed, override=override), NOW, BERLIN)[0]
    assert resumed.startswith(
        "The market is under stress, but Ana resumed proposals until today 15:"
    )
    assert resumed.endswith("/regime tells more.")
    over = replace(override, until=NOW)
    assert "ends by itself" in standing_lines(replace(stressed, override=over), NOW, BERLIN)[0]
    broken = replace(stressed.stress, votes=(Vote(Family.QUOTE, 3),))
    held = replace(stressed, override=override, stress=broken)
    assert "ends by itself" in standing_lines(held, NOW, BERLIN)[0]
    guarded = EngineState(stress=StressState(Stress.GUARDED))
    assert "half" in standing_lines(guarded, NOW, BERLIN)[0]


def test_below_a_text_that_tells_the_rest_a_few_words_name_each_hold() -> None:
    """The foot of the daily summary has one short line for each hold, or one that there is none."""
    everything = EngineState(
        halt=Halt(MORNING, "a strange fill"),
        pause=ManualPause(MORNING, "Ana"),
        stress=StressState(Stress.PAUSED, since=date(2026, 2, 8)),
    )
    assert standing_in_brief(everything, NOW, BERLIN) == (
        "Trading is halted; only “evenkeel unhalt” at the machine lifts it.",
        "Proposals are paused by hand; /resume ends it.",
        "Proposals are on hold: the market is under stress. /regime tells more.",
    )
    override = StressOverride(NOW + timedelta(hours=5), "Ana", "rent")
    (passed,) = standing_in_brief(
        EngineState(stress=everything.stress, override=override), NOW, BERLIN
    )
    assert "Ana resumed proposals" in passed
    assert standing_in_brief(EngineState(), NOW, BERLIN) == ("Nothing is paused or halted.",)
    assert standing_lines(EngineState(), NOW, BERLIN) == ("Nothing is paused or halted.",)


@given(states())
def test_any_memory_has_its_lines(state: EngineState) -> None:
    """Whatever people typed as names and reasons, each line is one finished line."""
    for line in standing_lines(state, NOW, BERLIN):
        assert line.endswith(".")
        assert "\n" not in line


@pytest.mark.parametrize("code", list(ReasonCode))
def test_no_reason_code_reaches_a_reader_as_a_code(code: ReasonCode) -> None:
    """A recorded cause, however it is written down, is told in words."""
    for text in (
        code.value,
        f"gate data: {code} BTC",
        f"nothing left to trade: {code}, {code} ETH",
    ):
        for vocabulary in ("why", "what"):
            told = clause(en, vocabulary, text)
            assert told
            assert code.value not in told
            assert "_" not in told


@pytest.mark.parametrize("gate", list(Gate))
def test_a_failed_check_without_a_reason_has_words(gate: Gate) -> None:
    """``gate orders`` is no sentence; what it means is."""
    assert not clause(en, "why", f"gate {gate.value}").startswith("gate ") or gate in (
        Gate.TARGETS,
        Gate.BANDS,
    )


@given(st.text(max_size=300))
def test_foreign_text_becomes_one_short_printable_clause(text: str) -> None:
    """Line breaks, control and invisible characters go; what is left is short."""
    told = plain(text)
    assert len(told) <= LONGEST
    assert told.isprintable()
    assert not told.endswith((".", "!", "?", ":"))
    assert person(en, text).isprintable()


def test_every_key_of_a_closed_vocabulary_has_a_word() -> None:
    """Profiles, statuses, states and gates never show as keys."""
    for name, keys in {
        "profile": ProfileName,
        "status": MarketStatus,
        "state": ProposalState,
        "gate": Gate,
    }.items():
        assert {key.value for key in keys} <= en.VOCABULARY[name].keys()


def test_amounts_are_written_as_the_workflows_write_them() -> None:
    """The one text of a number that the store uses is what a notice reads."""
    values = {"kind_of_flow": "reward", "asset": "ETH", "amount": text_of(Decimal("0.0210"))}
    text = _line(NoticeCode.FLOW, values)
    assert text == "0.021 ETH came in as a reward."
