"""An order that had to wait for its turn asks once more whether it may leave."""

import asyncio

import pytest

from bot.exchange.live.placer import KrakenPlacer
from core.domain.errors import OrderRejected
from tests.live_orders.scene import USD, Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_halt_while_an_order_waits_for_its_turn_stops_it(desk: Floor) -> None:
    """Whoever else asks with the key may take long; a halt begun meanwhile stops the order."""
    halts: list[str] = []
    placer = KrakenPlacer(desk.connection, USD, forbidden=lambda: "".join(halts))
    async with desk.connection.alone():
        waiting = asyncio.create_task(placer.place(desk.order()))
        await asyncio.sleep(0.05)
        halts.append("trading is halted: stop")
    with pytest.raises(OrderRejected, match="nothing was sent: trading is halted: stop"):
        await waiting
    assert desk.kraken.record.count("AddOrder") == 0


async def test_without_a_halt_an_order_that_waited_leaves(desk: Floor) -> None:
    """Waiting for its turn does not by itself stop an order."""
    placer = KrakenPlacer(desk.connection, USD, forbidden=str)
    async with desk.connection.alone():
        waiting = asyncio.create_task(placer.place(desk.order()))
        await asyncio.sleep(0.05)
    assert not (await waiting).is_open
    assert desk.kraken.record.count("AddOrder") == 1
