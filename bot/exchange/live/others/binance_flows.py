"""Binance's lists -> flows: why each balance changed, and what that was worth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.exchange.live.others.rows import Row
from bot.venues.troubles import malformed
from core.domain.errors import AccountProblem
from core.domain.portfolio import Flow, FlowKind
from core.domain.units import ZERO, Asset, Money

ONE_TRADE_PAGE = 1000

_SPOT_WALLET = "0"
# Source: Binance's wallet documentation, the statuses of each list. True = it has changed a
# balance; on its way, rejected or cancelled it has not.
_DEPOSITED: Mapping[str, bool] = {
    "0": False,
    "1": True,
    "2": False,
    "6": True,
    "7": False,
    "8": False,
}
_SENT: Mapping[str, bool] = {
    "0": False,
    "1": False,
    "2": False,
    "3": False,
    "4": False,
    "5": False,
    "6": True,
}
_CONVERTED: Mapping[str, bool] = {
    "ACCEPT_SUCCESS": False,
    "FAIL": False,
    "PROCESS": False,
    "SUCCESS": True,
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of Binance, read in windows of time.

    Attributes:
        method: ccxt's raw method.
        what: the list in a sentence.
        window: the longest span of one question.
        most: rows in one answer at most.
        flows: what a row says, given the quote currency.
        key: under which the rows lie; None = the answer is the list.
        delay: how long an entry may take from its beginning, which the list goes by, to its end,
            when the balance changes.
    """

    method: str
    what: str
    window: timedelta
    most: int
    flows: Callable[[Row, Asset], Iterator[Flow]]
    key: str | None = None
    delay: timedelta = timedelta()


def arrived_flows(row: Row, quote: Asset) -> Iterator[Flow]:
    """Yield a deposit of coins that has arrived in the spot wallet."""
    if not _has_happened(row, _DEPOSITED) or not _is_spot(row):
        return
    name = "completeTime" if row.has("completeTime") else "insertTime"
    id_ = row.text("id") if row.has("id") else f"{row.text('coin')}:{row.text('txId')}"
    amount, asset = row.size("amount"), Asset(row.text("coin"))
    at = row.millisecond(name)
    yield _flow(f"deposit:{id_}", asset, FlowKind.DEPOSIT, amount, at=at, quote=quote)


def sent_flows(row: Row, quote: Asset) -> Iterator[Flow]:
    """Yield a withdrawal of coins that has left the spot wallet, and its fee."""
    if not _has_happened(row, _SENT) or not _is_spot(row):
        return
    at = row.instant("completeTime" if row.has("completeTime") else "applyTime")
    id_, asset = f"withdrawal:{row.text('id')}", Asset(row.text("coin"))
    amount, fee = -row.size("amount"), -row.size("transactionFee")
    yield _flow(id_, asset, FlowKind.WITHDRAWAL, amount, at=at, quote=quote)
    if fee:
        yield _flow(f"{id_}:fee", asset, FlowKind.FEE, fee, at=at, quote=quote)


def dividend_flows(row: Row, quote: Asset) -> Iterator[Flow]:
    """Yield interest, an airdrop or another distribution."""
    id_, asset = f"dividend:{row.text('id')}", Asset(row.text("asset"))
    at = row.millisecond("divTime")
    yield _flow(id_, asset, FlowKind.REWARD, row.size("amount"), at=at, quote=quote)


def conversion_flows(row: Row, quote: Asset) -> Iterator[Flow]:
    """Yield both sides of a conversion: what was given, and what came for it."""
    if not _has_happened(row, _CONVERTED, "orderStatus"):
        return
    at, id_ = row.millisecond("createTime"), f"convert:{row.text('orderId')}"
    given, got = -row.size("fromAmount"), row.size("toAmount")
    from_, to = Asset(row.text("fromAsset")), Asset(row.text("toAsset"))
    worth = given if from_ == quote else got if to == quote else None
    value = None if worth is None else abs(worth)
    yield Flow(f"{id_}:from", from_, FlowKind.TRADE, given, _signed(value, given), at)
    yield Flow(f"{id_}:to", to, FlowKind.TRADE, got, _signed(value, got), at)


def trade_flows(row: Row, symbol: str, *, asset: Asset, quote: Asset) -> Iterator[Flow]:
    """Yield both sides of a trade and its fee, in whatever coin that was taken.

    Raises:
        FeedUnavailable: the row cannot be believed, or is of another market.
    """
    if row.text("symbol") != symbol:
        raise malformed(f"{row.what} has a trade of {row.text('symbol')}")
    at, id_ = row.millisecond("time"), f"trade:{symbol}:{row.text('id')}"
    sign = 1 if row.flag("isBuyer") else -1
    coins, money = sign * row.size("qty"), -sign * row.size("quoteQty")
    fee, taken_in = -row.size("commission"), Asset(row.text("commissionAsset"))
    yield Flow(f"{id_}:coins", asset, FlowKind.TRADE, coins, Money(-money), at)
    yield Flow(f"{id_}:money", quote, FlowKind.TRADE, money, Money(money), at)
    if fee:
        yield _flow(f"{id_}:fee", taken_in, FlowKind.FEE, fee, at=at, quote=quote)


LISTINGS = (
    Listing(
        "sapi_get_capital_deposit_hisrec",
        "Binance's list of deposits",
        window=timedelta(days=89),
        most=1000,
        flows=arrived_flows,
        delay=timedelta(days=14),
    ),
    Listing(
        "sapi_get_capital_withdraw_history",
        "Binance's list of withdrawals",
        window=timedelta(days=89),
        most=1000,
        flows=sent_flows,
        delay=timedelta(days=14),
    ),
    Listing(
        "sapi_get_asset_assetdividend",
        "Binance's list of distributions",
        window=timedelta(days=179),
        most=500,
        flows=dividend_flows,
        key="rows",
    ),
    Listing(
        "sapi_get_convert_tradeflow",
        "Binance's list of conversions",
        window=timedelta(days=29),
        most=1000,
        flows=conversion_flows,
        key="list",
    ),
)
"""What is read beside the trades. Source: Binance's documentation of each, and ccxt 4.5.90."""


def _has_happened(row: Row, known: Mapping[str, bool], name: str = "status") -> bool:
    """Say whether an entry has changed a balance.

    Raises:
        AccountProblem: its status is not known.
    """
    status = row.text(name)
    if status not in known:
        raise AccountProblem(
            f"{row.what} has an entry of the {name} {status!r}, which is not known here: whether "
            "it has changed a balance must not be guessed. Nothing goes on until an Evenkeel that "
            "knows it runs."
        )
    return known[status]


def _is_spot(row: Row) -> bool:
    return not row.has("walletType") or row.text("walletType") == _SPOT_WALLET


def _flow(
    id_: str, asset: Asset, kind: FlowKind, amount: Decimal, *, at: datetime, quote: Asset
) -> Flow:
    value = Money(amount) if asset == quote else None
    return Flow(id_, asset, kind, amount, value, at)


def _signed(value: Decimal | None, amount: Decimal) -> Money | None:
    if value is None:
        return None
    return Money(-value if amount < ZERO else value)
