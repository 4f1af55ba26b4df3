"""The log of trials: it only grows, and a setting counts once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.research.study.trials import (
    BEFORE_ALL,
    Opening,
    log_opening,
    log_settings,
    read_trials,
)
from core.domain.errors import InputInvalid

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_sixty_were_tried_before_the_first_line(tmp_path: Path) -> None:
    """An absent log counts the trials that chose the rules, and what is tried now."""
    log = read_trials(tmp_path / "trials.jsonl")
    assert log.count_with([]) == BEFORE_ALL == 60
    assert log.count_with(["a", "b", "a"]) == 62


def test_running_again_is_no_new_trial(tmp_path: Path) -> None:
    """A setting counts once however often it is run; new ones are appended below."""
    path = tmp_path / "trials.jsonl"
    log_settings(read_trials(path), ["a", "b"], at=NOW, data="d")
    before = path.read_text(encoding="utf-8")
    log_settings(read_trials(path), ["b", "a"], at=NOW, data="d")
    assert path.read_text(encoding="utf-8") == before
    log_settings(read_trials(path), ["b", "c"], at=NOW, data="d")
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert len(after) > len(before)
    assert read_trials(path).count_with([]) == 63


def test_every_opening_is_logged_and_different_ones_are_counted(tmp_path: Path) -> None:
    """The same opening again is one; another reason, or another release, is another."""
    path = tmp_path / "trials.jsonl"
    first, second = Opening("1", "d", "release"), Opening("1", "d", "curious")
    for opening in (first, first, second, Opening("2", "d", "release")):
        log_opening(read_trials(path), opening, at=NOW)
    log = read_trials(path)
    assert len(log.openings) == 4
    assert log.openings_with(first) == 2
    assert log.openings_with(Opening("2", "d", "again")) == 2


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", '{"kind": "settings"}', '{"kind": "unsealed", "version": "1"}']
)
def test_a_damaged_log_is_refused(tmp_path: Path, line: str) -> None:
    """A line that is none of ours is told with its number; nothing is guessed from it."""
    path = tmp_path / "trials.jsonl"
    log_settings(read_trials(path), ["a"], at=NOW, data="d")
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match="line 2 is no line of a trial log"):
        read_trials(path)


def test_a_log_that_cannot_be_written_stops_the_study(tmp_path: Path) -> None:
    """What cannot be counted is not tried."""
    log = read_trials(tmp_path / "nowhere" / "trials.jsonl")
    with pytest.raises(InputInvalid, match="every setting that is tried is counted there"):
        log_settings(log, ["a"], at=NOW, data="d")


def test_a_log_that_lost_its_last_line_end_is_not_damaged_by_the_next_line(tmp_path: Path) -> None:
    """An editor may take the last line end away; what is appended stands on a line of its own."""
    path = tmp_path / "trials.jsonl"
    log_settings(read_trials(path), ["a"], at=NOW, data="d")
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    log_settings(read_trials(path), ["b"], at=NOW, data="d")
    assert read_trials(path).settings == {"a", "b"}
