"""SUBJECT and OWNER: nobody takes one coin's figure for another's."""

from dataclasses import replace

import pytest

from tests.explain.checking.told_tables import NO_TRADE, PROPOSE, bought, codes

BTC = replace(PROPOSE, facts=(*PROPOSE.facts, *bought("BTC")))

MIXED = (
    "{{asset_sol}} stands {{drift_eth}}.",
    "{{asset_sol}}, at {{drift_eth}}, is out.",
    "{{asset_eth}}: {{sell_sol}}.",
    "{{asset_sol}} and {{asset_eth}} stand {{drift_eth}}.",
    "Both {{asset_sol}} and {{asset_eth}} come to {{after_eth}}.",
    "{{asset_eth}}, unlike {{asset_sol}}, comes to {{after_eth}}.",
    "{{asset_sol}} together with {{asset_eth}} stands {{drift_sol}}.",
    "{{asset_eth}} (the reason for {{sell_sol}}) is out.",
    "{{asset_sol}} for {{asset_eth}}.",
    "{{asset_sol}} goes to {{after_eth}}.",
    "{{asset_sol}}, {{asset_btc}} and {{asset_eth}} come to {{after_eth}}.",
    "{{asset_btc}} comes to {{after_eth}}, {{after_btc}}.",
)
SWAPPED = (
    "The plan is to {{sell_sol}}. It stands {{drift_eth}}.",
    "{{asset_sol}} stands {{drift_sol}} and {{drift_eth}}.",
    "{{asset_sol}} is out. Its weight comes to {{after_eth}}.",
    "At {{drift_eth}}, {{asset_sol}} is out.",
    "{{asset_sol}} stands {{drift_sol}} while it comes to {{after_eth}}.",
    "The former, {{asset_sol}}, stands {{drift_sol}}.",
    "{{asset_sol}} is out and {{asset_eth}} too; the latter stands {{drift_eth}}.",
    "They are out, {{drift_sol}} and {{drift_eth}} respectively.",
    "It is vice versa with {{asset_sol}}.",
    "It stands {{drift_sol}}.",
    "The plan is to {{buy_eth}}. It leaves {{after_usd}}.",
    "The plan is to {{sell_sol}} and {{buy_eth}}. That brings it to {{after_sol}}.",
)
CLEAR = (
    "{{asset_sol}} stands {{drift_sol}} and {{asset_eth}} stands {{drift_eth}}.",
    "{{asset_sol}} stands {{drift_sol}}, {{asset_eth}} stands {{drift_eth}}.",
    "The plan is to {{sell_sol}}, {{buy_eth}} and {{buy_btc}}.",
    "{{asset_sol}}, {{asset_eth}} and {{asset_btc}} stand outside their bands.",
    "The plan is to {{sell_sol}}. It stands {{drift_sol}}.",
    "At {{drift_eth}}, {{asset_eth}} is the one furthest out.",
    "{{asset_sol}} stands {{drift_sol}}; after the trade it comes to {{after_sol}}.",
    "The plan is to {{sell_sol}} for {{quote}}.",
    "The rest stays as cash, {{after_usd}}.",
    "The plan is to {{sell_sol}} and {{buy_eth}}. Cash comes to {{after_usd}}.",
    "{{asset_sol}} stands {{drift_sol}}, and the whole plan costs {{cost}}.",
    "{{asset_sol}} is out of its band: it stands {{drift_sol}}.",
    "The plan is to {{sell_sol}} in order to {{buy_eth}}.",
    "{{asset_sol}} stands {{drift_sol}} (room: {{room_sol}}), {{asset_eth}} stands {{drift_eth}}.",
    "{{asset_sol}} and {{asset_eth}} are due, hence {{sell_sol}} and {{buy_eth}}.",
    "Past its room of {{room_sol}}, {{asset_sol}} stands {{drift_sol}}.",
    "As {{after_usd}} is left in cash, the bot would {{sell_sol}} and {{buy_eth}}.",
)


@pytest.mark.parametrize("text", MIXED)
def test_two_coins_in_one_breath_refuse_the_text(text: str) -> None:
    """A clause, over its commas and colons, is about one coin."""
    assert "SUBJECT" in codes(text, told=BTC)


@pytest.mark.parametrize("text", SWAPPED)
def test_a_figure_that_reads_as_another_coins_refuses_the_text(text: str) -> None:
    """A figure belongs to the coin named in its clause, else to the one named last."""
    assert "OWNER" in codes(text, told=BTC)


@pytest.mark.parametrize("text", CLEAR)
def test_figures_beside_their_own_coin_pass(text: str) -> None:
    """Lists of trades, a coin per clause and pronouns that point back are plain enough."""
    assert codes(text, told=BTC) == ()


def test_the_coin_named_last_is_the_last_one_that_is_shown() -> None:
    """A sentence that is left out names nothing for the next one."""
    text = ("{{asset_eth}} stands {{drift_eth}}.", "{{asset_sol}} is loved by everyone.")
    assert codes(*text, "It comes to {{after_sol}}.") == ("OWNER",)
    assert codes(*text, "It comes to {{after_eth}}.") == ("OWNER",)


def test_a_coin_may_be_named_by_a_fact_about_the_portfolio() -> None:
    """Whatever says its name names it, as the fact that tells which one is closest to an edge."""
    text = "{{closest}} is the closest to an edge: it holds {{weight_btc}}."
    assert codes(text, told=NO_TRADE) == ()
