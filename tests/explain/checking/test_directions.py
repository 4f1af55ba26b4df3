"""DIRECTION and NEGATION: words of direction belong to their facts."""

from dataclasses import replace

import pytest

from tests.explain.checking.told_tables import NO_TRADE, PAUSE, codes

SUMS = replace(NO_TRADE, facts=tuple(replace(fact, unit="money") for fact in NO_TRADE.facts))

WRONG_WAY = (
    "{{asset_sol}} is below target, {{drift_sol}}.",
    "{{asset_sol}} fell and stands {{drift_sol}}.",
    "The plan is to buy {{asset_sol}}.",
    "The plan sheds {{asset_eth}}, {{buy_eth}}.",
    "The plan is to offload {{asset_eth}}.",
    "The plan would pick up {{sell_sol}}.",
    "It would lighten {{buy_eth}}.",
    "{{asset_sol}} is south of its goal at {{drift_sol}}.",
    "The plan is to go long and {{sell_sol}}.",
    "Prices rose, {{cost}}.",
    "The market dropped today, {{cost}}.",
    "The plan is to top up {{sell_sol}}.",
    "{{asset_eth}} climbed to {{drift_eth}}.",
    "The coins are up, {{cost}}.",
    "{{asset_eth}} is overweight at {{drift_eth}}.",
    "The plan sells {{buy_eth}}.",
    "Its price sinks, and the plan is to {{sell_sol}}.",
)
RIGHT_WAY = (
    "Sold: {{sell_sol}}.",
    "{{asset_sol}} rose to {{drift_sol}}.",
    "The plan sells {{amount_sol}} of {{asset_sol}}.",
    "The plan trims {{asset_sol}} by {{amount_sol}}.",
    "It buys {{amount_eth}} of {{asset_eth}}.",
    "{{asset_eth}} fell to {{drift_eth}}.",
    "It costs up to {{cost}}.",
    "Under the rules, the plan is to {{sell_sol}}.",
    "The cost of {{cost}} is not higher than the benefit.",
    "By the rules, less drift is worth {{worth}}.",
    "To reduce the drift, the plan is to {{sell_sol}}.",
    "What is behind this: {{asset_sol}} stands {{drift_sol}}.",
    "All of it adds up to {{cost}}.",
    "In addition, the plan is to {{buy_eth}}.",
    "It brings {{asset_sol}} down to {{after_sol}} with {{amount_sol}}.",
    "The decision is up to you until {{expiry}}.",
)
DENIED = (
    "The plan does not {{sell_sol}}.",
    "Do not {{sell_sol}}.",
    "There is no need for {{sell_sol}}.",
    "Never {{buy_eth}}.",
    "{{asset_sol}} isn't {{drift_sol}}.",
    "The bot refuses to {{sell_sol}}.",
    "Nothing of {{sell_sol}} is true.",
    "The plan avoids having to {{buy_eth}}.",
    "It is false that {{asset_sol}} stands {{drift_sol}}.",
    "Instead of {{sell_sol}} comes {{buy_eth}}.",
    "Rather than {{sell_sol}}, wait.",
    "{{asset_sol}} is hardly {{drift_sol}}.",
    "Without {{sell_sol}} it works.",
    "The plan fails to {{sell_sol}}.",
)
NOT_DENIED = (
    "There is no hurry: the card is open until {{expiry}}.",
    "It does not cost more than {{cost}}.",
    "{{asset_sol}} is no longer inside its band, and stands {{drift_sol}}.",
    "{{asset_sol}} stands {{drift_sol}}, not inside its band.",
    "No other coin is touched, and the cost is {{cost}}.",
    "Nothing is sold before you approve, and the card is open until {{expiry}}.",
    "If you do not answer, the card expires {{expiry}}.",
    "Without an answer the card expires {{expiry}}.",
    "Not before {{expiry}} does the card close.",
    "{{outside_after}} is left outside, and none of the rules is broken.",
    "The plan is to {{sell_sol}}, nothing else.",
    "{{asset_sol}} at {{weight_sol}} has not reached its edge, {{edge_sol}}.",
    "The band of {{asset_sol}} ends at {{edge_sol}}, not at {{edge_sol}}.",
)


@pytest.mark.parametrize("text", WRONG_WAY)
def test_a_direction_without_its_fact_refuses_the_text(text: str) -> None:
    """Up, down, buy and sell are said only where a fact of that polarity stands."""
    assert "DIRECTION" in codes(text)


@pytest.mark.parametrize("text", RIGHT_WAY)
def test_a_direction_beside_its_fact_passes(text: str) -> None:
    """Facts carry their verbs, and idioms that hold such a word mean none."""
    assert codes(text) == ()


@pytest.mark.parametrize("text", DENIED)
def test_a_negated_direction_refuses_the_text(text: str) -> None:
    """Nobody reads "do not sell 12.5 SOL" on a card that asks to sell them."""
    assert "NEGATION" in codes(text)


@pytest.mark.parametrize("text", NOT_DENIED)
def test_a_negation_of_something_else_passes(text: str) -> None:
    """A negator turns nothing round where no direction stands in its clause."""
    assert codes(text) == ()


def test_a_word_leans_on_its_own_coin_alone() -> None:
    """The right fact in another clause carries a word only where both are about one coin."""
    grown = "{{asset_sol}} has grown past its band, and stands {{drift_sol}}."
    assert codes(grown) == ()
    assert codes(grown.replace("grown", "fallen")) == ("DIRECTION",)
    assert codes("{{asset_eth}} has grown, and {{asset_sol}} stands {{drift_sol}}.") == (
        "DIRECTION",
    )
    assert codes("Prices rose, and {{asset_sol}} stands {{drift_sol}}.") == ("DIRECTION",)
    assert codes("{{asset_btc}} stands {{margin_btc}} and fell.", told=NO_TRADE) == ("DIRECTION",)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("The cost, {{cost}}, is higher than the benefit, {{benefit}}.", True),
        ("{{cost}} is below what is needed, {{needed}}.", True),
        ("{{cost}} exceeds {{benefit}}.", True),
        ("{{cost}} exceeds {{needed}}.", False),
        ("The benefit of {{benefit}} is above {{cost}}.", False),
        ("{{weight_btc}} is above {{cost}}.", False),
        ("Higher is {{cost}}.", False),
    ],
)
def test_two_figures_of_money_are_compared_as_they_are(text: str, *, is_right: bool) -> None:
    """Which of two sums is the larger may be said, and only as it is."""
    assert ("DIRECTION" in codes(text, told=SUMS)) is not is_right


def test_where_a_coin_stands_may_be_said_wherever_the_table_tells_it() -> None:
    """Above or below is true of a coin by its drift; that it moved there is not."""
    assert codes("{{asset_sol}} is above its band, and {{asset_eth}} is below its own.") == ()
    assert codes("{{asset_sol}} is below its band.") == ("DIRECTION",)
    assert codes("{{asset_sol}} and {{asset_eth}} are above their bands.") == ("DIRECTION",)
    assert codes("{{asset_sol}} rose.") == ("DIRECTION",)
    assert codes("It is above its band, at {{cost}}.") == ("DIRECTION",)


def test_instead_of_turns_only_trades_round() -> None:
    """Between two places of an edge, "instead of" is a comparison."""
    text = "The edge of {{asset_btc}} is {{edge_btc}} instead of {{weight_btc}}."
    assert codes(text, told=NO_TRADE) == ()
    assert codes("The market has been {{stress}} since {{stress_since}}.", told=PAUSE) == ()
