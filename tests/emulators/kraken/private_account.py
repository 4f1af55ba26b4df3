"""The private endpoints that tell of an account: balances, fees, ledger and the key itself."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tests.emulators.kraken.ledger import Entry
from tests.emulators.kraken.listings import Pair, Schedule
from tests.emulators.kraken.paging import page, span
from tests.emulators.kraken.wire import Json, KrakenError, text_of
from tests.emulators.kraken.world import Visit

_MOST_IDS = 20


def balance(visit: Visit) -> Json:
    """Answer Balance: everything held, orders included."""
    ledger = visit.account.ledger
    held = ledger.balances(visit.lag, visit.now)
    return {asset: text_of(amount, ledger.decimals(asset)) for asset, amount in held.items()}


def balance_ex(visit: Visit) -> Json:
    """Answer BalanceEx: everything held, and what of it open orders keep."""
    ledger = visit.account.ledger
    held = ledger.balances(visit.lag, visit.now)
    return {
        asset: {
            "balance": text_of(amount, ledger.decimals(asset)),
            "hold_trade": text_of(visit.account.held_for_orders(asset), ledger.decimals(asset)),
        }
        for asset, amount in held.items()
    }


def trade_balance(visit: Visit) -> Json:
    """Answer TradeBalance: what everything is worth; there is no margin here."""
    ledger = visit.account.ledger
    held = ledger.balances(visit.lag, visit.now)
    asset = visit.world.asset_id(visit.params.text("asset") or "ZUSD")
    unit = _worth(visit, asset)
    if not unit:
        raise KrakenError("EQuery:Unknown asset")
    value = sum((amount * _worth(visit, name) for name, amount in held.items()), Decimal(0))
    worth, nothing = text_of(value / unit, 4), "0.0000"
    told = {"eb": worth, "tb": worth, "m": nothing, "n": nothing, "c": nothing, "v": nothing}
    return told | {"e": worth, "mf": worth}


def trade_volume(visit: Visit) -> Json:
    """Answer TradeVolume: what was traded in 30 days, and the fees that follow for pairs."""
    volume = visit.account.traded_volume()
    told: Json = {"currency": "ZUSD", "volume": text_of(volume, 4)}
    pairs = [visit.world.market(name).pair for name in visit.params.listed("pair")]
    if pairs:
        told["fees"] = {pair.id: _fee(pair, volume, maker=False) for pair in pairs}
        told["fees_maker"] = {pair.id: _fee(pair, volume, maker=True) for pair in pairs}
    return told


def key_info(visit: Visit) -> Json:
    """Answer GetApiKeyInfo."""
    return visit.key.told()


def ledgers(visit: Visit) -> Json:
    """Answer Ledgers: a page of entries, newest first."""
    params, shown = visit.params, _shown(visit)
    known = {entry.id: entry.at for entry in shown}
    assets = {visit.world.asset_id(name) for name in params.listed("asset")} - {"all"}
    kind, times = params.text("type"), span(params, known.get)
    rows = [
        entry
        for entry in reversed(shown)
        if times.holds(entry.at)
        and (not assets or entry.change.asset in assets)
        and kind in {None, "all", entry.type}
    ]
    return page(rows, params, "ledger", lambda entry: (entry.id, entry.told()))


def query_ledgers(visit: Visit) -> Json:
    """Answer QueryLedgers: entries by id."""
    wanted = visit.params.listed("id")
    if not 0 < len(wanted) <= _MOST_IDS:
        raise KrakenError("EGeneral:Invalid arguments")
    known = {entry.id: entry for entry in _shown(visit)}
    if not set(wanted) <= set(known):
        raise KrakenError("EQuery:Unknown ledger")
    return {name: known[name].told() for name in wanted}


def not_moved(visit: Visit) -> Json:
    """Answer a request to move coins as if they had been moved; nothing is."""
    return {"refid": visit.world.ids.next("B")}


def _shown(visit: Visit) -> list[Entry]:
    until: datetime = visit.now - visit.lag
    return [entry for entry in visit.account.ledger.entries if entry.at <= until]


def _worth(visit: Visit, asset: str) -> Decimal:
    """Return the price of an asset in USD; 0 when it has no pair of its own."""
    if asset == "ZUSD":
        return Decimal(1)
    for market in visit.world.markets.values():
        if market.pair.base == asset and market.pair.quote == "ZUSD":
            return market.last
    return Decimal(0)


def _fee(pair: Pair, volume: Decimal, *, maker: bool) -> Json:
    schedule: Schedule = pair.fees_maker if maker else pair.fees
    reached = [row for row in schedule if row[0] <= volume]
    following = next((row for row in schedule if row[0] > volume), None)
    percents = [Decimal(row[1]) for row in schedule]
    return {
        "fee": text_of(Decimal(reached[-1][1]), 4),
        "minfee": text_of(min(percents), 4),
        "maxfee": text_of(max(percents), 4),
        "nextfee": None if following is None else text_of(Decimal(following[1]), 4),
        "tiervolume": text_of(Decimal(reached[-1][0]), 4),
        "nextvolume": None if following is None else text_of(Decimal(following[0]), 4),
    }
