import ast
import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

import core.facts
from bot.explain.checking.codes import Code
from bot.explain.prompt_files import load_prompt
from bot.explain.prompts import MOST_RULES, narrator_question, shape_of
from bot.explain.speech import Speech
from bot.explain.telling import TOPICS, tell
from bot.explain.told import Told, ToldFact
from bot.explain.wording import de, en
from core.domain.decision import ReasonCode
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.facts import REASON_UNITS, Polarity, Unit, decision_facts, digest_facts
from tests.dsl import MORNING, decide_daily
from tests.explain.rarer import every
from tests.explain.samples import Sample, worked
from tests.strategies import FEWER, World, worlds

HERE = Path(__file__).parent
USD = Asset("USD")
SAMPLES = every()
ENGLISH = Speech(en, MORNING + timedelta(minutes=2), ZoneInfo("Europe/Berlin"), "USD")

FACTS = Path(core.facts.__file__).parent

FOREIGN = {"by", "note", "source", "quantity", "kind", "trouble"}
"""What a venue, a feed or a person names; it is never told."""

TOKENS_IN = 1200
"""The most of a question. Source: METHODS 7.8."""

CHARACTERS_A_TOKEN = 4
"""A common estimate for English; what is counted is the instruction and the filled part."""


def _told(sample: Sample) -> Told:
    now = sample.decision.decided_at
    table = decision_facts(
        sample.decision, quote=Asset(sample.quote), expires_at=now + timedelta(hours=12)
    )
    return tell(replace(ENGLISH, now=now, quote=sample.quote), table)


def _kinds_of_rows() -> set[str]:
    """Return the kind of every row that ``core.facts`` writes by name."""
    trees = (ast.parse(path.read_text("utf-8")) for path in FACTS.glob("*.py"))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "row"
        and isinstance(call.args[0], ast.Constant)
    }


def _plan() -> Told:
    return _told(next(sample for sample in SAMPLES if sample.name == "one breach"))


def test_the_question_about_a_plan_is_what_was_read_and_approved() -> None:
    """What leaves the machine changes only on purpose: tests/prompts/question.txt holds it."""
    question = narrator_question(_plan())
    approved = (HERE / "question.txt").read_text(encoding="utf-8")
    assert f"{question.system}\n\n{question.user}\n" == approved


def test_a_question_carries_the_settings_of_its_prompt() -> None:
    """Length, temperature and the schema's name come from the manifest; the schema is strict."""
    question = narrator_question(_plan())
    assert (question.prompt, question.schema_name) == ("narrator-en-1", "narration")
    assert (question.max_tokens, question.temperature) == (350, 0.0)
    schema = json.dumps(question.schema)
    assert schema.count('"additionalProperties": false') == 2
    assert '"enum": ["what", "why", "cost", "risk", "next"]' in schema


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_question_is_too_long(sample: Sample) -> None:
    """Every sample's question, with as many broken rules as are named, stays within its limit."""
    question = narrator_question(_told(sample), tuple(Code)[:MOST_RULES])
    length = len(question.system) + len(question.user)
    assert length / CHARACTERS_A_TOKEN <= TOKENS_IN


@FEWER
@given(worlds())
def test_no_figure_of_any_decision_is_sent(world: World) -> None:
    """Whatever the portfolio, the filled part of the question holds no digit."""
    decision = decide_daily(world.situation, 2, world.state)
    for table in (decision_facts(decision, quote=USD), digest_facts([decision], quote=USD)):
        assert not re.search(r"\d", narrator_question(tell(ENGLISH, table)).user)


def test_every_line_is_one_fact_and_the_required_ones_are_marked() -> None:
    """A model reads each id once, and sees which it has to use."""
    told = _plan()
    lines = narrator_question(told).user.partition("Facts:\n")[2].splitlines()
    assert [line.split(" ")[0] for line in lines] == [fact.fact_id for fact in told.facts]
    marked = [line.split(" ")[0] for line in lines if line.split(" ")[1] == "!"]
    assert marked == [fact.fact_id for fact in told.facts if fact.fact_id in told.required]


def test_shapes_hide_names_of_proposals_and_instants() -> None:
    """A proposal's name reads as a mark, like every figure, and of an hour no word goes out."""
    waiting = _told(next(sample for sample in SAMPLES if sample.name == "proposal open"))
    shapes = {fact.fact_id: shape_of(fact) for fact in (*waiting.facts, *_plan().facts)}
    assert shapes["proposal_open_proposal"] == "proposal #"
    assert shapes["expiry"] == "a time"
    assert shapes["sell_btc"] == "sell # BTC (about $#)"


@pytest.mark.parametrize(
    ("unit", "text", "shape"),
    [
        (Unit.DAY, "Mon 2 Feb", "a date"),
        (Unit.INSTANT, "yesterday 12:30", "a time"),
        (Unit.DAYS, "one week", "a span"),
        (Unit.SECONDS, "half a minute", "a span"),
        (Unit.RATE, "−14.2 % in three days", "# % in # days"),
        (Unit.NUMBER, "Twelve of 30", "# of #"),
        (Unit.KEY, "half-way between its target and its edge", "="),
    ],
)
def test_no_day_hour_span_or_number_word_is_sent(unit: Unit, text: str, shape: str) -> None:
    """Days, times and spans go out as what they are; figures in letters are masked as well."""
    fact = ToldFact("x", "market", Polarity.NONE, "since", "x", unit.value, text)
    assert shape_of(fact) == (text if shape == "=" else shape)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_question_names_a_day(sample: Sample) -> None:
    """Not even the words beside a date or an hour leave the machine."""
    facts = narrator_question(_told(sample)).user.partition("Facts:\n")[2].lower()
    assert not re.search(r"\b(?:yesterday|today|tomorrow|mon|tue|wed|thu|fri|sat|sun)\b", facts)
    assert not re.search(r"\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\b", facts)


def test_a_second_question_names_the_rules_and_nothing_else() -> None:
    """The rules that were broken are added with what they mean; the rest is the same."""
    first, second = narrator_question(_plan()), narrator_question(_plan(), (Code.DIGIT, Code.GLUE))
    assert second.system == first.system
    added = second.user.removeprefix(first.user).strip().splitlines()
    assert second.user.startswith(first.user)
    assert [line.split(":")[0] for line in added[1:]] == ["- DIGIT", "- GLUE"]


def test_every_code_rule_topic_and_kind_has_a_meaning() -> None:
    """A model is never shown a bare code: every fact is explained in a few words."""
    meanings = load_prompt("narrator", "en").meanings
    assert meanings["retry"].keys() == {code.value for code in Code}
    assert meanings["topics"].keys() == TOPICS
    assert meanings["codes"].keys() <= {code.value for code in ReasonCode}
    kinds = {name.rpartition(".")[2] for name in meanings["facts"]}
    figures = {kind for units in REASON_UNITS.values() for kind in units}
    assert _kinds_of_rows() | figures <= kinds | FOREIGN


def test_the_instruction_holds_no_digit_beside_its_numbering_and_limits() -> None:
    """An instruction that shows figures teaches a model to write some."""
    system = load_prompt("narrator", "en").system
    text = re.sub(r"(?m)^\d+\. ", "", system)
    assert re.findall(r"\d+", text) == ["110", "700"]
    numbers = [int(number) for number in re.findall(r"(?m)^(\d+)\. ", system)]
    assert all(later == earlier + 1 for earlier, later in pairwise([0, *numbers]))


def test_a_language_without_a_prompt_is_an_error_that_says_so() -> None:
    """Nobody asks a model to write in a language that no prompt was released for."""
    told = tell(replace(ENGLISH, wording=de), decision_facts(decide_daily(worked(), 2), quote=USD))
    with pytest.raises(InputInvalid, match="names no prompt 'narrator' for 'de'"):
        narrator_question(told)
