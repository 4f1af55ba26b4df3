"""The settings of a sweep, as the log of trials counts them.

A row is a trial: its rules, its fee and what it begins with, on the bars, the index and the days of
the sweep. Workers, parts and the order of rows are none, so a sweep that is resumed, or a grid that
overlaps another, counts nothing twice. A study lives the same rules on ``decide()`` or on what that
saw, with other last digits and, where targets tilt, other trades; so what stands in both counts
twice, rather one too many than one too few.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot.research.seal import Seal
from bot.research.sweep.grid import Built
from bot.research.trials import Keys, Opening, TrialLog, key_of, keys_of, log_trials
from core.codec import digest
from core.domain.units import text_of
from core.engine import policy_digest

_GROUND: Final = ("bars", "fear_greed", "span", "costs")
"""What all rows are tried on, by its names in the identity of a sweep."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the log of trials holds, this sweep included.

    Attributes:
        log: all of it.
        own: how many of its settings are this sweep's.
        openings: how many different openings this release has made; 0 while the seal is shut.
    """

    log: TrialLog
    own: int
    openings: int

    @property
    def trials(self) -> int:
        """How many settings were ever tried."""
        return self.log.trials

    @property
    def others(self) -> int:
        """How many settings the log holds beside this sweep's."""
        return len(self.log.settings) - self.own


def rules_key(built: Built) -> int:
    """Return what tells the rules of one row from those of any other."""
    file = built.file
    rules = [policy_digest(built.policy), text_of(file.costs.taker_fee), text_of(file.start_cash)]
    return key_of(digest(rules))


def settings_of(rules: Keys, identity: Mapping[str, str]) -> Keys:
    """Return what the log knows the settings of a sweep by.

    Args:
        rules: a key for the rules of each row.
        identity: what they are tried on.
    """
    ground = digest([identity[name] for name in _GROUND])
    return keys_of(digest([ground, f"{key:x}"]) for key in rules.tolist())


def count(
    settings: Keys,
    identity: Mapping[str, str],
    *,
    seal: Seal,
    path: Path,
    version: str,
    at: datetime,
) -> Counted:
    """Log a sweep that is about to begin, before its first price is lived through.

    Args:
        settings: all of its settings.
        identity: what makes two sweeps the same.
        seal: whether the newest months are opened, and why.
        path: the log of trials.
        version: of the program.
        at: stands in the log, and nowhere else.

    Raises:
        InputInvalid: the log is damaged, or cannot be written.
    """
    data = digest([identity["bars"], identity["fear_greed"]])
    opening = Opening(version, data, seal.reason) if seal.is_open else None
    log = log_trials(path, settings, at=at, data=data, opening=opening)
    return Counted(log, len(settings), log.openings_of(version) if seal.is_open else 0)
