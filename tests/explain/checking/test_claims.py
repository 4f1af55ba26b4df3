"""ADVICE, CAUSE and KIND: claims that no fact of the portfolio can carry."""

import pytest

from tests.explain.checking.told_tables import EXECUTION, PAUSE, codes

ADVICE = (
    "You should {{sell_sol}}.",
    "It would be wise to {{sell_sol}}.",
    "We recommend to {{sell_sol}}.",
    "This is a safe trade: {{sell_sol}}.",
    "It is a good time to {{buy_eth}}.",
    "Tap the button before {{expiry}}.",
    "Approve it before {{expiry}}.",
    "The plan is to {{sell_sol}}, so approve it.",
    "Consider the cost, {{cost}}.",
    "Ignore the cost, {{cost}}.",
    "Hurry, the card closes {{expiry}}.",
    "Act before {{expiry}}.",
    "It will soon recover, so {{buy_eth}}.",
    "Its price will likely change, so {{sell_sol}}.",
    "The outcome is guaranteed: {{sell_sol}}.",
    "You cannot lose with {{buy_eth}}.",
    "Do not wait until {{expiry}}.",
    "This is risk-free: {{sell_sol}}.",
    "You have to answer until {{expiry}}.",
    "It is bound to work: {{sell_sol}}.",
    "Trust the plan: {{sell_sol}}.",
    "A great opportunity: {{buy_eth}}.",
    "This is your last chance, until {{expiry}}.",
    "Just press the button until {{expiry}}.",
    "Then ignore the rules and {{buy_eth}}.",
    "It makes sense to {{sell_sol}}.",
    "Please approve it until {{expiry}}.",
    "Everything points to a rebound, so {{buy_eth}}.",
    "Ignore your doubts about {{cost}}.",
    "Answer at once, the card closes {{expiry}}.",
    "Your answer is needed right away, before {{expiry}}.",
    "Kindly confirm the card until {{expiry}}.",
    "You must agree until {{expiry}}.",
    "You should hold {{asset_sol}} at {{after_sol}}.",
    "Everyone should have {{asset_sol}}, {{after_sol}}.",
    "{{asset_sol}} should do well at {{after_sol}}.",
    "Should you approve it? You should, by {{expiry}}.",
    "If in doubt, approve it until {{expiry}}.",
    "The cost is {{cost}}, or approve it now.",
    "We expect great things of {{sell_sol}}.",
    "Silence counts as approval after {{expiry}}.",
    "Without an answer the bot goes ahead at {{expiry}}.",
    "Dump it now: {{sell_sol}}.",
)
NO_ADVICE = (
    "You can approve or reject it until {{expiry}}.",
    "The plan is to {{sell_sol}} and keep the rest.",
    "The plan would {{sell_sol}} and hold the rest as it is.",
    "The look of today found {{asset_sol}}, and it stands {{drift_sol}}.",
    "This is not advice. The plan is to {{sell_sol}}.",
    "You do not have to answer; the card expires {{expiry}}.",
    "It would have to be worth {{worth}}.",
    "The expected cost is {{cost}}.",
    "There is no hurry: it stays open until {{expiry}}.",
    "By the rules it is worth the cost, {{cost}}.",
    "The plan waits for a yes or a no until {{expiry}}.",
    "What you decide counts, up to {{expiry}}.",
    "It makes the portfolio fit its rules, and costs {{cost}}.",
    "Please answer until {{expiry}}.",
    "Please look at the card before {{expiry}}.",
    "Kindly respond by {{expiry}}.",
    "Take your time until {{expiry}}.",
    "Feel free to wait; the card is open until {{expiry}}.",
    "Right now {{asset_sol}} stands {{drift_sol}}.",
    "{{asset_sol}} should make up {{after_sol}}.",
    "Should {{asset_sol}} still stand {{drift_sol}} then, a new plan follows.",
    "Should it come back by itself, {{cost}} is saved.",
    "If you agree, approve the card until {{expiry}}.",
    "If not, let it lapse at {{expiry}}.",
    "It can be answered until {{expiry}}, or simply be left to lapse.",
    "You can wait until {{expiry}} or reject it.",
    "Expect to pay {{cost}}.",
    "The cost is expected to be {{cost}}.",
    "Trimming it means to {{sell_sol}}.",
)
CAUSE = (
    "{{asset_sol}} stands {{drift_sol}} because of strong demand.",
    "{{asset_sol}} stands {{drift_sol}} due to new listings.",
    "{{asset_sol}} stands {{drift_sol}}, thanks to calmer days.",
    "{{asset_sol}} stands {{drift_sol}}, reflecting the summer.",
    "{{asset_sol}} stands {{drift_sol}} amid low interest.",
    "{{asset_sol}} stands {{drift_sol}} on the back of the ETF.",
    "{{asset_sol}} stands {{drift_sol}} after the news.",
    "{{asset_sol}} stands {{drift_sol}}, as volatility eased.",
    "{{asset_sol}} stands {{drift_sol}}, driven by others.",
    "{{asset_sol}} stands {{drift_sol}}, following a long night.",
    "Because whales left, the plan is to {{sell_sol}}.",
    "Since traders moved on, {{asset_sol}} stands {{drift_sol}}.",
    "Because a wave of joy took {{asset_sol}} along, it stands {{drift_sol}}.",
    "{{asset_sol}} stands {{drift_sol}}: sentiment has turned.",
    "Investors left, and {{asset_sol}} stands {{drift_sol}}.",
    "{{asset_sol}} stands {{drift_sol}} because.",
    "{{asset_sol}} stands {{drift_sol}}, given the weather.",
    "{{asset_sol}} stands {{drift_sol}} since {{asset_eth}} was loved by all.",
)
NO_CAUSE = (
    "The plan is to {{sell_sol}} because {{asset_sol}} stands {{drift_sol}}.",
    "The plan is to {{sell_sol}}, because it has left its band.",
    "Since {{asset_sol}} stands {{drift_sol}}, the plan is to {{sell_sol}}.",
    "Due to {{drift_sol}}, {{asset_sol}} is outside its band.",
    "{{asset_sol}} has drifted since the last trade and stands {{drift_sol}}.",
    "As {{asset_sol}} stands {{drift_sol}}, the plan is to {{sell_sol}}.",
    "After the trade, {{asset_sol}} comes to {{after_sol}}.",
    "Following the rules you set, the plan is to {{sell_sol}}.",
    "The reason is its drift: {{asset_sol}} stands {{drift_sol}}.",
    "With the proceeds, the plan is to {{buy_eth}}.",
    "The following trade is planned: {{sell_sol}}.",
    "It has been so since {{expiry}}.",
    "{{asset_sol}} stands {{drift_sol}}, more than it is given.",
    "This explains the plan: {{asset_sol}} stands {{drift_sol}}.",
)
MONEY = (
    "This takes profits: {{sell_sol}}.",
    "The profit is yours after {{sell_sol}}.",
    "The tax is due after {{sell_sol}}.",
    "No taxes follow from {{sell_sol}}.",
    "The loss stays small with {{sell_sol}}.",
    "It costs nothing to wait until {{expiry}}.",
    "There are no fees on {{sell_sol}}.",
    "The plan is free of charge: {{sell_sol}}.",
    "Your earnings stay after {{sell_sol}}.",
    "It is tax-free to {{sell_sol}}.",
    "Expect {{sell_sol}}.",
    "Interest was paid on {{asset_eth}}.",
    "The yield of {{asset_eth}} is fine: {{buy_eth}}.",
    "Commissions are paid for {{sell_sol}}.",
)
NO_MONEY = (
    "The fee and the spread come to {{cost}}.",
    "It costs {{cost}} in fees and spread.",
    "Fees included, it costs {{cost}}.",
    "The rest of the cost is spread, {{cost}}.",
    "{{cost}} is the cost, slippage included.",
    "The tax lots stay as they are after {{sell_sol}}.",
    "The benefit is {{worth}}.",
    "What you gave it as room is what counts: {{room_sol}} for {{asset_sol}}.",
    "It pays {{cost}} to trade.",
    "Nothing more than {{cost}} is paid.",
)


@pytest.mark.parametrize("text", ADVICE)
def test_advice_promises_and_commands_refuse_the_text(text: str) -> None:
    """Nobody is told what to do, what will happen, or to be quick."""
    assert "ADVICE" in codes(text)


@pytest.mark.parametrize("text", NO_ADVICE)
def test_telling_what_can_be_decided_is_no_advice(text: str) -> None:
    """The card may say what is open, until when, and that a person decides."""
    assert codes(text) == ()


@pytest.mark.parametrize("text", CAUSE)
def test_an_invented_cause_refuses_the_text(text: str) -> None:
    """A cause is a fact of the table, or it is not told."""
    assert "CAUSE" in codes(text)


@pytest.mark.parametrize("text", NO_CAUSE)
def test_a_cause_that_is_a_fact_passes(text: str) -> None:
    """Drift, bands and rules are causes the table knows."""
    assert codes(text) == ()


@pytest.mark.parametrize("text", MONEY)
def test_profit_tax_fee_and_loss_need_their_fact(text: str) -> None:
    """What was earned, lost or owed is told by figures of that kind alone."""
    assert "KIND" in codes(text)


@pytest.mark.parametrize("text", NO_MONEY)
def test_money_words_beside_their_fact_pass(text: str) -> None:
    """A cost may be spelled out where it stands."""
    assert codes(text) == ()


def test_causes_and_kinds_of_sentences_that_are_left_out_refuse_nothing() -> None:
    """A sentence nobody will see costs the rest of the text nothing."""
    assert codes("The plan is to {{sell_sol}}. That is because of the news.") == ()
    assert codes("The tax is small.") == ()


def test_words_about_the_market_stand_beside_facts_about_it() -> None:
    """What a stress family says may be called by its name."""
    assert codes("The sentiment counts: {{family_sentiment}}.", told=PAUSE) == ()
    assert codes("The sentiment counts, and it lasts until {{until}}.", told=PAUSE) == ("CAUSE",)
    assert codes("It is over: {{unfilled_eth}} as {{why_eth}}.", told=EXECUTION) == ()
