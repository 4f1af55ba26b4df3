"""Beside sensitive figures only listed words stand, and figures only under labels of their kind."""

import pytest

from tests.explain.checking.told_tables import DIGEST, PROPOSE, codes, english, kept


@pytest.mark.parametrize(
    "text",
    [
        "The card is open until {{expiry}}.",
        "Nothing happens before you answer, and the card ends at {{expiry}}.",
        "Running this plan costs {{cost}}.",
        "The benefit by the rules is {{worth}}.",
        "The card of {{asset_sol}} is open until {{expiry}}.",
    ],
)
def test_listed_words_stand_beside_sensitive_figures(text: str) -> None:
    """What a careful text says of cost, worth and time is shown."""
    assert kept(text).dropped == ()


@pytest.mark.parametrize(
    "text",
    [
        "Without an answer, the plan goes ahead at {{expiry}}.",
        "Silence until {{expiry}} counts as approval.",
        "It is only a simulation until {{expiry}}.",
        "The venue asks for a fresh login before {{expiry}}.",
        "The limits are switched off until {{expiry}}.",
        "If you are silent until {{expiry}}, this counts as your approval.",
        "You pay {{cost}} even when you reject it.",
        "{{asset_sol}} is a rehearsal until {{expiry}}.",
        "The benefit of {{worth}} arrives in your account.",
    ],
)
def test_other_words_beside_sensitive_figures_are_left_out(text: str) -> None:
    """A lie made of harmless words is not shown."""
    assert kept(text).dropped == (text,)


@pytest.mark.parametrize("text", ["{{value}} was stolen.", "The account owes {{value}}."])
def test_what_a_portfolio_is_worth_is_all_that_is_said_of_it(text: str) -> None:
    """Its value is no place for theft and debts."""
    assert kept(text, told=DIGEST).dropped == (text,)


def test_a_word_listed_for_one_kind_stands_beside_no_other() -> None:
    """Every group has words of its own, and beside a cost one harmless stranger may stand."""
    closes = ("The card closes {{expiry}}.", "It closes {{cost}}.")
    assert kept(*closes).dropped == ()
    assert kept("It closes quietly at {{cost}}.").dropped == ("It closes quietly at {{cost}}.",)
    assert kept("It wobbles {{cost}}.").dropped == ("It wobbles {{cost}}.",)


def test_beside_a_deadline_no_stranger_stands() -> None:
    """What a plan waits for is told in listed words alone."""
    assert kept("The drift waits until {{expiry}}.").dropped == (
        "The drift waits until {{expiry}}.",
    )


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("The benefit is {{worth}}.", True),
        ("The benefit is {{cost}}.", False),
        ("It costs {{cost}}.", True),
        ("It costs {{worth}}.", False),
        ("It costs {{cost}}, and the benefit is {{worth}}.", True),
        ("The estimate is {{cost}}.", True),
    ],
)
def test_a_figure_stands_under_a_label_of_its_kind(text: str, *, is_right: bool) -> None:
    """Cost is not called benefit, nor benefit cost."""
    assert ("KIND" not in codes(text)) == is_right


def test_every_group_of_words_has_kinds_and_every_label_something_to_mistake() -> None:
    """A group or label without them would never be asked."""
    lexicon = english()
    assert set(lexicon.vocabulary.groups.values()) | {"any"} == set(lexicon.vocabulary.phrases)
    assert all(label.among - label.kinds for label in lexicon.labels.named.values())
    assert PROPOSE.facts
