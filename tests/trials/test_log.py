"""The log of trials: it only grows, and a setting counts once."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bot.research.trials import (
    BEFORE_ALL,
    Keys,
    Opening,
    TrialLog,
    check_trials,
    keys_of,
    log_trials,
    read_trials,
)
from core.domain.errors import InputInvalid
from tests.init.terminal import ROOT

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def some(*names: object) -> Keys:
    """Return settings that are called so."""
    return keys_of(sha256(str(name).encode()).hexdigest() for name in names)


def log(path: Path, settings: Keys, opening: Opening | None = None) -> TrialLog:
    """Log settings at one and the same moment."""
    return log_trials(path, settings, at=NOW, data="d", opening=opening)


def test_sixty_were_tried_before_the_first_line(tmp_path: Path) -> None:
    """An absent log counts the trials that chose the rules, and is not made by looking at it."""
    path = tmp_path / "trials.jsonl"
    assert read_trials(path).trials == BEFORE_ALL == 60
    assert not path.exists()
    assert log(path, some("a", "b", "a")).trials == 62


def test_running_again_is_no_new_trial(tmp_path: Path) -> None:
    """A setting counts once however often it is run; new ones are appended below."""
    path = tmp_path / "trials.jsonl"
    log(path, some("a", "b"))
    before = path.read_bytes()
    log(path, some("b", "a"))
    assert path.read_bytes() == before
    log(path, some("b", "c"))
    assert path.read_bytes().startswith(before)
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [len(row["settings"]) for row in rows] == [2, 1]
    assert read_trials(path).trials == 63


def test_every_opening_is_logged_and_different_ones_are_counted(tmp_path: Path) -> None:
    """The same opening again is one; another reason, or another release, is another."""
    path = tmp_path / "trials.jsonl"
    first, second = Opening("1", "d", "release"), Opening("1", "d", "curious")
    for opening in (first, first, second, Opening("2", "d", "release")):
        log(path, some("a"), opening)
    held = read_trials(path)
    assert len(held.openings) == 4
    assert [held.openings_of(version) for version in ("1", "2", "3")] == [2, 1, 0]
    assert held.trials == 61


def test_what_was_logged_is_returned(tmp_path: Path) -> None:
    """The log that comes back is the one that lies there."""
    path = tmp_path / "trials.jsonl"
    log(path, some("x"), Opening("1", "d", "release"))
    told = log(path, some(*range(25_000)), Opening("1", "d", "again"))
    read = read_trials(path)
    assert np.array_equal(told.settings, read.settings)
    assert (told.openings, told.trials) == (read.openings, 25_061)
    # No line is so long that reading it takes much memory.
    assert max(map(len, path.read_bytes().splitlines())) < 250_000


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"kind": "settings"}',
        '{"kind": "settings", "settings": ["a"]}',
        '{"kind": "settings", "settings": [7]}',
        '{"kind": "unsealed", "version": "1"}',
        "\udcff",
        pytest.param("[" * 100_000, id="deep"),
        "",
    ],
)
def test_a_damaged_log_is_refused(tmp_path: Path, line: str) -> None:
    """A line that is none of ours is told with its number; nothing is guessed from it."""
    path = tmp_path / "trials.jsonl"
    log(path, some("a"))
    text = path.read_bytes() + line.encode(errors="surrogateescape") + b"\n"
    path.write_bytes(text)
    with pytest.raises(InputInvalid, match="line 2 is no line of a trial log"):
        read_trials(path)
    with pytest.raises(InputInvalid, match="line 2 is no line of a trial log"):
        log(path, some("b"))
    assert path.read_bytes() == text


def test_a_log_that_cannot_be_written_stops_the_work(tmp_path: Path) -> None:
    """What cannot be counted is not tried."""
    with pytest.raises(InputInvalid, match="every setting that is tried is counted there"):
        log(tmp_path / "nowhere" / "trials.jsonl", some("a"))


def test_a_log_that_lost_its_last_line_end_is_not_damaged_by_the_next_line(tmp_path: Path) -> None:
    """An editor may take the last line end away; what is appended stands on a line of its own."""
    path = tmp_path / "trials.jsonl"
    log(path, some("a"))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    log(path, some("b"))
    assert np.array_equal(read_trials(path).settings, some("a", "b"))


def test_a_full_disk_leaves_no_half_of_a_line(tmp_path: Path) -> None:
    """A line that did not fit is taken away again, so that the log can still be read."""
    path = tmp_path / "trials.jsonl"
    log(path, some("a"))
    before = path.read_bytes()
    pid = os.fork()
    if pid == 0:
        import resource  # noqa: PLC0415  # only this child gives itself a limit
        import signal  # noqa: PLC0415  # as above

        code = 3
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, len(before) + 100))
            log(path, some(*range(100)))
        except InputInvalid as error:
            code = 0 if "cannot be written (File too large)" in str(error) else 4
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert path.read_bytes() == before


def test_who_logs_at_the_same_time_loses_no_line(tmp_path: Path) -> None:
    """Four processes append to one log, many lines each; all settings are there, each once."""
    path = tmp_path / "trials.jsonl"
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.trials.test_log import log, some\n"
        "first = int(sys.argv[1])\n"
        "for number in range(first, first + 20):\n"
        "    log(Path(sys.argv[2]), some(*range(number * 100, number * 100 + 150)))\n"
    )
    # Neighbours overlap, so that what one has logged meanwhile is not logged by the other again.
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(first), str(path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for first in (0, 10, 20, 30)
    ]
    assert [one.wait(timeout=60) for one in writers] == [0, 0, 0, 0]
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    keys = [key for row in rows for key in row["settings"]]
    assert len(keys) == len(set(keys))
    assert np.array_equal(read_trials(path).settings, some(*range(5_050)))


def test_a_place_that_others_need_is_refused(tmp_path: Path) -> None:
    """Neither what is read or written beside it, nor what is thrown away, nor what forgets."""
    mine, parts = tmp_path / "trials.jsonl", tmp_path / "out.parts"
    parts.mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "bars.csv")
    others = (tmp_path / "bars.csv", None, parts)
    check_trials(mine, others)
    for taken in ("./bars.csv", "link", "out.parts/t.jsonl"):
        with pytest.raises(InputInvalid, match="its count would be lost, so name another file"):
            check_trials(tmp_path / taken, others)
    os.mkfifo(tmp_path / "pipe")
    for nowhere in (tmp_path, tmp_path / "none" / "t.jsonl", tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(InputInvalid, match="a folder that is there and can be written"):
            check_trials(nowhere, others)


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    """A link to itself is no log, and a message says so."""
    link = tmp_path / "trials.jsonl"
    link.symlink_to(link)
    check_trials(link, (link.with_name("other"),))
    with pytest.raises(InputInvalid, match="cannot be read"):
        read_trials(link)
