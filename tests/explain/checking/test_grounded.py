"""GROUNDED: only what stands on a fact is printed, and the rest is left out."""

import pytest

from bot.explain.checking.verdict import Role
from tests.explain.checking.told_tables import EXECUTION, PAUSE, codes, english, kept

LEFT_OUT = (
    "It has been a long week for everyone.",
    "The portfolio likes its balance.",
    "You decide, and the cat decides too.",
    "{{asset_sol}} is loved by everyone.",
    "{{asset_sol}} stands {{drift_sol}}, to the delight of gardeners.",
    "A quiet harbour left {{asset_sol}} {{drift_sol}}.",
    "{{asset_sol}} stands {{drift_sol}} on a cloudless day.",
    "The plan has already been carried out: {{sell_sol}}.",
    "You approved this: {{sell_sol}}.",
    "As the market slept, {{asset_sol}} stands {{drift_sol}}.",
    "Wherever ships sail, the plan is to {{sell_sol}}.",
    "{{asset_eth}} is a darling of gamers.",
    "The plan is to {{sell_sol}}, a fine harvest.",
)
SHOWN = (
    "You decide.",
    "Nothing is bought or sold.",
    "“Nothing is bought or sold.”",
    "There is no hurry.",
    "The plan waits for your answer!",
    "{{sell_sol}}.",
    "{{asset_sol}} has left its band.",
    "The plan is to {{sell_sol}}, within the rules you set.",
    "{{asset_sol}} meanders {{drift_sol}}.",
    "{{asset_sol}} stands firmly {{drift_sol}}.",
    "The card is open until {{expiry}}, and nothing happens before you decide.",
)


@pytest.mark.parametrize("text", LEFT_OUT)
def test_a_sentence_that_says_more_than_the_facts_is_left_out(text: str) -> None:
    """It is dropped, and refuses nothing."""
    assert codes(text) == ()
    assert kept(text, "It costs {{cost}}.").dropped == (text,)


@pytest.mark.parametrize("text", SHOWN)
def test_facts_and_stock_sentences_are_shown(text: str) -> None:
    """A sentence with a figure, or one of the closed list, stays as it was written."""
    assert kept(text).dropped == ()
    assert kept(text).lines[0].text == text


def test_what_is_left_of_a_line_stays_in_order() -> None:
    """Only the sentence goes; a line of which nothing is left is named by its role."""
    left = kept(
        "The plan is to {{sell_sol}}. What a day that was! It costs {{cost}}.",
        "Birds sing.",
        "The card is open until {{expiry}}.",
    )
    assert [line.text for line in left.lines] == [
        "The plan is to {{sell_sol}}. It costs {{cost}}.",
        "The card is open until {{expiry}}.",
    ]
    assert left.dropped == ("What a day that was!", "Birds sing.")
    assert left.emptied == (Role.WHY,)


def test_a_line_without_a_word_is_empty() -> None:
    """Marks alone say nothing."""
    assert kept("...").emptied == (Role.WHAT,)
    assert kept("").lines == ()


def test_what_has_happened_is_told_where_something_has() -> None:
    """A report may say that orders were carried out; a proposal may not."""
    text = "The trades are done: {{sold_sol}}."
    assert kept(text, told=EXECUTION).dropped == ()
    assert kept("The trades are done: {{sell_sol}}.").dropped != ()


def test_the_market_is_spoken_of_where_the_table_is_about_it() -> None:
    """Its words are everyday ones beside facts about it, and inventions beside others."""
    assert kept("The market decides, and it lasts until {{until}}.", told=PAUSE).dropped == ()
    assert kept("The market decides, and it lasts until {{expiry}}.").dropped != ()


def test_every_stock_sentence_is_shown_and_breaks_no_rule() -> None:
    """The closed list holds nothing that another rule would refuse."""
    for words in sorted(english().stock):
        sentence = " ".join(words).capitalize() + "."
        assert kept(sentence).dropped == ()
        assert codes(sentence) == ()


def test_a_stock_sentence_counts_as_a_whole_only() -> None:
    """With more in it, it is any other sentence."""
    assert codes("Nothing is bought or sold.") == ()
    assert codes("Nothing is bought or sold today.") == ("DIRECTION", "NEGATION")
