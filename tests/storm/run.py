"""One run: an approved plan, a sudden death, restarts, rest, and what the books then say."""

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.storm.audit import Ending, audit
from tests.storm.board import Board
from tests.storm.life import CRASHED, DATABASE, Ground, Life, live
from tests.storm.situations import MORNING, Prepared
from tests.storm.venue import Books, Venue

# About how many steps a plan takes when nothing goes wrong: of all kinds, and of lasting ones.
USUAL_STEPS, USUAL_LASTING = 170, 60
DOWNTIMES = (0.5, 2, 5, 10, 20, 31, 45, 70, 300, 900, 7200)
CALM_LIVES = 4


@dataclass
class Outcome:
    """What came of one run.

    Attributes:
        seed: tells it again.
        ending: what the bot's and the exchange's books say.
        kills: at which steps the bot died.
        happened: faults by kind.
        lives: how many processes it took.
        books: the exchange's; dropped before an outcome is sent to another process.
    """

    seed: int
    ending: Ending
    kills: Counter[str]
    happened: Counter[str]
    lives: int
    books: Books | None = field(default=None, repr=False)


class Runner:
    """Tells runs, one after another, in front of one exchange."""

    def __init__(self, board: Board, venue: Venue, prepared: Sequence[Prepared]) -> None:
        """Tell runs of ``prepared`` situations at ``venue``."""
        self._board = board
        self._venue = venue
        self._prepared = prepared

    def tell(self, seed: int) -> Outcome:
        """Tell one run to its end.

        A bot that came to rest before its last step had come is told again with a step it reaches.
        """
        draw = Random(f"run:{seed}")
        only_lasting = draw.random() < 0.5
        usual = USUAL_LASTING if only_lasting else USUAL_STEPS
        deadly = draw.randint(1, usual)
        outcome = self._tell(seed, Life(True, deadly, only_lasting))
        if outcome is None:
            reached = max(1, self._board.steps)
            outcome = self._tell(seed, Life(True, draw.randint(1, reached), only_lasting))
        if outcome is None:
            raise RuntimeError(f"run {seed} is not the same when it is told twice")
        return outcome

    def _tell(self, seed: int, first: Life) -> Outcome | None:
        """Tell a run; None when the first bot outlived its last step."""
        draw = Random(f"lives:{seed}")
        number = draw.randrange(len(self._prepared))
        prepared = self._prepared[number]
        with tempfile.TemporaryDirectory(
            prefix="evenkeel-storm-", dir=_fast_folder(), ignore_cleanup_errors=True
        ) as name:
            folder = Path(name)
            (folder / DATABASE).write_bytes(prepared.database)
            self._board.at = MORNING
            key = self._venue.begin(number, seed, since=prepared.at)
            self._board.at = prepared.at
            self._board.pass_by(draw.uniform(0, 5))
            ground = Ground(self._board, folder, prepared, self._venue.base_url, key)
            if not os.WIFSIGNALED(live(ground, first)) and not _crash_in(folder):
                return None
            story = _Story(ground, self._venue, draw)
            story.note_death()
            story.go_on()
            books = self._venue.books()
            ending = audit(folder / DATABASE, prepared, books)
            ending.breaches.update(story.crashes)
            return Outcome(seed, ending, story.kills, books.happened, story.lives, books)


class _Story:
    """What follows the first death."""

    def __init__(self, ground: Ground, venue: Venue, draw: Random) -> None:
        self._ground = ground
        self._venue = venue
        self._draw = draw
        self.kills: Counter[str] = Counter()
        self.crashes: dict[str, str] = {}
        self.lives = 1

    def go_on(self) -> None:
        """Restart until everything is at rest: faults go on for one life, then it is calm."""
        deadly = self._draw.randint(1, 40) if self._draw.random() < 0.3 else 0
        only_lasting = self._draw.random() < 0.5
        self._live_on(Life(deadly=deadly, only_lasting=only_lasting))
        if self._draw.random() < 0.3:
            self._live_on(Life())
        self._venue.calm()
        self._live_on(Life())

    def note_death(self) -> None:
        """Count how the bot died; an error of its own is a breach."""
        why = _crash_in(self._ground.folder)
        if why:
            self.crashes[f"crash: {why.splitlines()[-1][:160]}"] = why
            (self._ground.folder / CRASHED).unlink()
        else:
            self.kills[kind_of_step(self._ground.board.last)] += 1

    def _live_on(self, life: Life) -> None:
        self._ground.board.pass_by(self._draw.choice(DOWNTIMES))
        self.lives += 1
        status = live(self._ground, life)
        if _crash_in(self._ground.folder) or os.WIFSIGNALED(status):
            assert not os.WIFSIGNALED(status) or os.WTERMSIG(status) == signal.SIGKILL
            self.note_death()


def kind_of_step(name: str) -> str:
    """Return the kind of a step, as it is counted."""
    when, _, what = name.partition(" ")
    if what in {"a commit", "a wait"}:
        return name
    if what == "AddOrder":
        return f"{when} an order" if when == "before" else "after an order's answer"
    return f"{when} a question" if when == "before" else "after an answer"


def _crash_in(folder: Path) -> str:
    file = folder / CRASHED
    return file.read_text() if file.exists() else ""


def _fast_folder() -> str | None:
    """Return a folder in memory where there is one: what is proven does not need the disk."""
    shared = Path("/dev/shm")  # each run makes a folder of its own in it
    return str(shared) if os.access(shared, os.W_OK) else None
