"""What the checks of one visit share: settings, time, where the records are, and who uses them."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from bot.app.account import mode_of
from bot.app.plan import DATABASE, RunPlan, folder_of
from bot.ports.clock import Clock
from bot.ports.messages import Mode
from bot.settings import Settings
from bot.store.file_lock import is_taken
from bot.venues.connection import POLITE, Manners
from bot.venues.table import spot_venue
from core.domain.market import MarketRules, Quote
from core.domain.portfolio import Balance

_T = TypeVar("_T")


class Told(Generic[_T]):
    """What one check finds out and another one needs; it belongs to one event loop."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._is_told = asyncio.Event()
        self._value: _T | None = None

    def tell(self, value: _T | None) -> None:
        """Let everybody have it who waits; None = it cannot be had."""
        self._value = value
        self._is_told.set()

    async def wait(self) -> _T | None:
        """Return it once it is told."""
        await self._is_told.wait()
        return self._value


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of the doctor.

    Attributes:
        settings: everything in force.
        clock: the machine's.
        stack: closes what is opened.
        manners: how venues are asked for prices.
        balances: what the owner's account holds, once it was read; None if it was not.
        market: rules and prices of the targets, once they were read; None if they were not.
    """

    settings: Settings
    clock: Clock
    stack: AsyncExitStack
    manners: Manners = POLITE
    balances: "Told[Sequence[Balance]]" = field(default_factory=Told)
    market: "Told[tuple[Sequence[MarketRules], Sequence[Quote]]]" = field(default_factory=Told)

    @property
    def plan(self) -> RunPlan:
        """The run that the settings ask for."""
        return RunPlan(self.settings, replay=None, answering=None, days=None, fresh=False)

    @property
    def mode(self) -> Mode:
        """What an approval would do."""
        return mode_of(self.settings)

    @property
    def title(self) -> str:
        """The venue's name in a sentence."""
        venue = self.settings.file.venue
        return "the simulated market" if venue == "simulated" else spot_venue(venue).title

    @property
    def folder(self) -> Path:
        """The folder that the next run would use; it need not exist."""
        return folder_of(self.plan)

    @property
    def database(self) -> Path:
        """The database that the next run would use; it need not exist."""
        return self.folder / DATABASE

    @property
    def running(self) -> tuple[str, ...]:
        """The folders in which a bot runs now."""
        found = sorted(self.settings.data_dir.glob(f"*/{DATABASE}"))
        return tuple(path.parent.name for path in found if is_taken(path))
