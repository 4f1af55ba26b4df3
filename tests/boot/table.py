"""The boot matrix: what may begin, and what is said instead. This table is the specification.

Every row whose five columns match a cell speaks; a cell says what its rows say, in their order, and
nothing else. A cell that no row speaks of starts. ``*`` is anything, ``|`` is or.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import timedelta
from itertools import product

from bot.app.checks.keys import KeyFact
from bot.app.checks.refusals import WITHOUT_TRIAL, ApproverHome, BootFacts
from bot.app.checks.unread import Unread
from bot.exchange.live.keys import KeyPowers, worth_knowing, wrong_for_reading, wrong_for_trading
from bot.ports.keys import KeyReport, Purpose
from bot.ports.messages import Mode
from tests.emulators.kraken.keys import READING, TRADING, Permission
from tests.emulators.kraken.scene import MORNING

TABLE = """
mode   key             approver  clock    trial                says
-----  --------------  --------  -------  -------------------  ---------------------------------
watch  none            *         *        *                    which needs a key to your account
watch  trade+withdraw  *         *        *                    This key can send coins away
watch  unreadable      *         *        *                    what it may do could not be read
watch  refused         *         *        *                    Kraken does not know this key
live   none            *         *        *                    which needs a key to your account
live   query           *         *        *                    tick: Create & modify orders
live   trade+withdraw  *         *        *                    This key can send coins away
live   unreadable      *         *        *                    what it may do could not be read
live   refused         *         *        *                    Kraken does not know this key
live   *               none      *        *                    there is nobody to approve
live   *               *         off      *                    clock is 12 s ahead of Kraken's
live   *               *         unread   *                    clock could not be compared
live   *               *         *        0                    after 0 days of trial
live   *               *         *        13                   after 13 days of trial
live   *               *         *        0,wrong-words        only the exact words count
"""
"""Nothing is said of paper. Live with a trading key, somebody to approve, a good clock, and 14 days
or the right words: nothing is said either."""

STARTS_LIVE = frozenset(
    ("live", "trade", approver, "good", trial)
    for approver in ("telegram", "terminal")
    for trial in ("14", "14,wrong-words", "0,right-words")
)
"""All live cells that start."""

MODES = ("paper", "watch", "live")
KEYS = ("none", "query", "trade", "trade+withdraw", "unreadable", "refused")
APPROVERS = ("none", "telegram", "terminal")
CLOCKS = ("good", "off", "unread")
TRIALS = ("0", "13", "14", "0,wrong-words", "0,right-words", "14,wrong-words")


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix, by the words of its five columns."""

    mode: str
    key: str
    approver: str
    clock: str
    trial: str

    def __str__(self) -> str:
        return " ".join(astuple(self))

    def says(self) -> list[str]:
        """Return what the table lets this cell say, in order."""
        return [said for columns, said in _rows() if _match(columns, astuple(self))]

    def facts(self) -> BootFacts:
        """Return what would be known in this cell."""
        days, _, words = self.trial.partition(",")
        return BootFacts(
            mode=Mode(self.mode.upper()),
            venue="Kraken",
            is_proven=True,
            keys=keys_of(self.mode, self.key),
            approver=_APPROVERS[self.approver],
            skew=_CLOCKS[self.clock],
            trial_days=int(days),
            override=_WORDS[words],
        )


def cells() -> list[Cell]:
    """Return every cell of the product."""
    return [Cell(*columns) for columns in product(MODES, KEYS, APPROVERS, CLOCKS, TRIALS)]


_APPROVERS = {
    "none": ApproverHome.NOWHERE,
    "telegram": ApproverHome.TELEGRAM,
    "terminal": ApproverHome.TERMINAL,
}
_CLOCKS: dict[str, timedelta | Unread] = {
    "good": timedelta(seconds=5),
    "off": timedelta(seconds=12),
    "unread": Unread("Kraken did not answer"),
}
_WORDS = {
    "": "",
    "wrong-words": "i accept live trading without a trial",
    "right-words": WITHOUT_TRIAL,
}
_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "query": READING,
    "trade": TRADING,
    "trade+withdraw": TRADING | {Permission.WITHDRAW_FUNDS},
}


def keys_of(mode: str, key: str) -> tuple[KeyFact, ...]:
    """Return what is known of a key that would be used in this mode."""
    if mode == "paper" or key == "none":
        return ()
    purpose = Purpose.TRADE if mode == "live" else Purpose.READ
    if key == "unreadable":
        return (KeyFact(purpose, unread=Unread("Kraken did not answer")),)
    if key == "refused":
        return (KeyFact(purpose, refused="Kraken does not know this key."),)
    return (KeyFact(purpose, _report(_PERMISSIONS[key], purpose)),)


def _report(permissions: frozenset[Permission], purpose: Purpose) -> KeyReport:
    """Return what the judge of Kraken's keys makes of them."""
    powers = KeyPowers(frozenset(permissions), 0, None, is_cut=False, addresses=())
    judge = wrong_for_trading if purpose is Purpose.TRADE else wrong_for_reading
    wrong = judge(powers, MORNING)
    return KeyReport(powers.can_trade, powers.can_withdraw, wrong, worth_knowing(powers))


def _rows() -> Iterator[tuple[tuple[str, ...], str]]:
    for line in TABLE.strip().splitlines()[2:]:
        *columns, said = line.split(None, 5)
        yield tuple(columns), said


def _match(columns: tuple[str, ...], cell: tuple[str, ...]) -> bool:
    return all(
        column == "*" or value in column.split("|")
        for column, value in zip(columns, cell, strict=True)
    )
