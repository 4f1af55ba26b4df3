"""The paper exchange keeps the contract of every exchange."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.exchange.bar_sources import SimulatedBars
from bot.exchange.markets import BarMarket
from bot.exchange.paper import PaperExchange
from core.domain.market import FeeMode, MarketStatus
from core.domain.units import Asset, Quantity
from tests.contracts.exchange_bench import Bench, Venue
from tests.contracts.exchange_contract import ExchangeContract
from tests.emulators.flaky_venue import FlakyVenue, LoseAnswer, LoseRequest
from tests.exchange.manual_clock import START, ManualClock


class PaperBench(Bench):
    """A paper account on the simulated market, behind a connection that may break."""

    def __init__(self, folder: Path) -> None:
        self.clock: ManualClock = ManualClock()
        self.quote = Asset("USD")
        self.coin = Asset("ETH")
        self.fee_modes = frozenset(FeeMode)
        self._folder = folder
        self._opened: list[PaperExchange] = []

    async def open(
        self, balances: Mapping[Asset, Quantity], *, fee_mode: FeeMode = FeeMode.QUOTE
    ) -> Venue:
        """Open a paper account in a file of its own."""
        source = SimulatedBars(7, START)
        self._market = BarMarket(source, self.clock, fee_mode=fee_mode)
        file = self._folder / f"account-{len(self._opened)}.sqlite"
        self._file = file
        return await self._open(balances)

    async def reopen(self) -> Venue:
        """Close the account's file and open it again."""
        self._paper.close()
        return await self._open({})

    async def _open(self, balances: Mapping[Asset, Quantity]) -> Venue:
        self._paper = PaperExchange(self._file, self._market, self.clock, quote=self.quote)
        self._opened.append(self._paper)
        await self._paper.open_with(balances)
        self._venue = FlakyVenue(self._paper, self.clock)
        return Venue(self._market, self._venue, self._venue)

    async def deposit(self, asset: Asset, amount: Quantity) -> None:
        """Let made-up money come in."""
        await self._paper.deposit(asset, amount)

    async def withdraw(self, asset: Asset, amount: Quantity) -> None:
        """Let made-up money go out."""
        await self._paper.withdraw(asset, amount)

    async def reward(self, asset: Asset, amount: Quantity) -> None:
        """Let a made-up reward come in."""
        await self._paper.reward(asset, amount)

    def keep(self, asset: Asset, amount: Quantity) -> None:
        """Put it on hold."""
        self._paper.set_locked(asset, amount)

    def lose_next_answer(self) -> None:
        """Break the connection after the next order."""
        self._venue.expect(LoseAnswer())

    def lose_next_request(self) -> None:
        """Break the connection before the next order."""
        self._venue.expect(LoseRequest())

    def halt(self, asset: Asset) -> None:
        """Halt the simulated market of ``asset``."""
        self._market.set_status(asset, MarketStatus.HALTED)

    def close(self) -> None:
        """Close every account."""
        for paper in self._opened:
            paper.close()


class TestPaperExchange(ExchangeContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        """Give a bench whose files are closed afterwards."""
        bench = PaperBench(tmp_path)
        yield bench
        bench.close()


def test_a_card_cannot_be_overridden() -> None:
    """A subclass that defines a card again fails when it is made."""
    with pytest.raises(TypeError, match="test_x10_a_limit_order_fills"):

        class _Cheat(ExchangeContract):
            async def test_x10_a_limit_order_fills(self, desk: object) -> None:
                """Prove nothing."""
