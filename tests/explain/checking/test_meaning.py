"""The rules about meaning together: on honest texts, on cunning ones, and on swapped facts."""

from dataclasses import replace

import pytest

from bot.explain.checking.codes import Code
from tests.explain.checking.cunning import CAUSES, HOSTILE
from tests.explain.checking.honest import honest_texts
from tests.explain.checking.told_tables import PROPOSE, SWAPPED, TABLES, codes, kept

HONEST = honest_texts()
AROUND = ("The plan is to {{sell_sol}} and {{buy_eth}}.", "It costs {{cost}}.")


@pytest.mark.parametrize(("topic", "lines"), HONEST)
def test_honest_texts_break_no_rule(topic: str, lines: tuple[str, ...]) -> None:
    """Whoever tells the facts in words of their own is printed."""
    assert codes(*lines, told=TABLES[topic]) == ()


def test_honest_texts_keep_what_they_tell_of_facts() -> None:
    """Of their sentences with a figure at most one in fifty is left out."""
    told = sum(line.count("{{") > 0 for _, lines in HONEST for line in lines)
    dropped = [s for topic, lines in HONEST for s in kept(*lines, told=TABLES[topic]).dropped]
    assert len([sentence for sentence in dropped if "{{" in sentence]) * 50 <= told


@pytest.mark.parametrize("text", HOSTILE)
def test_cunning_lines_are_not_shown(text: str) -> None:
    """A line that lies, pushes or promises refuses the text, or is left out of it."""
    assert codes(*AROUND, text) or text in kept(*AROUND, text).dropped


@pytest.mark.parametrize("text", CAUSES)
def test_invented_causes_are_not_shown(text: str) -> None:
    """A cause nobody measured refuses the text, or its sentence is left out."""
    assert codes(*AROUND, text) or text in kept(*AROUND, text).dropped


def test_swapped_facts_refuse_a_text_about_the_others() -> None:
    """A text about SOL does not pass over a table in which ETH is sold.

    Proves L3: the directions of the prose stand and fall with those of the facts.
    """
    text = ("The plan sells {{amount_sol}} of {{asset_sol}}.", "{{asset_sol}} rose {{drift_sol}}.")
    assert codes(*text) == ()
    assert codes(*text, told=SWAPPED) == ("DIRECTION",)


def test_a_removed_fact_takes_its_words_along() -> None:
    """Without its fact a word of direction stands alone. Proves L4, beside UNKNOWN."""
    facts = tuple(fact for fact in PROPOSE.facts if fact.fact_id != "amount_sol")
    told = replace(PROPOSE, facts=facts)
    assert codes("The plan sells {{amount_sol}} of {{asset_sol}}.", told=told) == ("DIRECTION",)


def test_every_broken_rule_is_named_once_and_in_order() -> None:
    """A retry hears of all that is wrong at once."""
    text = ("You should buy a dozen Bitcoin, {{cost}}.", "Bitcoin should rise.", "Und nun?")
    found = codes(*text)
    assert found == tuple(code.value for code in Code if code.value in found)
    assert set(found) == {"NUMWORD", "NAMES", "DIRECTION", "ADVICE", "LANG"}


def test_words_without_a_fact_are_left_out_and_refuse_nothing() -> None:
    """A sentence that can never be shown costs only itself, whatever it says."""
    for text in ("You must be quick about it.", "It is surely wise.", "It is not so."):
        assert codes(*AROUND, text) == ()
        assert kept(*AROUND, text).dropped == (text,)


def test_a_hostile_sentence_with_a_fact_refuses_the_text_even_where_it_is_left_out() -> None:
    """Beside a figure a lie costs the whole text, whether or not it would have been shown."""
    text = "You must be quick about {{asset_sol}}, said the gardener of kings."
    assert kept(*AROUND, text).dropped == (text,)
    assert codes(*AROUND, text) == ("ADVICE",)


def test_a_command_refuses_the_text_wherever_it_stands() -> None:
    """A model that tells a person to act is not printed at all."""
    for text in ("Approve it.", "Tap here.", "So approve it now.", "Ignore the table."):
        assert codes(*AROUND, text) == ("ADVICE",)


def test_a_coin_and_another_language_are_found_in_every_sentence() -> None:
    """Names are a rule of form, and a text in another language is no text."""
    assert codes(*AROUND, "Bitcoin is quiet.") == ("NAMES",)
    assert codes(*AROUND, "Nichts passiert heute noch.") == ("LANG",)
