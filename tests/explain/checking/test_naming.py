"""NAMES: a coin appears only as its placeholder."""

from dataclasses import replace

import pytest

from tests.explain.checking.told_tables import PROPOSE, codes, fact

HOSTILE = (
    "Bitcoin stands {{drift_sol}}.",
    "The plan moves money out of btc and {{sell_sol}} is the way.",
    "B.T.C. is next, after {{sell_sol}}.",
    "b-t-c is next, after {{sell_sol}}.",
    "b t c is next, after {{sell_sol}}.",
    "bit coin is next, after {{sell_sol}}.",
    "lite coin is next, after {{sell_sol}}.",
    "bit-coin is next, after {{sell_sol}}.",
    "The money goes into ether: {{buy_eth}}.",
    "SOL stands {{drift_sol}}.",
    "The coin Sol stands {{drift_sol}}.",
    "dogwifhat is next, after {{sell_sol}}.",
    "shiba inu is next, after {{sell_sol}}.",
    "Solanas price decides, so {{sell_sol}}.",
    "The bitcoinlike coin goes: {{sell_sol}}.",
    "Etherum gets the money: {{buy_eth}}.",
    "Cardanoo gets the money: {{buy_eth}}.",
    "The money goes into LINK: {{buy_eth}}.",
    "The money goes into Avalanche: {{buy_eth}}.",
    "The money goes into XYZQ: {{buy_eth}}.",
    "The money goes into eTH: {{buy_eth}}.",
    "The money leaves Kraken: {{sell_sol}}.",
    "digital gold gets the money: {{buy_eth}}.",
    "usdt is what stays, {{after_usd}}.",
    "A few sats stay after {{sell_sol}}.",
    "The ethers are bought: {{buy_eth}}.",
)
NEAR_MISSES = (
    "It is near the edge of its band, and {{asset_sol}} stands {{drift_sol}}.",
    "The link to the rules is plain: {{asset_sol}} stands {{drift_sol}}.",
    "The core of the plan: {{sell_sol}}.",
    "The rest stays as cash, {{after_usd}}.",
    "The money would flow on: {{buy_eth}}.",
    "To be on time, answer until {{expiry}}.",
    "The plan and the card agree: {{sell_sol}}.",
    "The card says “Plan” and means {{sell_sol}}.",
    "Evenkeel proposes to {{sell_sol}}.",
    "It asks: Is it fine to {{sell_sol}}?",
    "That Plan is to {{sell_sol}}.",
    "The band of {{asset_sol}} ends at {{edge_sol}}.",
    "All is OK with the data, and {{asset_sol}} stands {{drift_sol}}.",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_name_of_a_coin_refuses_the_text(text: str) -> None:
    """No name, symbol or nickname passes, in whatever letters or pieces it is written."""
    assert "NAMES" in codes(text)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_english_words_that_name_coins_as_well_pass(text: str) -> None:
    """Near, link, core, cash and flow are words first."""
    assert codes(text) == ()


def test_every_subject_of_the_table_is_a_name() -> None:
    """A coin nobody has heard of is known as soon as the table holds it."""
    text = "The money goes into zorq: {{buy_eth}}."
    zorq = fact("asset_zorq", "ZORQ", text="ZORQ", unit="name")
    assert codes(text) == ()
    told = replace(PROPOSE, facts=(*PROPOSE.facts, zorq))
    assert codes(text, told=told) == ("NAMES",)


def test_a_subject_that_is_an_english_word_is_a_name_in_capitals_only() -> None:
    """A coin called PLAN does not forbid the word."""
    coin = fact("asset_plan", "PLAN", text="PLAN", unit="name")
    told = replace(PROPOSE, facts=(*PROPOSE.facts, coin))
    assert codes("The plan is to {{sell_sol}}.", told=told) == ()
    assert codes("The PLAN is to {{sell_sol}}.", told=told) == ("NAMES",)
