"""NUMWORD: figures come from facts, never from prose."""

import pytest

from tests.explain.checking.told_tables import EXECUTION, codes

HOSTILE = (
    "The plan sells a dozen coins: {{sell_sol}}.",
    "It costs {{cost}}, twice what it did.",
    "{{asset_sol}} has grown twofold and stands {{drift_sol}}.",
    "A tenth of it goes: {{sell_sol}}.",
    "The cost is nil next to {{worth}}.",
    "A pair of orders: {{sell_sol}}.",
    "Chapter xii of the plan: {{sell_sol}}.",
    "The card is open for three days, until {{expiry}}.",
    "Half of it goes: {{sell_sol}}.",
    "Thir-teen lots go: {{sell_sol}}.",
    "It is some forty percent of the account, {{cost}}.",
    "It moves {{turnover}} points.",
    "Several orders follow from {{sell_sol}}.",
    "A few coins go: {{sell_sol}}.",
    "Plenty stays after {{sell_sol}}.",
    "It costs {{cost}} million.",
    "The card is open until {{expiry}} days.",
    "It costs {{cost}} dollars.",
    "A quarter of the money goes into {{buy_eth}}.",
    "The benefit is tenfold, {{worth}}.",
    "The card closes at midnight, {{expiry}}.",
    "Almost all of the plan is one trade: {{sell_sol}}.",
    "The plan is to sell everything: {{sell_sol}}.",
    "The drift is down to zero after {{sell_sol}}.",
    "Twenty-two orders: {{sell_sol}}.",
    "t e n orders: {{sell_sol}}.",
)
NEAR_MISSES = (
    "Some {{asset_sol}} coins go: {{sell_sol}}.",
    "{{asset_sol}} is the one furthest out: it stands {{drift_sol}}.",
    "No one has to do anything: the card is open until {{expiry}}.",
    "The tax lots stay as they are, and {{sell_sol}} is the plan.",
    "The score stays as it is, and the cost is {{cost}}.",
    "This figure counts: {{cost}}.",
    "All of this at once: {{sell_sol}} and {{buy_eth}}.",
    "First {{sell_sol}}, then {{buy_eth}}.",
    "Once you approve, the bot would {{sell_sol}}.",
    "Both orders together cost {{cost}}.",
    "A second look at {{asset_sol}}: it stands {{drift_sol}}.",
    "At this point {{asset_sol}} stands {{drift_sol}}.",
    "A part of {{asset_sol}} goes: {{sell_sol}}.",
    "A fresh one follows if this card expires {{expiry}}.",
    "On your behalf nothing else is planned than {{buy_eth}}.",
    "Some of it goes: {{sell_sol}}.",
    "There is plenty of time until {{expiry}}.",
    "All your rules are kept, and it costs {{cost}}.",
)


def test_a_price_is_for_each_coin_and_nothing_else_is() -> None:
    """What one coin cost is said of each, and no other figure is."""
    assert codes("It was sold at {{average_sol}} each: {{sold_sol}}.", told=EXECUTION) == ()
    assert "NUMWORD" in codes("It costs {{cost}} each.", told=EXECUTION)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_word_of_quantity_refuses_the_text(text: str) -> None:
    """No amount, fraction, multiple, measure or date of the model's own reaches a person."""
    assert "NUMWORD" in codes(text)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_words_that_only_look_like_quantities_pass(text: str) -> None:
    """The product's own words and the pronoun "one" cost no text."""
    assert codes(text) == ()
