"""Entries of a Coinbase wallet -> flows: why its balance changed, and what that was worth."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.exchange.live.others.rows import Row
from core.domain.errors import AccountProblem
from core.domain.portfolio import Flow, FlowKind
from core.domain.units import ZERO, Asset, Money, exact

ALIASES = {"CGLD": "CELO", "ETH2": "ETH"}
"""Coinbase's codes that every market calls otherwise, and that of staked coins."""


class Meaning(StrEnum):
    """Why an entry is there; CAME_OR_WENT: in or out, as the sign says; MOVED: it stayed yours."""

    TRADE = "trade"
    REWARD = "reward"
    FEE = "fee"
    CAME_OR_WENT = "came or went"
    MOVED = "moved"


MEANINGS: Mapping[str, Meaning] = {
    "advanced_trade_fill": Meaning.TRADE,
    "asset_migration": Meaning.TRADE,
    "buy": Meaning.TRADE,
    "retail_simple_dust": Meaning.TRADE,
    "sell": Meaning.TRADE,
    "trade": Meaning.TRADE,
    "unwrap_asset": Meaning.TRADE,
    "wrap_asset": Meaning.TRADE,
    "cardbuyback": Meaning.REWARD,
    "earn_payout": Meaning.REWARD,
    "incentives_rewards_payout": Meaning.REWARD,
    "inflation_reward": Meaning.REWARD,
    "interest": Meaning.REWARD,
    "retail_simple_price_improvement": Meaning.REWARD,
    "staking_reward": Meaning.REWARD,
    "subscription_rebate": Meaning.REWARD,
    "subscription": Meaning.FEE,
    "cardspend": Meaning.CAME_OR_WENT,
    "clawback": Meaning.CAME_OR_WENT,
    "derivatives_settlement": Meaning.CAME_OR_WENT,
    "exchange_deposit": Meaning.CAME_OR_WENT,
    "exchange_withdrawal": Meaning.CAME_OR_WENT,
    "fiat_deposit": Meaning.CAME_OR_WENT,
    "fiat_withdrawal": Meaning.CAME_OR_WENT,
    "incentives_shared_clawback": Meaning.CAME_OR_WENT,
    "intx_deposit": Meaning.CAME_OR_WENT,
    "intx_withdrawal": Meaning.CAME_OR_WENT,
    "pro_deposit": Meaning.CAME_OR_WENT,
    "pro_withdrawal": Meaning.CAME_OR_WENT,
    "receive": Meaning.CAME_OR_WENT,
    "request": Meaning.CAME_OR_WENT,
    "send": Meaning.CAME_OR_WENT,
    "transfer": Meaning.CAME_OR_WENT,
    "tx": Meaning.CAME_OR_WENT,
    "unsupported_asset_recovery": Meaning.CAME_OR_WENT,
    "vault_withdrawal": Meaning.CAME_OR_WENT,
    "retail_eth2_deprecation": Meaning.MOVED,
    "staking_transfer": Meaning.MOVED,
    "unstaking_transfer": Meaning.MOVED,
}
"""Coinbase's words for why. Source: its documentation of transactions, and public importers."""

_DONE = "completed"
_NOT_DONE = frozenset(
    {
        "canceled",
        "expired",
        "failed",
        "pending",
        "waiting_for_clearing",
        "waiting_for_signature",
    }
)


def asset_of(code: str) -> Asset:
    """Return the asset of one of Coinbase's codes."""
    return Asset(ALIASES.get(code, code))


@exact
def flows_of(row: Row, quote: Asset) -> tuple[Flow, ...]:
    """Return what one entry of a wallet says.

    The fee of a fill is told with its coins, and taken in money.

    Raises:
        FeedUnavailable: the entry cannot be believed.
        AccountProblem: its kind or status is not known.
    """
    meaning, status = MEANINGS.get(row.text("type")), row.text("status")
    if meaning is None or (status != _DONE and status not in _NOT_DONE):
        raise AccountProblem(
            f"{row.what} has an entry of the kind {row.text('type')!r} and status {status!r}, "
            "which is not known here: why the balance changed must not be guessed. Nothing goes "
            "on until an Evenkeel that knows it runs."
        )
    if status != _DONE or meaning is Meaning.MOVED:
        return ()
    return tuple(_flows(row, meaning, quote))


def _flows(row: Row, meaning: Meaning, quote: Asset) -> Iterator[Flow]:
    amount, asset = row.amount("amount", "amount"), asset_of(row.text("amount", "currency"))
    at, id_ = _settled_at(row, meaning), row.text("id")
    fee, taken_in = _fee(row, asset)
    if taken_in == asset and amount < ZERO and meaning is Meaning.CAME_OR_WENT:
        # Coinbase tells here what left the wallet in all, the network's fee included.
        amount += fee
    if amount:
        yield Flow(id_, asset, _kind(meaning, amount), amount, _value(row, amount, quote), at)
    if fee:
        value = Money(-fee) if taken_in == quote else None
        yield Flow(f"{id_}:fee", taken_in, FlowKind.FEE, -fee, value, at)


def _kind(meaning: Meaning, amount: Decimal) -> FlowKind:
    if meaning is Meaning.CAME_OR_WENT:
        return FlowKind.DEPOSIT if amount > ZERO else FlowKind.WITHDRAWAL
    return FlowKind(meaning.value)


def _settled_at(row: Row, meaning: Meaning) -> datetime:
    """Return when the balance changed: what comes or goes may take days from its beginning."""
    is_slow = meaning is Meaning.CAME_OR_WENT and row.has("updated_at")
    return row.instant("updated_at" if is_slow else "created_at")


def _fee(row: Row, asset: Asset) -> tuple[Decimal, Asset]:
    """Return the fee of an entry, and what it was taken in; nothing and its own asset without."""
    if row.has("advanced_trade_fill", "commission"):
        base, _, money = row.text("advanced_trade_fill", "product_id").partition("-")
        if asset_of(base) == asset:
            return row.size("advanced_trade_fill", "commission"), asset_of(money)
    elif row.has("network", "transaction_fee", "amount") and row.amount("amount", "amount") < ZERO:
        code = row.text("network", "transaction_fee", "currency")
        if asset_of(code) == asset:
            return row.size("network", "transaction_fee", "amount"), asset
    return ZERO, asset


def _value(row: Row, amount: Decimal, quote: Asset) -> Money | None:
    """Return what an entry was worth, with the sign of its amount; None where it is not told."""
    if asset_of(row.text("amount", "currency")) == quote:
        return Money(amount)
    if row.has("native_amount") and row.text("native_amount", "currency") == quote:
        return Money(abs(row.amount("native_amount", "amount")) * (-1 if amount < ZERO else 1))
    return None
