"""GROUNDED: only what stands on a fact is printed, and the rest is left out."""

from dataclasses import replace

import pytest

from bot.explain.checking.verdict import Role
from bot.explain.told import Told
from tests.explain.checking.told_tables import (
    DIGEST,
    EXECUTION,
    NO_TRADE,
    PAUSE,
    PROPOSE,
    codes,
    english,
    fact,
    kept,
)

OPEN = replace(DIGEST, facts=(*DIGEST.facts, fact("open", "proposal", text="P-4", kind="open")))
UNFILLED = replace(EXECUTION, facts=tuple(f for f in EXECUTION.facts if f.kind != "filled"))
REFUSED = replace(
    UNFILLED,
    facts=(fact("why_eth", "ETH", text="the venue refused the order", value="rejected"),),
)
TRADED = Told("answer", "en", (fact("count", "portfolio", text="4"),), ())
HALTED = replace(NO_TRADE, codes=("HALTED",))
WAITING = replace(NO_TRADE, codes=("AWAIT_CONFIRMATION",))
STATES = (PROPOSE, NO_TRADE, PAUSE, EXECUTION, DIGEST, OPEN, REFUSED, HALTED, WAITING)

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


def test_every_stock_sentence_is_shown_where_it_is_true() -> None:
    """Each sentence of the closed list is shown beside some table, and breaks no rule there."""
    for words in sorted(english().stock):
        sentence = " ".join(words).capitalize() + "."
        shown = [told for told in STATES if kept(sentence, told=told).dropped == ()]
        assert shown, sentence
        assert all(codes(sentence, told=told) == () for told in shown)


@pytest.mark.parametrize(
    ("sentence", "told", "is_true"),
    [
        ("You decide.", EXECUTION, True),
        ("The plan waits for your answer.", PROPOSE, True),
        ("The plan waits for your answer.", NO_TRADE, False),
        ("The plan waits for your answer.", OPEN, True),
        ("Nothing is bought or sold.", PROPOSE, True),
        ("Nothing is bought or sold.", NO_TRADE, True),
        ("Nothing is bought or sold.", EXECUTION, False),
        ("Nothing was traded.", EXECUTION, False),
        ("Nothing was traded.", UNFILLED, True),
        ("Nothing was traded.", TRADED, False),
        ("By the rules, less drift is worth far more than that.", PROPOSE, True),
        ("By the rules, less drift is worth far more than that.", NO_TRADE, False),
        ("Nothing is proposed.", NO_TRADE, True),
        ("Nothing is proposed.", PROPOSE, False),
        ("There is nothing to do.", DIGEST, True),
        ("There is nothing to do.", PROPOSE, False),
        ("There is nothing to do.", OPEN, False),
        ("All assets are inside their bands.", NO_TRADE, True),
        ("All assets are inside their bands.", PROPOSE, False),
        ("All assets are inside their bands.", PAUSE, False),
        ("The wait keeps one odd price from starting a trade.", NO_TRADE, False),
        ("The wait keeps one odd price from starting a trade.", WAITING, True),
        ("The venue refused the order.", REFUSED, True),
        ("The venue refused the order.", EXECUTION, False),
        ("The order is not sent again.", EXECUTION, True),
        ("The order is not sent again.", PROPOSE, False),
        ("Trading is halted.", HALTED, True),
        ("Trading is halted.", NO_TRADE, False),
        ("Proposals are paused.", PAUSE, True),
        ("Proposals are paused.", PROPOSE, False),
        ("The pause ends by itself.", PAUSE, True),
        ("The pause ends by itself.", HALTED, False),
    ],
)
def test_a_stock_sentence_is_shown_only_where_it_is_true(
    sentence: str, told: Told, *, is_true: bool
) -> None:
    """In the wrong table it is left out like any other sentence."""
    assert kept(sentence, told=told).dropped == (() if is_true else (sentence,))


def test_a_stock_sentence_in_the_wrong_table_refuses_nothing_but_a_contradiction() -> None:
    """What is merely out of place goes alone; "nothing was bought" beside a fill costs the text."""
    assert codes("The plan waits for your answer.", told=EXECUTION) == ()
    assert codes("All assets are inside their bands.") == ()
    assert codes("Nothing was bought or sold.", told=EXECUTION) == ("DIRECTION",)
    assert codes("Nothing was bought or sold.", told=NO_TRADE) == ()


def test_a_reason_is_seen_by_its_code_and_by_its_figures() -> None:
    """A table says why by the codes it comes from, or by a fact whose id begins with one."""
    figure = fact("await_confirmation_days", "portfolio", text="1", kind="days")
    bare = replace(NO_TRADE, facts=(*NO_TRADE.facts, figure))
    sentence = "The wait keeps one odd price from starting a trade."
    assert kept(sentence, told=bare).dropped == ()


def test_a_stock_sentence_counts_as_a_whole_only() -> None:
    """With more in it, it is any other sentence."""
    assert kept("Nothing is bought or sold.").dropped == ()
    assert kept("Nothing is bought or sold today.").dropped != ()


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("Once it is done, {{after_sol}} is left of {{asset_sol}}.", True),
        ("It would be carried out before {{expiry}}.", True),
        ("Nothing is done before {{expiry}}.", True),
        ("Answer until {{expiry}} if you would like it done.", True),
        ("It is done, at {{cost}}.", False),
        ("Nothing happens automatically before {{expiry}}.", True),
        ("The card closes by itself, {{expiry}}.", True),
        ("The bot acts automatically, {{expiry}}.", False),
        ("Once you sleep, the bot acts without your approval, {{expiry}}.", False),
    ],
)
def test_what_is_only_thought_of_is_no_claim_about_the_past(text: str, is_shown: bool) -> None:
    """A plan may say what follows when it is carried out, never that it was, or goes by itself."""
    assert codes(text) == ()
    assert (kept(text).dropped == ()) is is_shown


def test_after_a_plan_the_table_may_say_that_it_was_carried_out() -> None:
    """The rest after a plan tells of that plan, though nothing is proposed now."""
    text = "A plan was carried out, so this lasts until {{after_execution_until}}."
    rest = fact("after_execution_until", "portfolio", text="Thu 5 Mar", kind="until")
    told = replace(NO_TRADE, facts=(*NO_TRADE.facts, rest))
    assert kept(text, told=told).dropped == ()
    assert kept(text.replace("after_execution_until", "cost"), told=NO_TRADE).dropped != ()


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("{{asset_sol}} stands {{drift_sol}}, with {{room_sol}} as the limit.", True),
        ("The plan is to {{sell_sol}}, as planned.", True),
        ("The plan is to {{sell_sol}}, as your rules want.", True),
        ("{{asset_sol}} stands {{drift_sol}}, as money left.", False),
        ("{{asset_sol}} stands {{drift_sol}}, as the night passed.", False),
    ],
)
def test_as_begins_a_name_or_what_the_product_says_but_no_reason(
    text: str, *, is_shown: bool
) -> None:
    """A reason that only words give is left out."""
    assert (kept(text).dropped == ()) is is_shown


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("The gizmo of the bill shows {{cost}}.", False),
        ("A gizmo gadget widget costs {{cost}}.", False),
        ("A gizmo moved {{asset_sol}} to {{drift_sol}}.", False),
        ("{{asset_sol}} stands {{drift_sol}} on a gizmo.", False),
        ("The gizmo moved, and it costs {{cost}}.", False),
        ("The gizmo moved, and the plan is to {{sell_sol}}.", False),
        ("After your deposit it costs {{cost}}.", False),
    ],
)
def test_a_few_unknown_words_may_stand_where_they_move_nothing(text: str, is_shown: bool) -> None:
    """Beside a cost or a time they are manner; beside a coin's place they would be its cause."""
    assert (kept(text).dropped == ()) is is_shown
