"""What of a venue the program can ask with a key: a known list, and nothing that moves coins away.

ccxt knows every endpoint of a venue under two names; here each name in our code is held against
those. Whoever adds an endpoint adds it to the list below, where it is seen.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from inspect import getattr_static
from pathlib import Path

import ccxt
from ccxt.base.types import Entry

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
VENUES = ("kraken", "binance", "coinbase", "binanceusdm", "bybit", "okx", "krakenfutures")

ORDERS = {"private_post_addorder", "private_post_cancelorder"}
KRAKEN = ORDERS | {
    "private_post_balanceex",
    "private_post_closedorders",
    "private_post_getapikeyinfo",
    "private_post_ledgers",
    "private_post_openorders",
    "private_post_queryorders",
    "private_post_querytrades",
    "private_post_tradeshistory",
    "private_post_tradevolume",
}
OTHERS = {
    "private_get_account",
    "private_get_mytrades",
    "sapi_get_account_apirestrictions",
    "sapi_get_asset_assetdividend",
    "sapi_get_capital_config_getall",
    "sapi_get_capital_deposit_hisrec",
    "sapi_get_capital_withdraw_history",
    "sapi_get_convert_tradeflow",
    "v2_private_get_accounts_account_id_transactions",
    "v3_private_get_brokerage_accounts",
    "v3_private_get_brokerage_key_permissions",
}
PUT_TOGETHER = {"bot/exchange/live/lookup.py": "private_post_"}
"""Where names of endpoints are made from parts: file -> the first part."""

MOVES = re.compile(
    "withdraw|transfer|earn|stak|wallet|subaccount|loan|borrow|lend|repay|convert|redeem|subscri"
    "|swap|send|gift|payout|address|margin|futures|createapi|allocat|deposit",
    re.IGNORECASE,
)
"""Words in the names of calls that could take coins away, or prepare that."""


@cache
def signed_names() -> frozenset[str]:
    """Return ccxt's name of every endpoint that needs a key, in both spellings."""
    found = set()
    for venue in VENUES:
        kind = getattr(ccxt, venue)
        for name in dir(kind):
            # Read from the class itself: asked for in the usual way it is a plain function.
            entry = getattr_static(kind, name)
            if isinstance(entry, Entry) and "public" not in str(entry.api).lower():
                found.add(name)
    return frozenset(found)


@cache
def moving_names() -> frozenset[str]:
    """Return every method of ccxt whose name speaks of moving coins, endpoint or not."""
    names = {name for venue in VENUES for name in dir(getattr(ccxt, venue))}
    return frozenset(name for name in names if MOVES.search(name.replace("_", "")))


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield every text in some code, the parts of formatted ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def names(tree: ast.AST) -> Iterator[str]:
    """Yield every attribute, function and text: whatever could become the name of a call."""
    yield from texts(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr


def endpoints_in(tree: ast.AST) -> set[str]:
    """Return the endpoints that some code names, as a whole or put together from parts."""
    found = {name for name in names(tree) if name in signed_names()}
    for part in firsts_in(tree):
        found |= {name for text in texts(tree) if (name := part + text.lower()) in signed_names()}
    return found


def firsts_in(tree: ast.AST) -> set[str]:
    """Return the texts that begin the name of an endpoint without being one."""
    heads = re.compile(r"(v\d_?)?(private|[sfdp]api(v\d)?|eapi)(_|Get|Post|Put|Delete)\w*")
    return {text for text in texts(tree) if heads.fullmatch(text) and text not in signed_names()}


def asked_in(tree: ast.AST) -> set[str]:
    """Return the methods that some code asks a connection for."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"ask", "_ask"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def trees() -> dict[str, ast.AST]:
    """Return the code of the program, by file."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in SOURCES
    }


def test_the_endpoints_that_need_a_key_are_a_known_list() -> None:
    """The program can put these questions with a key, and no other."""
    assert len(signed_names()) > 1000
    found = {name for tree in trees().values() for name in endpoints_in(tree)}
    assert found == KRAKEN | OTHERS


def test_only_one_order_and_its_end_can_be_written() -> None:
    """Whatever else is asked only reads; at Kraken reads are posted as well, so the list tells."""
    assert {name for name in KRAKEN | OTHERS if "_post_" in name} == KRAKEN
    assert not any(re.search("_(put|patch|delete)_", name) for name in OTHERS)
    writing = {name for name in KRAKEN if re.search("add|cancel|amend|edit|create", name)}
    assert writing == ORDERS


def test_names_of_endpoints_are_put_together_in_one_place() -> None:
    """Elsewhere each endpoint stands in the code as a whole, where a search finds it."""
    found = {(file, part) for file, tree in trees().items() for part in firsts_in(tree)}
    assert found == set(PUT_TOGETHER.items())


def test_nothing_asks_a_connection_for_what_moves_coins() -> None:
    """No method that is asked for by name moves coins or opens a door that does."""
    asked = {name for tree in trees().values() for name in asked_in(tree)}
    assert "fetch_tickers" in asked
    doors = {"request", "fetch2", "fetch", "sign", "create_order", "cancel_all_orders"}
    assert not asked & doors
    moving = {name for name in asked if MOVES.search(name)}
    assert moving <= {"sapi_get_capital_deposit_hisrec", "sapi_get_capital_withdraw_history"} | {
        name for name in OTHERS if "_get_" in name
    }


def test_no_call_of_ccxt_that_moves_coins_stands_in_the_code() -> None:
    """No attribute has the name of one of ccxt's calls for moving coins, in either spelling."""
    made_up = {"bot/exchange/paper.py", "bot/exchange/account_file.py"}
    found = {
        f"{file}: {node.attr}"
        for file, tree in trees().items()
        if file not in made_up
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in moving_names()
    }
    assert found == set()


def test_no_path_of_an_endpoint_stands_in_the_code() -> None:
    """Nobody goes round ccxt: no address of a venue's signed questions is written anywhere."""
    paths = re.compile(r"/0/private|/s?api/v\d|/api/v\d/brokerage|/v2/accounts|(Wallet|Account)Tr")
    found = {
        f"{file}: {text[:60]}"
        for file, tree in trees().items()
        for text in texts(tree)
        if paths.search(text)
    }
    assert found == set()


def test_the_search_finds_every_disguise() -> None:
    """Each way to reach an endpoint is seen: attribute, text, either spelling, and from parts."""
    disguises = {
        "exchange.private_post_withdraw({})": "private_post_withdraw",
        "exchange.privatePostWithdraw({})": "privatePostWithdraw",
        "getattr(exchange, 'private_post_wallettransfer')": "private_post_wallettransfer",
        "c.ask('private_post_earn_allocate')": "private_post_earn_allocate",
        "c.ask(f'private_post_{name}'); x = 'Withdraw'": "private_post_withdraw",
        "c.ask('sapi_post_capital_withdraw_apply')": "sapi_post_capital_withdraw_apply",
        "c.sapiPostAssetTransfer()": "sapiPostAssetTransfer",
    }
    for code, name in disguises.items():
        assert name in endpoints_in(ast.parse(code)), code
    for method in ("withdraw", "transfer", "transfer_out", "futures_transfer"):
        assert method in moving_names(), method
