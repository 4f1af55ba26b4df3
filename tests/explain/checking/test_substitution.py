"""Finished words take the place of placeholders, once, and are escaped by the chat alone."""

from dataclasses import replace

import pytest

from bot.chat.render.pages import pages, paragraph
from bot.explain.checking.verdict import Line, Role
from bot.explain.substitution import fill
from bot.explain.told import Told, ToldFact
from core.domain.errors import InvariantBroken
from core.facts import Polarity
from tests.explain.checking.plan_told import FACTS, GOOD, TOLD


def _filled(text: str, told: Told = TOLD) -> str:
    (line,) = fill((Line(Role.WHY, text),), told)
    return line


def _told(**texts: str) -> Told:
    facts = (
        ToldFact(name, "portfolio", Polarity.NONE, "value", "", "", text)
        for name, text in texts.items()
    )
    return replace(TOLD, facts=(*FACTS, *facts))


def test_the_good_text_reads_as_a_person_would_write_it() -> None:
    """Every placeholder becomes its fact's words, and nothing else changes."""
    assert fill(GOOD, TOLD) == (
        "The plan is to sell 12.5 SOL (about $2,010).",
        "SOL stands 6.2 points above target.",
        "It costs about $8.10 in fees and spread.",
        "The card is open until 21:00 today.",
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("{{cost}}.", "About $8.10 in fees and spread."),
        ("It is small. {{cost}}.", "It is small. About $8.10 in fees and spread."),
        ("What now? {{sell_sol}}.", "What now? Sell 12.5 SOL (about $2,010)."),
        ("Done! ({{cost}}.)", "Done! (About $8.10 in fees and spread.)"),
        ("({{cost}}) is all.", "(About $8.10 in fees and spread) is all."),
        ("“All.” {{cost}}.", "“All.” About $8.10 in fees and spread."),
        ("It: {{cost}}.", "It: about $8.10 in fees and spread."),
        ("Small, i.e. {{cost}}.", "Small, i.e. about $8.10 in fees and spread."),
        ("{{asset_sol}} {{drift_sol}}.", "SOL 6.2 points above target."),
        ("{{value}}. {{expiry}}.", "$32,400. 21:00 today."),
        ("{{value}} and {{cost}}.", "$32,400 and about $8.10 in fees and spread."),
    ],
)
def test_a_sentence_begins_with_a_capital_letter(text: str, read: str) -> None:
    """Words that begin a sentence are raised; inside one they stay as they are."""
    assert _filled(text) == read


def test_the_name_of_a_coin_keeps_its_letters() -> None:
    """A symbol is not prose, so it is never raised."""
    coin = ToldFact("asset_x", "x", Polarity.NONE, "asset", "stX", "", "stX")
    assert _filled("{{asset_x}} moved.", replace(TOLD, facts=(coin,))) == "stX moved."


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("It is {{value}}", "It is $32,400."),
        ("It is ({{value}})", "It is ($32,400)."),
        (" It is {{value}}. ", "It is $32,400."),
        (" {{cost}} ", "About $8.10 in fees and spread."),
        ("(It is {{value}}.)", "(It is $32,400.)"),
        ("Is it {{value}}?", "Is it $32,400?"),
        ("It is:", "It is:"),
    ],
)
def test_a_line_ends_with_a_full_stop(text: str, read: str) -> None:
    """Lines are read one after another, so none may run into the next."""
    assert _filled(text) == read


def test_words_that_were_put_in_are_never_looked_at_again() -> None:
    """A fact whose words look like a placeholder stays as it is, in every order."""
    told = _told(a="{{b}}", b="{{a}}", c="{{", d="cost}}")
    assert _filled("x {{a}} and {{b}}.", told) == "x {{b}} and {{a}}."
    assert _filled("x {{c}}{{d}}.", told) == "x {{cost}}."
    assert _filled("x {{a}}. {{b}}.", _told(a="x. ", b="y")) == "x x. . Y."


def test_backslashes_in_words_mean_nothing() -> None:
    """A fact is text, never a pattern."""
    assert _filled("x {{a}}.", _told(a=r"\1 \g<0> %s {0}")) == r"x \1 \g<0> %s {0}."


def test_everything_is_escaped_once_in_the_end() -> None:
    """Signs in a fact's words reach Telegram escaped exactly once, and the console as they are."""
    told = _told(a="<b>5 & 6</b> &amp; {{cost}}")
    lines = fill((Line(Role.WHY, "It is {{a}}."), Line(Role.COST, "So {{cost}}.")), told)
    assert lines[0] == "It is <b>5 & 6</b> &amp; {{cost}}."
    assert pages([paragraph(lines)], continued="") == (
        "It is &lt;b&gt;5 &amp; 6&lt;/b&gt; &amp;amp; {{cost}}. So about $8.10 in fees and spread.",
    )


def test_two_assets_exchanged_read_exchanged() -> None:
    """Exchanging two facts exchanges what is read: the words come from nowhere else."""
    sol, eth = FACTS[0], FACTS[1]
    swapped = replace(TOLD, facts=(replace(sol, text="ETH"), replace(eth, text="SOL"), *FACTS[2:]))
    text = "{{asset_sol}} before {{asset_eth}}."
    assert _filled(text) == "SOL before ETH."
    assert _filled(text, swapped) == "ETH before SOL."


def test_a_fact_nobody_told_is_our_own_mistake() -> None:
    """An unknown id cannot come from a checked line, so it stops rather than leaving a gap."""
    with pytest.raises(InvariantBroken, match="'nothing'"):
        _filled("It is {{nothing}}.")
