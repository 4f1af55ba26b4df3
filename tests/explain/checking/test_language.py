"""LANG: the text is in the language that was asked for."""

import pytest

from tests.explain.checking.told_tables import codes

FOREIGN = (
    "Der Plan verkauft {{sell_sol}}.",
    "Es kostet {{cost}}, und die Karte ist offen.",
    "Kosten: {{cost}}.",
    "El plan es {{sell_sol}}.",
    "La tarjeta sigue abierta hasta {{expiry}}.",
    "Le plan est de {{sell_sol}}.",
    "La carte reste ouverte jusque {{expiry}}.",
    "Il piano costa {{cost}}.",
    "La carta resta aperta fino a {{expiry}}.",
    "O plano custa {{cost}}.",
    "Het plan kost {{cost}}.",
    "De kaart blijft open tot {{expiry}}.",
    "Planen kostar {{cost}} och kortet varar till {{expiry}}.",
    "The plan is to {{sell_sol}}. Sie entscheiden.",
    "Suunnitelma maksaa hieman vaivaa, yhteensä {{cost}}.",
)
ENGLISH = (
    "{{sell_sol}}.",
    "Cost: {{cost}}.",
    "{{asset_sol}}: {{drift_sol}}.",
    "Open until {{expiry}}.",
    "Plan: {{sell_sol}}, then {{buy_eth}}.",
    "Costs {{cost}}.",
    "Also: {{buy_eth}}.",
    "An answer in time counts, until {{expiry}}.",
    "So {{sell_sol}}.",
    "It was {{drift_sol}} that {{asset_sol}} came to.",
    "You decide. Open until {{expiry}}.",
)


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_refuses_the_text(text: str) -> None:
    """What is not English is not checked, so it is not shown."""
    assert "LANG" in codes(text)


@pytest.mark.parametrize("text", ENGLISH)
def test_short_english_lines_pass(text: str) -> None:
    """A line of placeholders and a word or two is English enough."""
    assert codes(text) == ()
