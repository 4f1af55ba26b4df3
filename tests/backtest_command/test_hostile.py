"""``evenkeel backtest`` on strange files and options: what it says, refuses and keeps."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from bot.cli.backtest_page import page_lines
from bot.research.backtests import Asked, Told, prepare, tell
from core.domain.errors import InputInvalid
from core.domain.policy import BandRules, Policy
from core.domain.units import Money
from core.simulation.bar_table import BarTable
from core.simulation.trading_costs import TradingCosts
from tests.backtest_command.files import bar_file, policy_file
from tests.backtest_command.test_command import backtest
from tests.history.program import Ended, run
from tests.simulation.backtest.worlds import THREE, day, market, plain

DAYS = 640


PLAIN = plain(THREE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a policy and bars."""
    folder = tmp_path_factory.mktemp("hostile")
    policy_file(folder)
    bar_file(folder / "days.parquet", market(DAYS, ("BTC", "ETH"), seed=2))
    return folder


def told_of(
    folder: Path,
    table: BarTable,
    policy: Policy = PLAIN,
    *,
    value: int = 10_000,
    impact: bool = False,
) -> Told:
    """Live a policy that watches nothing through a table."""
    bars = bar_file(folder / "made.parquet", table)
    costs = TradingCosts(impact=impact)
    asked = Asked(policy, bars, value=Money(Decimal(value)), costs=costs)
    return tell(prepare(asked), lambda *_: None)


def said(told: Told) -> str:
    """Return the page in one line."""
    return " ".join(" ".join(page_lines(told)).split())


def on(capsys: pytest.CaptureFixture[str], folder: Path, table: BarTable, *words: object) -> Ended:
    """Run the command on another table under the folder's policy."""
    bars = bar_file(folder / "other.parquet", table)
    return run(capsys, "backtest", "--policy", folder / "policy.toml", "--bars", bars, *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--value", "1e400"), "from 1 to 1,000,000,000,000"),
        (("--approvals", "a" * 5_000), "--approvals is"),
        (("--out", "a" * 300 + ".csv"), "cannot be written"),
        (("--out", "/proc/days.csv"), "cannot be written"),
    ],
    ids=["endless", "name of a person", "name of a file", "unwritable"],
)
def test_what_cannot_be_used_is_refused_before_a_day_is_lived(
    folder: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and exit code 2, whatever the size of a number or a name."""
    ended = backtest(capsys, folder, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_the_end_of_all_days_is_the_end_of_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A last day beyond the file ends with the file, and the page says so."""
    page = backtest(capsys, folder, "--to", "9999-12-31").out
    assert "The file ends with 2015-10-02, before the last day that was asked for." in page


def test_the_days_never_take_the_place_of_what_was_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Naming the bar file as ``--out`` leaves it as it was."""
    bars = folder / "mine.csv"
    bars.write_text("asset,ts,open,high,low,close,volume\n", encoding="utf-8")
    ended = run(
        capsys, "backtest", "--policy", folder / "policy.toml", "--bars", bars, "--out", bars
    )
    assert (ended.code, ended.out) == (2, "")
    assert "is one of the files that are read" in ended.err
    assert bars.read_text(encoding="utf-8").startswith("asset,ts")


def test_a_page_is_kept_when_the_days_cannot_be_written(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A disk that fills up meanwhile costs the file, not what was computed."""

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    ended = backtest(capsys, folder, "--out", tmp_path / "days.csv")
    assert ended.code == 2
    assert "Backtest on days" in ended.out
    assert "Every day is a line" not in ended.out
    assert "No space left on device" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_answers_saved_by_a_spreadsheet_are_read(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A byte order mark is no part of the header; answers of other days are counted out."""
    path = tmp_path / "answers.csv"
    path.write_text("day,answer\n2015-05-01,yes\n2035-05-01,no\n", encoding="utf-8-sig")
    page = " ".join(backtest(capsys, folder, "--approvals", path).out.split())
    assert "1 of 2 recorded answers are of days outside of this run" in page


def test_an_endless_cell_among_answers_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quote that is never closed is one sentence, not a traceback."""
    path = tmp_path / "answers.csv"
    path.write_text("day,answer\n" + "1" * 200_000 + ",yes\n", encoding="utf-8")
    ended = backtest(capsys, folder, "--approvals", path)
    assert ended.code == 2
    assert "cannot be read as a CSV file" in ended.err


def test_a_run_does_not_begin_on_a_day_that_a_coin_lacks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first close would be a price of the past: the day is refused with the coin's name."""
    table = market(DAYS, ("BTC", "ETH"), seed=2, without={"ETH": (470,)})
    ended = on(capsys, folder, table, "--from", f"{day(470):%Y-%m-%d}")
    assert (ended.code, ended.out) == (2, "")
    assert f"has no bar of ETH on {day(470):%Y-%m-%d}" in ended.err
    assert f"begin on {day(471):%Y-%m-%d} or later" in ended.err
    assert on(capsys, folder, table, "--from", f"{day(471):%Y-%m-%d}").code == 0


def test_a_run_that_ends_before_its_file_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The coin that the market is read by, or one that stops with the file, ends the run aloud."""
    page = " ".join(on(capsys, folder, market(DAYS, ("BTC", "ETH"), ends={"BTC": 560})).out.split())
    assert "The run ends on 2015-07-14, before the file does: BTC has no later whole day" in page
    whole = " ".join(on(capsys, folder, market(DAYS, ("BTC", "ETH"))).out.split())
    assert "before the file does" not in whole


def test_a_coin_that_ends_within_a_day_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bars of half a day: the day that a coin has only half of is not lived, and it is named."""
    table = market(1_280, ("BTC", "ETH"), ends={"BTC": 1_121})
    halves = tuple(
        replace(bars, starts=bars.starts[0] + (bars.starts - bars.starts[0]) // 2)
        for bars in table.series
    )
    table = replace(table, interval=table.interval / 2, series=halves)
    page = " ".join(on(capsys, folder, table).out.split())
    assert "The run ends on 2015-07-14, before the file does: BTC has no later whole day" in page


def test_a_coin_of_no_target_that_ended_does_not_speak_for_the_file(tmp_path: Path) -> None:
    """Survivors are those of the targets; what ended beside them is no remedy."""
    page = said(told_of(tmp_path, market(120, ("BTC", "ETH", "LUNA"), ends={"LUNA": 60})))
    assert "Survivors only: no coin of these targets ended" in page


def test_without_btc_the_page_says_that_its_column_is_missing(tmp_path: Path) -> None:
    """A comparison that every table should have is not left out in silence."""
    policy = plain({"ETH": "0.6", "USD": "0.4"})
    page = said(told_of(tmp_path, market(120, ("ETH", "LTC")), policy))
    assert "The file lacks bars of BTC for these days" in page
    assert "BTC hold" not in page


def test_with_impact_the_page_says_that_the_comparisons_have_none(tmp_path: Path) -> None:
    """Columns under different costs are named as such, and only then."""
    words = "Only the policy's orders move the price"
    told = told_of(tmp_path, market(120), impact=True)
    assert words in said(told)
    assert words not in said(told_of(tmp_path, market(120)))


@pytest.mark.filterwarnings("error")
def test_impact_without_volumes_is_refused(tmp_path: Path) -> None:
    """A market whose depth nobody knows takes no order; that is told before, not lived through."""
    table = market(120)
    volumes = table.series[1].volumes
    volumes.flags.writeable = True
    volumes[:] = np.nan
    with pytest.raises(InputInvalid, match=r"has none of ETH; add the column volume"):
        told_of(tmp_path, table, impact=True)
    assert told_of(tmp_path, table).backtest.run.name == "policy"


def test_days_before_the_seal_need_no_word_about_it(tmp_path: Path) -> None:
    """A run that ends where the seal begins says nothing of it; one a day longer does."""
    table = market(900, ("BTC", "ETH"), seed=2)
    bars = bar_file(tmp_path / "made.parquet", table)
    first = table.ends_at.replace(year=table.ends_at.year - 1)
    for later, has_note in ((0, False), (1, True)):
        end = first + timedelta(days=later)
        told = tell(prepare(Asked(PLAIN, bars, end=end)), lambda *_: None)
        assert any("keep sealed" in note for note in told.notes) is has_note
        assert ("1 of the 535 days" in said(told)) is has_note


def test_a_small_portfolio_is_told_whose_bands_it_had(tmp_path: Path) -> None:
    """Where the size profile widens the bands, the page counts the days and names the limits."""
    policy = replace(PLAIN, bands=BandRules(adapt_to_size=True))
    page = said(told_of(tmp_path, market(120), policy, value=2_000))
    assert "120 days of the tiny profile, of 120 days (the limits are 10000 and 5000 USD)" in page
    large = said(told_of(tmp_path, market(120), policy, value=500_000))
    assert "The portfolio was small" not in large


@pytest.mark.parametrize(("days", "has_years"), [(1_095, False), (1_096, True)])
def test_the_words_about_years_go_with_the_figures(
    tmp_path: Path, days: int, *, has_years: bool
) -> None:
    """At the very edge of three years the page never says that it leaves out what it prints."""
    page = said(told_of(tmp_path, market(days)))
    assert ("growth a year" in page) is has_years
    assert ("figures a year are left out" in page) is not has_years


@pytest.mark.parametrize("factor", [1e2, 1e5, 1e8])
def test_huge_figures_do_not_run_into_each_other(tmp_path: Path, factor: float) -> None:
    """However much a coin grew, figures stand apart and within 80 columns."""
    table = market(120)
    for bars in table.series:
        for column in (bars.opens, bars.highs, bars.lows, bars.closes):
            column.flags.writeable = True
            column[60:] *= factor
    told = told_of(tmp_path, table)
    row = next(line for line in page_lines(told) if line.startswith("grown in all"))
    assert row.count(" %") == len(told.metrics)
    assert all(cell.endswith(" %") for cell in row[28:].split("  ") if cell.strip())
    assert len(row) <= 80
    cells = [row[28 + 10 * k : 38 + 10 * k] for k in range(len(told.metrics))]
    assert all(cell.startswith(" ") for cell in cells)
