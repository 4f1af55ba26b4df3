from pathlib import Path

import pytest

from bot.explain.checking.check import check
from bot.explain.prompt_files import FOLDER
from bot.explain.telling import tell
from tests.prompts.cards import Shown, cards
from tests.prompts.show import explained, recorded, with_cards

CARDS = cards()
OUTPUTS = recorded()


def test_there_are_more_than_twelve_and_each_has_its_text() -> None:
    """A card without a text, or a text without a card, would not be read by anybody."""
    assert len(CARDS) > 12
    assert {card.name for card in CARDS} == OUTPUTS.keys()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_plain_honest_text_passes_whole(card: Shown) -> None:
    """What a careful writer makes of the prompt is shown without a sentence left out."""
    lines = explained(card, OUTPUTS[card.name])
    assert 3 <= len(lines) <= 6
    assert not any("{" in line or "}" in line for line in lines)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_the_text_of_another_card_is_refused(card: Shown) -> None:
    """A text is good for its own facts alone."""
    told = tell(card.narrator.speech(card.table), card.table)
    others = [output for name, output in OUTPUTS.items() if name != card.name]
    shown = [output for output in others if check(output, told).accepted]
    kin = {"one breach", "small portfolio"}
    assert not shown or card.name in kin


def test_the_readme_shows_the_cards_as_they_are() -> None:
    """The cards to be read by eye are made from today's words: python -m tests.prompts.show."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert with_cards(readme) == readme
    assert Path("tests/prompts/recorded").name in readme
