"""The boot matrix: each cell refuses or starts as the table says, and says every reason at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.checks.keys import KeyFact
from bot.app.checks.refusals import refusals, warnings
from bot.ports.keys import KeyReport, Purpose
from tests.boot.table import STARTS_LIVE, TRIALS, Cell, cells

EVERY = cells()
RIGHT = Cell("live", "trade", "telegram", "good", "14")


def test_every_cell_says_what_its_rows_say_and_nothing_else() -> None:
    """Mode by key by approver by clock by history, all 972 of them."""
    assert len(EVERY) == 3 * 6 * 3 * 3 * 6
    for cell in EVERY:
        said, meant = refusals(cell.facts()), cell.says()
        assert len(said) == len(meant), f"{cell}: {said}"
        for sentence, words in zip(said, meant, strict=True):
            assert words in sentence, f"{cell}: {sentence}"


def test_which_cells_start() -> None:
    """Paper always, watch with a key that only looks or trades, live in six cells alone."""
    starting = {cell for cell in EVERY if not refusals(cell.facts())}
    assert {cell for cell in EVERY if cell.mode == "paper"} <= starting
    watching = {cell for cell in starting if cell.mode == "watch"}
    assert {cell.key for cell in watching} == {"query", "trade"}
    assert len(watching) == 2 * 3 * 3 * len(TRIALS)
    live = {cell for cell in starting if cell.mode == "live"}
    assert live == {Cell(*columns) for columns in STARTS_LIVE}


def test_every_refusal_holds_its_mend() -> None:
    """Whoever reads why knows what to do: each sentence tells of something to do."""
    mends = ("put ", "untick", "tick", "start again", "send /start", "switch ", "run with", "words")
    sentences = {said for cell in EVERY for said in refusals(cell.facts())}
    sentences = {said for said in sentences if "does not know this key" not in said}
    assert len(sentences) > 10
    for said in sentences:
        assert any(mend in said for mend in mends), said


@pytest.mark.parametrize("seconds", [-5.1, 5.1])
def test_five_seconds_are_the_most_in_both_directions(seconds: float) -> None:
    """A clock that is behind is as wrong as one that is ahead; five seconds sharp are right."""
    facts = RIGHT.facts()
    assert refusals(replace(facts, skew=timedelta(seconds=-5))) == ()
    (said,) = refusals(replace(facts, skew=timedelta(seconds=seconds)))
    assert ("behind" if seconds < 0 else "ahead") in said


def test_an_unproven_venue_is_never_traded() -> None:
    """Everything else may be right: orders that did not pass the contract suite are not sent."""
    (said,) = refusals(replace(RIGHT.facts(), venue="Binance", is_proven=False))
    assert "orders at Binance are not proven yet" in said


@pytest.mark.parametrize("mode", ["watch", "live"])
def test_each_of_two_keys_must_be_right(mode: str) -> None:
    """A good trading key does not make up for a reading key that can send coins away."""
    good = KeyReport(can_trade=True, can_withdraw=False, wrong=())
    bad = KeyReport(can_trade=False, can_withdraw=True, wrong=("This key can send coins away.",))
    keys = (KeyFact(Purpose.READ, bad), KeyFact(Purpose.TRADE, good))
    (said,) = refusals(replace(Cell(mode, "trade", "telegram", "good", "14").facts(), keys=keys))
    assert said == "reading key: This key can send coins away."


def test_what_a_venues_judge_overlooks_is_refused_all_the_same() -> None:
    """A report of a withdrawal right, or of none to trade, is enough even without a sentence."""
    facts = RIGHT.facts()
    for report, words in (
        (KeyReport(can_trade=True, can_withdraw=True, wrong=()), "can send coins away"),
        (KeyReport(can_trade=False, can_withdraw=False, wrong=()), "cannot trade"),
    ):
        (said,) = refusals(replace(facts, keys=(KeyFact(Purpose.TRADE, report),)))
        assert words in said


def test_a_key_of_which_nothing_is_known_is_refused() -> None:
    """No report, no refusal and no reason is not a yes."""
    (said,) = refusals(replace(RIGHT.facts(), keys=(KeyFact(Purpose.TRADE),)))
    assert "could not be read" in said


def test_a_reading_key_alone_does_not_make_a_live_run() -> None:
    """Live asks for a key that is meant for trading."""
    report = KeyReport(can_trade=True, can_withdraw=False, wrong=())
    (said,) = refusals(replace(RIGHT.facts(), keys=(KeyFact(Purpose.READ, report),)))
    assert "which needs a key to your account" in said


def test_what_does_not_refuse_is_said_at_the_start() -> None:
    """Watching with a clock that is off, and live without a trial."""
    watching = Cell("watch", "trade", "none", "off", "0").facts()
    (clock,) = warnings(watching)
    assert "clock is 12 s ahead" in clock
    (said,) = warnings(Cell("live", "trade", "telegram", "good", "0,right-words").facts())
    assert said == "Live after 0 days of trial instead of 14, as you accepted."
    assert warnings(RIGHT.facts()) == ()
    assert warnings(Cell("paper", "none", "none", "off", "0").facts()) == ()
