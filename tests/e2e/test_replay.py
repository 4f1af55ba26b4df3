"""``evenkeel run --replay`` as a person types it, and its summary against the journal alone."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BARS = "binance_spot_1h.parquet"
# Coins that went far apart in that autumn, so that there is something to add up.
POLICY = """
quote = "USDT"

[targets]
BTC = 40
ETH = 20
SOL = 20
DOGE = 20
"""


def evenkeel(*arguments: str, stdin: str = "") -> str:
    """Run the program in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", *arguments],
        check=True,
        capture_output=True,
        text=True,
        input=stdin,
        cwd=ROOT,
        timeout=270,
    )
    return done.stdout


def _summary(printed: str) -> dict[str, str]:
    """Return the closing summary's lines by their first words."""
    lines = printed.split("\nSummary\n")[1].splitlines()
    return {line[2:16].strip(): line[16:] for line in lines if line.startswith("  ")}


def _number(text: str) -> Decimal:
    return Decimal(text.split(maxsplit=1)[0].replace(",", "").rstrip(","))


@pytest.mark.data
@pytest.mark.slow
def test_the_summary_equals_a_sum_over_the_fills(tmp_path: Path, market_data_dir: Path) -> None:
    """Value, trades and fees of a five-month replay follow from the journal's fills alone."""
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    printed = evenkeel(
        *("run", "--policy", str(tmp_path / "policy.toml"), "--start-cash", "50000"),
        *("--replay", str(market_data_dir / BARS), "--from", "2022-09-01", "--to", "2023-01-31"),
        *("--approve", "all", "--data", str(tmp_path / "data")),
    )
    exported = evenkeel("journal", "export", "--data", str(tmp_path / "data"))
    rows = [json.loads(line) for line in exported.splitlines()]
    fills = [row["payload"] for row in rows if row["kind"] == "fill.booked"]
    prices = rows[-1]["payload"]["prices"]
    coins = dict.fromkeys(prices, Decimal(0))
    coins["USDT"] = Decimal(50_000)
    for fill in fills:
        sign = 1 if fill["side"] == "BUY" else -1
        quantity, price = Decimal(fill["quantity"]), Decimal(fill["price"])
        coins[fill["asset"]] += sign * quantity
        coins["USDT"] -= sign * quantity * price + Decimal(fill["fee"])
    value = sum((n * Decimal(prices[asset]) for asset, n in coins.items()), Decimal(0))
    fees = sum((Decimal(fill["fee"]) for fill in fills), Decimal(0))
    summary = _summary(printed)
    cent = Decimal("0.01")
    assert len(fills) > 6
    assert _number(summary["trades"]) == len(fills)
    assert _number(summary["value"]) == value.quantize(cent)
    assert _number(summary["fees"]) == fees.quantize(cent)
    assert all(amount >= 0 for amount in coins.values())
    assert "The journal is whole" in evenkeel("journal", "verify", "--data", str(tmp_path / "data"))
    assert "all equal" in evenkeel("replay", "--data", str(tmp_path / "data"))


def test_the_demonstration_ends_by_itself_without_a_terminal(tmp_path: Path) -> None:
    """With nothing configured it answers its own proposals, shows them, and ends with a summary."""
    printed = evenkeel("run", "--days", "12", "--data", str(tmp_path))
    summary = _summary(printed)
    assert "Nobody is asked" in printed
    assert "Buy BTC, ETH and SOL" in printed
    assert "The plan was carried out." in printed
    assert "Daily summary" in printed
    assert _number(summary["trades"]) == 3
    again = evenkeel("run", "--days", "12", "--data", str(tmp_path))
    assert _summary(again)["value"] == summary["value"], "the same seed lives the same life"


def test_a_coin_the_simulated_market_lacks_is_named_at_the_start(tmp_path: Path) -> None:
    """One sentence names the coin and what there is; exit code 2, and no folder stays behind."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[targets]\nBTC = 50\nDOGE = 30\nUSD = 20\n", encoding="utf-8")
    data = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "run", "--policy", str(policy), "--data", str(data)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        timeout=270,
    )
    assert done.returncode == 2
    assert "DOGE" in done.stderr
    assert "BTC" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(data.glob("*")) == []


def _short_file(path: Path, days: int) -> Path:
    """Write a bar file of one calm coin."""
    first = datetime(2024, 1, 1, tzinfo=UTC)
    lines = ["asset,ts,open,high,low,close,volume"]
    for day in range(days):
        at = (first + timedelta(days=day)).isoformat()
        lines.append(f"BTC,{at},100,102,98,{100 + day % 2},1000000")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(("families", "is_told"), [("", True), ('families = ["price"]', False)])
def test_a_short_history_switches_the_pause_off_unless_it_was_asked_for(
    families: str, is_told: bool, tmp_path: Path
) -> None:
    """A file of 40 days is replayed without the stress pause, and the start says so."""
    policy = f'quote = "USD"\n[targets]\nBTC = 50\nUSD = 50\n[pause]\n{families}\n'
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    bars = _short_file(tmp_path / "bars.csv", 40)
    printed = evenkeel(
        *("run", "--policy", str(tmp_path / "policy.toml"), "--data", str(tmp_path / "data")),
        *("--replay", str(bars), "--from", "2024-02-01", "--approve", "all"),
    )
    assert ("The stress pause is off in this replay" in printed) is is_told
    assert ("was carried out" in printed) is is_told
