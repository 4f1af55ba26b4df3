"""What tests of markets and accounts share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.exchange.bar_sources import SimulatedBars
from bot.exchange.markets import BarMarket
from bot.exchange.paper import PaperExchange
from core.domain.units import Asset
from tests.exchange.manual_clock import START, ManualClock
from tests.exchange.paper_desk import USD, Opener


@pytest.fixture
def clock() -> ManualClock:
    """Give a clock at the start of the demonstration."""
    return ManualClock()


@pytest.fixture
def market(clock: ManualClock) -> BarMarket:
    """Give the simulated market."""
    return BarMarket(SimulatedBars(7, START), clock)


@pytest.fixture
def opened(market: BarMarket, clock: ManualClock) -> Iterator[Opener]:
    """Give a way to open accounts that closes them afterwards."""
    accounts: list[PaperExchange] = []

    def open_account(
        path: Path | str = ":memory:",
        *,
        at: BarMarket = market,
        quote: Asset = USD,
        fee_token: Asset | None = None,
    ) -> PaperExchange:
        accounts.append(PaperExchange(path, at, clock, quote=quote, fee_token=fee_token))
        return accounts[-1]

    yield open_account
    for account in accounts:
        account.close()
