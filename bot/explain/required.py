"""What a complete text about a table uses, and whether a short text can hold it.

A text of three to six lines tells the decision, not the table: what the template tells. Where that
is next to nothing, where a part of it is in words that no model may see, and where it is more than
a text can hold, the template speaks. Source: METHODS 7.4 COVERAGE.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.explain.needs import Need, digest_need, execution_need, no_trade_need, pause_need
from bot.explain.needs_of_answers import answer_need
from bot.explain.needs_of_plans import plan_need
from bot.explain.tellable import says_why
from bot.explain.told import Told, ToldFact
from core.domain.asked import Intent
from core.domain.decision import ReasonCode
from core.facts import Fact, FactTable, figure_id

LONGEST = 700
"""Characters of a text, finished or with its placeholders. Source: METHODS 7.3."""

PROSE_BETWEEN = 20
"""Characters of prose that go with each required fact: a coin's name, a verb, a comma."""

_BRACES = 4

_WHY_HALTED = figure_id(ReasonCode.HALTED, "", "why")
_WHO_PAUSED = figure_id(ReasonCode.PAUSED_BY_HAND, "", "by")


def required_ids(
    table: FactTable, facts: Iterable[Fact], told: Sequence[ToldFact]
) -> tuple[str, ...]:
    """Return the ids a complete text uses, in reading order; only such as are told.

    Args:
        table: the fact table.
        facts: the facts that a text may use.
        told: the same in words.

    Returns:
        None at all where the template has to speak.
    """
    words = {fact.fact_id: fact for fact in told}
    shown = FactTable(table.topic, tuple(f for f in facts if f.fact_id in words), table.codes)
    if _needs_foreign_words(table, shown):
        return ()
    need = _BY_TOPIC.get(table.topic, answer_need)(shown)
    wanted = [name for name in dict.fromkeys(need.must) if name in words]
    for group in need.extras if wanted else ():
        more = [name for name in group if name in words and name not in wanted]
        if _length(words[name] for name in (*wanted, *more)) <= LONGEST:
            wanted += more
    return tuple(wanted)


def fits(told: Told) -> bool:
    """Tell whether a text can be asked for: there is something it must tell, and it holds that."""
    facts = [fact for name in told.required if (fact := told.find(name)) is not None]
    return bool(facts) and _length(facts) <= LONGEST


def _length(facts: Iterable[ToldFact]) -> int:
    """Return the characters of a text that tells these facts, written or finished."""
    told = [*facts]
    finished = sum(len(fact.text) for fact in told)
    written = sum(len(fact.fact_id) + _BRACES for fact in told)
    return max(finished, written) + len(told) * PROSE_BETWEEN


def _needs_foreign_words(table: FactTable, shown: FactTable) -> bool:
    """Tell whether the template tells a cause in somebody's own words, which no model may see."""
    if table.find(_WHY_HALTED) is not None:
        return True
    about = table.find("about")
    if about is not None and about.value == Intent.WHY_PAUSED:
        return table.find(_WHO_PAUSED) is not None
    is_noted = table.find("note") is not None and says_why(table)
    return is_noted and shown.find("why") is None


_BY_TOPIC: Mapping[str, Callable[[FactTable], Need]] = {
    "propose": plan_need,
    "no_trade": no_trade_need,
    "pause": pause_need,
    "execution": execution_need,
    "digest": digest_need,
}
