"""The assembled checks: what is refused, by which rule, and what is left alone."""

from dataclasses import replace

import pytest

from bot.explain.checking.check import check
from bot.explain.checking.codes import STRUCTURAL, Code
from bot.explain.checking.verdict import Line, Role
from tests.explain.checking.hostile import HARMLESS, HOSTILE
from tests.explain.checking.hostile_outputs import BROKEN, NEAR_MISSES
from tests.explain.checking.plan_told import FACTS, GOOD, TOLD, output_of, with_line

_BAD = {code: tuple(map(with_line, texts)) for code, texts in HOSTILE.items()} | BROKEN
_FINE = {code: tuple(map(with_line, texts)) for code, texts in HARMLESS.items()} | NEAR_MISSES


def _each(table: dict[Code, tuple[str, ...]]) -> list[object]:
    return [
        pytest.param(code, output, id=f"{code.lower()}-{number}")
        for code, outputs in table.items()
        for number, output in enumerate(outputs)
    ]


@pytest.mark.parametrize(("code", "output"), _each(_BAD))
def test_a_broken_rule_of_form_refuses_the_text(code: Code, output: str) -> None:
    """Every sample is refused, the rule it breaks is named, and nothing of it is handed on."""
    verdict = check(output, TOLD)
    assert code in verdict.codes
    assert not verdict.accepted
    assert (verdict.lines, verdict.dropped, verdict.emptied) == ((), (), ())


@pytest.mark.parametrize(("code", "output"), _each(_FINE))
def test_what_only_comes_close_is_shown(code: Code, output: str) -> None:
    """Texts that come close to breaking a rule of form and break none are accepted."""
    verdict = check(output, TOLD)
    assert verdict.codes == (), code
    assert verdict.lines


def test_every_rule_of_form_has_its_samples() -> None:
    """Each structural rule is tried on at least ten bad texts and five that come close."""
    for code in STRUCTURAL - {Code.NAMES}:
        assert len(set(_BAD[code])) >= 10, code
        assert len(set(_FINE[code])) >= 5, code


def test_the_good_text_is_shown_as_it_is() -> None:
    """A text that breaks nothing keeps all its lines, in order and unchanged."""
    verdict = check(output_of(GOOD), TOLD)
    assert verdict.codes == ()
    assert verdict.lines == GOOD


def test_a_fact_taken_away_makes_the_old_text_unknown() -> None:
    """A text written for one table is refused for another that lacks one of its facts."""
    fewer = replace(TOLD, facts=FACTS[:-1], required=TOLD.required[:-1])
    assert check(output_of(GOOD), fewer).codes == (Code.UNKNOWN,)


def test_all_broken_rules_are_named_in_order() -> None:
    """A retry hears of every rule that the whole text breaks, in one fixed order."""
    output = output_of(
        (
            Line(Role.RISK, "See example.com, *now*, 7 times."),
            Line(Role.COST, "It costs -{{costs}}k."),
            *GOOD[:1],
        )
    )
    codes = check(output, TOLD).codes
    expected = {
        Code.CHARSET,
        Code.UNKNOWN,
        Code.DIGIT,
        Code.GLUE,
        Code.MARKUP,
        Code.URL,
        Code.COVERAGE,
    }
    assert expected <= set(codes)
    assert list(codes) == sorted(set(codes), key=list(Code).index)


def test_without_shape_nothing_else_is_looked_at() -> None:
    """What is no output at all is named for that alone, and what is beyond measure for that."""
    assert check("7 {{nothing}} https://example.com", TOLD).codes == (Code.SHAPE,)
    assert check("7 {{nothing}} https://example.com" * 1_000, TOLD).codes == (Code.LEN,)


def test_the_words_of_a_text_far_too_long_are_not_looked_at() -> None:
    """A text four times too long is only told so, and what its characters are."""
    slightly = output_of([*GOOD, Line(Role.RISK, "You should go, {{cost}}. " * 40)])
    assert {Code.LEN, Code.ADVICE} <= set(check(slightly, TOLD).codes)
    far = output_of([*GOOD, Line(Role.RISK, "You should go now. 7. " * 140)])
    assert check(far, TOLD).codes == (Code.LEN, Code.CHARSET, Code.DIGIT)


def test_a_language_without_a_word_list_is_refused() -> None:
    """No text is shown in a language whose words nothing here can check."""
    for language in ("de", "xx", "", "EN", "../en"):
        told = replace(TOLD, language=language)
        assert check(output_of(GOOD), told).codes == (Code.LANG,)
    told = replace(TOLD, language="xx")
    assert check(with_line("It costs 7."), told).codes == (Code.DIGIT, Code.LANG)


def test_a_clean_sentence_without_a_fact_is_left_out() -> None:
    """Small talk costs the rest of the text nothing: it is left out, and its line is named."""
    chatter = "The weather was fine in the mountains."
    verdict = check(with_line(chatter), TOLD)
    assert verdict.codes == ()
    assert verdict.lines == GOOD
    assert verdict.dropped == (chatter,)
    assert verdict.emptied == (Role.RISK,)


def test_a_sentence_that_is_left_out_must_still_be_clean() -> None:
    """What breaks a rule refuses the text even where it would have been left out anyway."""
    assert Code.DIGIT in check(with_line("The weather was fine for 3 days."), TOLD).codes
    assert Code.URL in check(with_line("The weather is at example.com today."), TOLD).codes


def test_an_invented_cause_is_left_out_where_it_stands_alone() -> None:
    """A cause in a sentence without a fact is dropped; in one that stays it refuses the text."""
    alone = check(with_line("This happened because the weather was fine."), TOLD)
    assert alone.codes == ()
    assert alone.dropped == ("This happened because the weather was fine.",)
    joined = check(with_line("It costs {{cost}} because the weather was fine."), TOLD)
    assert joined.codes == (Code.CAUSE,)


def test_what_must_be_said_is_counted_on_what_is_shown() -> None:
    """A text of which nothing is left says so, and that it says nothing of what it must."""
    chatter = [Line(Role.WHY, "The weather was fine in the mountains.")] * 3
    assert check(output_of(chatter), TOLD).codes == (Code.COVERAGE, Code.GROUNDED)
    free = replace(TOLD, required=())
    assert check(output_of(chatter), free).codes == (Code.GROUNDED,)


def test_a_fact_in_a_sentence_that_is_left_out_is_not_said() -> None:
    """What must be said counts only where it is shown, not where it was merely written."""
    odd = "{{asset_eth}} enchants wizards."
    assert check(with_line(odd), TOLD).dropped == (odd,)
    told = replace(TOLD, required=(*TOLD.required, "asset_eth"))
    assert check(with_line(odd), told).codes == (Code.COVERAGE,)
