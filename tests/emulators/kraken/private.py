"""Which private endpoint asks for which permission, and who answers it.

Source: permissions as in Kraken's OpenAPI for Spot REST.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.emulators.kraken import private_account, private_orders
from tests.emulators.kraken.keys import Permission
from tests.emulators.kraken.wire import Json
from tests.emulators.kraken.world import Visit


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; a key with any one of ``permissions`` may use it, with none named every key."""

    answer: Callable[[Visit], Json]
    permissions: tuple[Permission, ...] = ()


def _moving(permission: Permission) -> Endpoint:
    return Endpoint(private_account.not_moved, (permission,))


_FUNDS, _OPEN, _CLOSED = Permission.QUERY_FUNDS, Permission.QUERY_OPEN, Permission.QUERY_CLOSED
_MODIFY, _CLOSE, _LEDGER = Permission.MODIFY, Permission.CLOSE, Permission.QUERY_LEDGER
_OUT = Permission.WITHDRAW_FUNDS

ENDPOINTS = {
    "Balance": Endpoint(private_account.balance, (_FUNDS,)),
    "BalanceEx": Endpoint(private_account.balance_ex, (_FUNDS,)),
    "TradeBalance": Endpoint(private_account.trade_balance, (_OPEN,)),
    "TradeVolume": Endpoint(private_account.trade_volume, (_FUNDS,)),
    "GetApiKeyInfo": Endpoint(private_account.key_info),
    "Ledgers": Endpoint(private_account.ledgers, (_LEDGER,)),
    "QueryLedgers": Endpoint(private_account.query_ledgers, (_LEDGER,)),
    "OpenOrders": Endpoint(private_orders.open_orders, (_OPEN,)),
    "ClosedOrders": Endpoint(private_orders.closed_orders, (_CLOSED,)),
    "QueryOrders": Endpoint(private_orders.query_orders, (_OPEN, _CLOSED)),
    "TradesHistory": Endpoint(private_orders.trades_history, (_CLOSED,)),
    "QueryTrades": Endpoint(private_orders.query_trades, (_CLOSED,)),
    "AddOrder": Endpoint(private_orders.add_order, (_MODIFY,)),
    "CancelOrder": Endpoint(private_orders.cancel_order, (_MODIFY, _CLOSE)),
    "CancelAll": Endpoint(private_orders.cancel_all, (_MODIFY, _CLOSE)),
    "CancelAllOrdersAfter": Endpoint(private_orders.cancel_all_after, (_MODIFY,)),
    # These move nothing; they are here so that a call of them is seen.
    "Withdraw": _moving(_OUT),
    "WithdrawInfo": _moving(_OUT),
    "WithdrawMethods": _moving(_OUT),
    "WithdrawAddresses": _moving(_OUT),
    "WithdrawStatus": _moving(_OUT),
    "WithdrawCancel": _moving(_OUT),
    # As on Kraken itself: a key that may only look can send coins to the Futures wallet.
    "WalletTransfer": _moving(_FUNDS),
    "AccountTransfer": _moving(_OUT),
    "Earn/Allocate": _moving(Permission.EARN_FUNDS),
    "Earn/Deallocate": _moving(Permission.EARN_FUNDS),
}
