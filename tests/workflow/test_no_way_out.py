"""No code of the bot can move coins off an account; the paper account's own file apart."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = frozenset(
    {
        "withdraw",
        "withdrawal",
        "withdrawals",
        "create_withdrawal",
        "request_withdrawal",
        "transfer",
        "internal_transfer",
        "send_crypto",
        "payout",
        "fetch_deposit_address",
        "fetch_deposit_addresses",
        "create_deposit_address",
        "private_post_withdraw",
        "private_post_transfer",
        "wallet_transfer",
    }
)
MADE_UP_ACCOUNT = ROOT / "bot" / "exchange" / "paper.py"


def named_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every name that could reach a method: attributes, and texts given to getattr."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Call):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def is_forbidden(name: str) -> bool:
    """Tell whether a name, in any of a vendor's spellings, moves coins off an account."""
    if name.isupper():  # a state or an event of that name is no call
        return False
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    return plain in {word.replace("_", "") for word in FORBIDDEN}


def test_no_code_can_move_coins_off_an_account() -> None:
    """Nowhere in the program does a call exist that withdraws or transfers, the paper one apart."""
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "core").rglob("*.py")]
    assert len(files) > 100
    found = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in files
        if file != MADE_UP_ACCOUNT
        for line, name in named_calls(ast.parse(file.read_text()))
        if is_forbidden(name)
    ]
    assert found == []


def test_the_search_for_withdrawals_finds_them() -> None:
    """The search itself would find a withdrawal in each of its disguises."""
    disguises = (
        "await exchange.withdraw('BTC', 1, address)",
        "getattr(exchange, 'withdraw')('BTC')",
        "exchange.privatePostWithdraw({})",
        "exchange.fetchDepositAddress('BTC')",
        "async def transfer(self): ...",
    )
    for line in disguises:
        assert any(is_forbidden(name) for _, name in named_calls(ast.parse(line))), line
    made_up = ast.parse(MADE_UP_ACCOUNT.read_text())
    assert any(is_forbidden(name) for _, name in named_calls(made_up))


def test_the_ports_have_no_way_out() -> None:
    """What the bot asks of a venue holds no method that takes coins away."""
    tree = ast.parse((ROOT / "bot" / "ports" / "exchange.py").read_text())
    methods = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    assert methods == {
        "quotes",
        "books",
        "rules",
        "daily_bars",
        "day_ago",
        "balances",
        "flows",
        "place",
        "find",
        "cancel",
    }
