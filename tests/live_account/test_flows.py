"""What changed the account: every entry of the ledger once, and called what it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.exchange.live.account import KrakenAccount
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.portfolio import FlowKind
from tests.emulators.kraken.faults import Meanwhile, Puts, Shifts, Shuffles, error
from tests.emulators.kraken.keys import Permission
from tests.emulators.kraken.limits import INTERMEDIATE
from tests.emulators.kraken.owner import Owner
from tests.emulators.kraken.scene import BOOK, MORNING
from tests.emulators.kraken.scene import scene as bot_scene
from tests.live_account.scene import HOUR, SECOND, USD, Scene, summed, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

D = Decimal
Told = list[tuple[str, str, Decimal]]

HANDS: dict[str, tuple[Callable[[Owner], object], Told]] = {
    "a deposit with a fee": (
        lambda owner: owner.deposit("ZUSD", "250", fee="1.5"),
        [("USD", "deposit", D(250)), ("USD", "fee", D("-1.5"))],
    ),
    "a withdrawal": (
        lambda owner: owner.withdraw("XXBT", "0.1", fee="0.0002"),
        [("BTC", "withdrawal", D("-0.1")), ("BTC", "fee", D("-0.0002"))],
    ),
    "a withdrawal that came back": (
        lambda owner: owner.post(("withdrawal", ""), ("XXBT", "0.1", "-0.0002")),
        [("BTC", "withdrawal", D("0.1")), ("BTC", "fee", D("0.0002"))],
    ),
    "a staking reward": (
        lambda owner: owner.reward("DOT28.S", "0.01"),
        [("DOT", "reward", D("0.01"))],
    ),
    "interest": (
        lambda owner: owner.reward("XBT.F", "0.00000012", ("earn", "reward")),
        [("BTC", "reward", D("0.00000012"))],
    ),
    "a reward of the newer kind": (
        lambda owner: owner.reward("ETH.B", "0.001", ("reward", "")),
        [("ETH", "reward", D("0.001"))],
    ),
    "an airdrop": (
        lambda owner: owner.post(("transfer", "airdrop"), ("ADA", "3", "0")),
        [("ADA", "reward", D(3))],
    ),
    "staking": (lambda owner: owner.stake("XXBT", "XBT.M", "0.2"), []),
    "earning": (lambda owner: owner.allocate("XXBT", "XBT.F", "0.2"), []),
    "a move that cost something": (
        lambda owner: owner.post(
            ("earn", "allocation"), ("XXBT", "-0.2", "0.001"), ("XBT.F", "0.2", "0")
        ),
        [("BTC", "fee", D("-0.001"))],
    ),
    "to the Futures wallet": (
        lambda owner: owner.send_to_futures("XXBT", "0.1"),
        [("BTC", "withdrawal", D("-0.1"))],
    ),
    "from the Futures wallet": (
        lambda owner: owner.bring_from_futures("XXBT", "0.1"),
        [("BTC", "deposit", D("0.1"))],
    ),
    "a swap in the app": (
        lambda owner: owner.convert(("ZUSD", "100"), ("SOL", "1"), fee="0.9"),
        [("USD", "trade", D(-100)), ("USD", "fee", D("-0.9")), ("SOL", "trade", D(1))],
    ),
    "a migration to another coin": (
        lambda owner: owner.rename("XXBT", "SOL", "0.1"),
        [("BTC", "trade", D("-0.1")), ("SOL", "trade", D("0.1"))],
    ),
    "a migration to a name of the same coin": (
        lambda owner: owner.post(("conversion", ""), ("XXBT", "-0.1", "0"), ("XBT.M", "0.1", "0")),
        [],
    ),
    "a coin replaced while it earned": (
        lambda owner: owner.post(
            ("earn", "migration"), ("XXBT", "-0.1", "0"), ("SOL.F", "0.1", "0")
        ),
        [("BTC", "trade", D("-0.1")), ("SOL", "trade", D("0.1"))],
    ),
    "a correction": (
        lambda owner: owner.post(("adjustment", ""), ("ZUSD", "-2", "0")),
        [("USD", "withdrawal", D(-2))],
    ),
    "a coin that is no longer traded": (
        lambda owner: owner.post(("deposit", ""), ("XNMC", "4", "0")),
        [("XNMC", "deposit", D(4))],
    ),
}


@pytest.mark.parametrize("hand", HANDS)
async def test_what_the_owner_does_is_called_what_it_is(scene: Scene, hand: str) -> None:
    """No deposit, reward, swap or move between own balances passes for another."""
    act, expected = HANDS[hand]
    act(scene.owner)
    since = scene.clock.now()
    flows = await scene.account().flows(since)
    assert sorted(map(told, flows)) == sorted(expected)
    assert all(flow.reference == "" for flow in flows)
    assert all(flow.occurred_at == since for flow in flows)


@pytest.mark.parametrize("hand", sorted(set(HANDS) - {"a coin that is no longer traded"}))
async def test_flows_add_up_to_the_balances(scene: Scene, hand: str) -> None:
    """From the first day on nothing stays unexplained."""
    HANDS[hand][0](scene.owner)
    account = scene.account()
    flows = summed(await account.flows(None))
    held = {b.asset: b.free + b.locked + b.staked for b in await account.balances()}
    assert flows == held


async def test_a_value_is_given_where_it_is_known(scene: Scene) -> None:
    """Money is worth itself, a coin what was paid for it, and a coin that came nothing certain."""
    scene.owner.convert(("ZUSD", "100"), ("SOL", "0.8"), fee="0.9")
    scene.owner.deposit("XETH", "1")
    flows = await scene.account().flows(scene.clock.now())
    values = {(*told(flow)[:2], flow.value) for flow in flows}
    assert values == {
        ("USD", "trade", D(-100)),
        ("USD", "fee", D("-0.9")),
        ("SOL", "trade", D(100)),
        ("ETH", "deposit", None),
    }


async def test_a_trade_bears_the_id_of_its_order_and_a_trade_by_hand_none(scene: Scene) -> None:
    """What the bot traded is told from what the owner traded, fill by fill."""
    async with bot_scene() as bot:
        kraken = bot.begin()
        kraken.market("BTC/USD").set_book(*BOOK)
        ours = "11111111-2222-4333-8444-555555555555"
        await bot.place("buy", "0.15", "50020", clientOrderId=ours, timeInForce="IOC")
        kraken.owner.trade("XBT/USD", "sell", "0.05", "40000")
        scene.server.kraken, scene.clock.at = kraken, bot.clock.at
        account = scene.account()
        flows = [flow for flow in await account.flows(None) if flow.kind is FlowKind.TRADE]
    assert summed(flow for flow in flows if flow.reference == ours)["BTC"] == D("0.15")
    assert summed(flow for flow in flows if flow.reference == "")["BTC"] == D("-0.05")
    assert {flow.reference for flow in flows} == {ours, ""}
    assert len(flows) == 6
    bought = {flow.value for flow in flows if flow.asset == "BTC" and flow.reference == ours}
    assert bought == {D(5000), D("2500.5")}


async def test_orders_are_looked_up_once(scene: Scene) -> None:
    """Reading the same days again costs one page, not the history of trades."""
    scene.owner.trade("XBT/USD", "sell", "0.05", "40000")
    account = scene.account()
    first = await account.flows(None)
    assert await account.flows(None) == first
    counts = scene.kraken.record.counts()
    assert (counts["Ledgers"], counts["TradesHistory"], counts["QueryOrders"]) == (2, 1, 1)


@pytest.mark.parametrize("endpoint", ["TradesHistory", "QueryOrders"])
async def test_a_trade_whose_order_is_not_told_yet_is_waited_for(
    scene: Scene, endpoint: str
) -> None:
    """An order of ours must never pass for one by hand because Kraken is slow."""
    scene.kraken.habits.lags[endpoint] = 60
    scene.owner.trade("XBT/USD", "sell", "0.05", "40000")
    account = scene.account()
    with pytest.raises(FeedUnavailable) as failed:
        await account.flows(None)
    assert failed.value.trouble == "late"
    scene.later(61 * SECOND)
    assert len([f for f in await account.flows(None) if f.kind is FlowKind.TRADE]) == 2


async def test_an_old_trade_that_no_order_made_is_by_hand(scene: Scene) -> None:
    """What Kraken's complete history does not know was not ordered by anybody."""
    scene.owner.post(("trade", ""), ("ZUSD", "-50", "0"), ("XXBT", "0.001", "0"))
    account = scene.account()
    with pytest.raises(FeedUnavailable, match="the trade UN"):
        await account.flows(None)
    scene.later(2 * HOUR)
    trades = [flow for flow in await account.flows(None) if flow.kind is FlowKind.TRADE]
    assert [flow.reference for flow in trades] == ["", ""]


async def test_half_a_swap_is_waited_for_but_not_for_ever(scene: Scene) -> None:
    """A side without its other side is late at first, and later what it is."""
    scene.owner.post(("spend", ""), ("ZUSD", "-50", "0"))
    account = scene.account()
    with pytest.raises(FeedUnavailable, match="one side") as failed:
        await account.flows(None)
    assert failed.value.trouble == "late"
    scene.later(2 * HOUR)
    assert ("USD", "trade", D(-50)) in map(told, await account.flows(None))


async def test_an_entry_that_comes_late_is_there_in_the_end(scene: Scene) -> None:
    """The ledger may lag: reading on from before brings what was not there."""
    account = scene.account()
    scene.kraken.habits.lags["Ledgers"] = 30
    scene.later(60 * SECOND)
    since = scene.clock.now()
    scene.owner.deposit("ZUSD", "77")
    scene.later(SECOND)
    assert await account.flows(since) == ()
    scene.later(60 * SECOND)
    assert list(map(told, await account.flows(since))) == [("USD", "deposit", D(77))]


async def test_since_is_inclusive_and_oldest_comes_first(scene: Scene) -> None:
    """What happened at the very instant is there, and what happened before it is not."""
    for number in range(1, 5):
        scene.later(SECOND)
        scene.owner.deposit("ZUSD", f"{number}")
    flows = await scene.account().flows(scene.clock.now() - SECOND)
    assert [flow.amount for flow in flows] == [D(3), D(4)]
    every = await scene.account().flows(None)
    assert [flow.occurred_at for flow in every] == sorted(flow.occurred_at for flow in every)
    assert every[0].occurred_at == MORNING


async def test_a_fraction_of_a_second_is_kept(scene: Scene) -> None:
    """Instants are read from the digits, not through a rounding."""
    scene.later(timedelta(microseconds=123_400))
    at = scene.clock.now()
    scene.owner.deposit("ZUSD", "1")
    assert [flow.occurred_at for flow in await scene.account().flows(at)] == [at]


async def deposits(scene: Scene, count: int) -> None:
    """Let so many deposits come, of 1, 2, 3 and so on."""
    scene.begin({})
    for number in range(1, count + 1):
        scene.later(SECOND)
        scene.owner.deposit("ZUSD", f"{number}")


async def test_a_long_ledger_is_complete(scene: Scene) -> None:
    """Page after page, every entry once, and ids that never change."""
    await deposits(scene, 173)
    account = scene.account()
    flows = await account.flows(None)
    assert [flow.amount for flow in flows] == [D(number) for number in range(1, 174)]
    assert scene.kraken.record.count("Ledgers") == 4
    assert [flow.flow_id for flow in await account.flows(None)] == [f.flow_id for f in flows]
    assert len({flow.flow_id for flow in flows}) == 173


async def test_entries_that_come_while_it_is_read_are_complete(scene: Scene) -> None:
    """Pages that shift under the reader repeat and drop nothing."""
    await deposits(scene, 120)

    def more() -> None:
        scene.later(SECOND)
        for _ in range(7):
            scene.owner.deposit("ZUSD", "1000")

    for nth in (2, 3):
        scene.kraken.misbehave("Ledgers", Meanwhile(more), nth=nth)
    flows = await scene.account().flows(None)
    assert len(flows) == len({flow.flow_id for flow in flows}) == 134
    assert summed(flows) == {"USD": scene.kraken.balance("ZUSD")}


@pytest.mark.parametrize("rows", [-9, 9])
async def test_a_page_that_begins_elsewhere_loses_nothing(scene: Scene, rows: int) -> None:
    """Rows that a page skips are noticed by Kraken's own count, and read again."""
    await deposits(scene, 120)
    scene.kraken.misbehave("Ledgers", Shifts(rows), nth=2)
    scene.kraken.misbehave("Ledgers", Shuffles(3), nth=1)
    flows = await scene.account().flows(None)
    assert [flow.amount for flow in flows] == [D(number) for number in range(1, 121)]


async def test_rows_that_stay_missing_are_an_error(scene: Scene) -> None:
    """A ledger with a hole is no ledger."""
    await deposits(scene, 10)
    scene.kraken.misbehave("Ledgers", Puts(("count",), 11), times=None)
    with pytest.raises(FeedUnavailable) as failed:
        await scene.account().flows(None)
    assert failed.value.trouble == "late"


async def test_what_was_read_before_a_failure_is_not_asked_for_again(scene: Scene) -> None:
    """A long first reading goes on where it broke off."""
    await deposits(scene, 400)
    scene.kraken.misbehave("Ledgers", error("EService:Busy"), nth=7)
    account = scene.account()
    with pytest.raises(FeedUnavailable):
        await account.flows(None)
    assert len(await account.flows(None)) == 400
    assert scene.kraken.record.count("Ledgers") == 7 + 1 + 2


async def test_the_rate_limit_is_told_as_what_it_is(scene: Scene) -> None:
    """Too many questions are limited, not malformed, and no half of a ledger comes back."""
    await deposits(scene, 900)
    account = scene.account()
    scene.kraken.account.limits.tier = INTERMEDIATE
    with pytest.raises(FeedUnavailable) as failed:
        await account.flows(None)
    assert failed.value.trouble == "limited"


@pytest.mark.parametrize("seed", range(12))
async def test_in_a_storm_the_answer_is_the_truth_or_an_error(scene: Scene, seed: int) -> None:
    """Whatever befalls the questions, no flow is lost, doubled or called something else."""
    await deposits(scene, 170)
    scene.owner.convert(("ZUSD", "100"), ("SOL", "1"), fee="0.9")
    scene.owner.deposit("XXBT", "1")
    scene.owner.trade("XBT/USD", "sell", "0.05", "40000")
    true = (await scene.account().flows(None), await scene.account().balances())
    account = scene.account()
    scene.kraken.storm(seed, rate=0.4)
    found: list[object] = []
    asks: list[Callable[[], Awaitable[object]]] = [
        lambda: account.flows(None),
        account.balances,
    ]
    for ask in asks:
        for _ in range(60):
            with suppress(FeedUnavailable, AccountProblem):
                found.append(await ask())
                break
    assert any(call.fault is not None for call in scene.kraken.record)
    assert found == list(true)


async def test_an_unknown_kind_stops_and_is_named(scene: Scene) -> None:
    """What cannot be called anything is not called anything."""
    (entry,) = scene.owner.post(("transfer", "vaultmove"), ("XXBT", "-0.1", "0"))
    with pytest.raises(AccountProblem, match="'vaultmove'") as failed:
        await scene.account().flows(None)
    assert entry.id in str(failed.value)


async def test_an_unknown_kind_that_a_person_accepted_went_out(scene: Scene) -> None:
    """Named in the settings, what nobody knows the kind of is a withdrawal; nothing stops."""
    (entry,) = scene.owner.post(("transfer", "vaultmove"), ("XXBT", "-0.1", "0"))
    account = KrakenAccount(scene.connect(), USD, scene.clock, accepted=[entry.id])
    (flow,) = (row for row in await account.flows(None) if row.flow_id == entry.id)
    assert (flow.kind, flow.amount) == (FlowKind.WITHDRAWAL, Decimal("-0.1"))


async def test_an_unknown_kind_that_changes_nothing_is_no_flow(scene: Scene) -> None:
    """Two entries that cancel out need no name."""
    scene.owner.post(("vault", "in"), ("XXBT", "-0.1", "0"), ("XBT.F", "0.1", "0"))
    assert await scene.account().flows(scene.clock.now()) == ()


async def test_an_unknown_ending_in_the_ledger_stops(scene: Scene) -> None:
    """A reward in a balance that cannot be placed is not placed."""
    scene.owner.reward("XBT.Q", "0.1")
    with pytest.raises(AccountProblem, match=r"'XBT\.Q'"):
        await scene.account().flows(None)


ODD_ROWS: dict[str, tuple[str, object]] = {
    "an amount that is a float": ("amount", 5.0),
    "an amount that is none": ("amount", "NaN"),
    "no fee": ("fee", None),
    "a time in words": ("time", "yesterday"),
    "a time before all": ("time", -5),
    "no group": ("refid", ""),
    "no type": ("type", None),
    "a code that is none": ("asset", 7),
}


@pytest.mark.parametrize("name", ODD_ROWS)
async def test_an_odd_entry_is_refused_and_named(scene: Scene, name: str) -> None:
    """An entry that cannot be read spoils the answer; none is left out quietly."""
    field, value = ODD_ROWS[name]
    scene.kraken.misbehave("Ledgers", Puts(("ledger", "*", field), value))
    with pytest.raises(FeedUnavailable, match="entry L") as failed:
        await scene.account().flows(None)
    assert failed.value.trouble == "malformed"


@pytest.mark.parametrize("value", [None, "many", -1, 1.5, True])
async def test_a_page_without_its_number_is_refused(scene: Scene, value: object) -> None:
    """Without Kraken's count nobody knows whether all is there."""
    scene.kraken.misbehave("Ledgers", Puts(("count",), value))
    with pytest.raises(FeedUnavailable, match="ledger") as failed:
        await scene.account().flows(None)
    assert failed.value.trouble == "malformed"


async def test_a_key_without_the_ledger_is_the_owners_to_mend(scene: Scene) -> None:
    """The error says that a permission is missing, and never asks for the one to withdraw."""
    with pytest.raises(AccountProblem, match="may not do that"):
        await scene.account([Permission.QUERY_FUNDS]).flows(None)
