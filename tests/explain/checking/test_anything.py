"""Whatever a model returns about whatever facts: nothing raises, and no figure slips through."""

import json
import re
from dataclasses import replace
from unicodedata import category

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.explain.checking.check import check
from bot.explain.checking.verdict import Verdict
from bot.explain.substitution import fill
from bot.explain.told import Told, ToldFact
from core.facts import Polarity
from tests.explain.checking.hostile import HARMLESS, HOSTILE
from tests.explain.checking.hostile_outputs import BROKEN
from tests.explain.checking.plan_told import GOOD, TOLD, output_of, with_line

QUANTITIES = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty|hundred|thousand"
    r"|million|billion|half|third|quarter|double|twice|dozen|couple|several|percent)\b",
    re.IGNORECASE,
)

ids = st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True)
subjects = st.sampled_from(["SOL", "ETH", "portfolio", "market", "proposal"])
kinds = st.sampled_from(["asset", "trade", "drift", "cost", "time", "fee", "profit"])
any_text = st.text(st.characters(codec=None), max_size=60)
fact_texts = st.one_of(any_text, st.sampled_from(["12.5 SOL", "{{cost}}", "3", "", "<b>8</b>"]))


@st.composite
def facts(draw: st.DrawFn) -> tuple[ToldFact, ...]:
    """Draw up to thirty rows with different ids."""
    names = draw(st.lists(ids, unique=True, max_size=30))
    return tuple(
        ToldFact(
            name,
            draw(subjects),
            draw(st.sampled_from(Polarity)),
            draw(kinds),
            draw(any_text),
            "",
            draw(fact_texts),
        )
        for name in names
    )


@st.composite
def tables(draw: st.DrawFn) -> Told:
    """Draw a fact table of any topic, in a language that may not exist."""
    rows = draw(facts())
    required = draw(st.lists(st.sampled_from([row.fact_id for row in rows]))) if rows else []
    language = draw(st.sampled_from(["en", "en", "en", "de", "xx", ""]))
    return Told("propose", language, rows, tuple(required))


@st.composite
def prose(draw: st.DrawFn, told: Told) -> str:
    """Draw one line: words, figures, marks and placeholders in any order."""
    known = [f"{{{{{fact.fact_id}}}}}" for fact in told.facts] or ["{{nothing}}"]
    words = [
        "It is",
        "the plan",
        "two",
        "half of",
        "dozen",
        "7",
        "\u00bd",
        "\u0663",
        ".",
        ", ",
        "k",
    ]
    parts = st.one_of(st.sampled_from(known), st.sampled_from(words), any_text)
    between = draw(st.sampled_from([" ", " ", ""]))
    return between.join(draw(st.lists(parts, max_size=12)))


@st.composite
def outputs(draw: st.DrawFn, told: Told) -> str:
    """Draw an output in the right form with anything inside."""
    roles = st.sampled_from(["what", "why", "cost", "risk", "next", "other"])
    row = st.fixed_dictionaries({"role": roles, "text": prose(told)})
    return json.dumps({"lines": draw(st.lists(row, max_size=7))})


json_like = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["lines", "role", "text", "x"]), inner, max_size=4),
    ),
    max_leaves=20,
)
raw = st.one_of(
    st.text(st.characters(codec=None), max_size=400),
    st.binary(max_size=400).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.binary(max_size=400).map(lambda data: data.decode("latin-1")),
    json_like.map(json.dumps),
    st.text('{}[]":,\\ lines role text what 0', max_size=400),
)


def _insist(verdict: Verdict, told: Told) -> None:
    """Insist that a verdict shows all or nothing, and no figure that is not a fact's."""
    if not verdict.accepted:
        assert (verdict.lines, verdict.dropped, verdict.emptied) == ((), (), ())
        return
    assert verdict.lines
    fill(verdict.lines, told)
    silent = replace(told, facts=tuple(replace(fact, text="") for fact in told.facts))
    shown = " ".join(fill(verdict.lines, silent))
    assert not [c for c in shown if category(c)[0] in "NC" or c in "{}<>"], ascii(shown)
    assert not QUANTITIES.search(shown), shown


@given(tables(), raw)
def test_no_bytes_raise(told: Told, output: str) -> None:
    """Random bytes, characters and JSON about random facts end in a verdict."""
    _insist(check(output, told), told)


@given(st.data())
def test_no_figure_slips_through(data: st.DataObject) -> None:
    """Random prose in the right form about random facts shows no figure of its own."""
    told = data.draw(tables())
    output = data.draw(outputs(told))
    _insist(check(output, told), told)


SOMETHING = st.one_of(
    any_text,
    st.sampled_from([text for texts in (*HOSTILE.values(), *HARMLESS.values()) for text in texts]),
    prose(TOLD),
)


@given(SOMETHING, st.integers(0, 3), st.integers(0, 60))
@example("", 0, 0)
@example(" you", 3, 20)
def test_nothing_put_into_a_good_text_slips_through(text: str, line: int, place: int) -> None:
    """A good text with anything put in anywhere shows no figure of its own."""
    old = GOOD[line]
    new = replace(old, text=old.text[:place] + text + old.text[place:])
    output = output_of((*GOOD[:line], new, *GOOD[line + 1 :]))
    verdict = check(output, TOLD)
    if not text:
        assert verdict.accepted
    _insist(verdict, TOLD)


@given(st.sampled_from([text for texts in HOSTILE.values() for text in texts]), tables())
def test_a_hostile_line_is_refused_beside_any_facts(text: str, told: Told) -> None:
    """What breaks a rule of form breaks it whatever the table holds."""
    known = {fact.fact_id for fact in told.facts}
    assume(not known & {"costs", "fee", "c", "cost_", "system", "text", "approve"})
    assert not check(with_line(text), told).accepted


@given(st.sampled_from([output for some in BROKEN.values() for output in some]), any_text)
def test_trailing_text_never_mends_an_output(output: str, text: str) -> None:
    """Text behind a refused output does not make it acceptable."""
    assert not check(output + text, TOLD).accepted
