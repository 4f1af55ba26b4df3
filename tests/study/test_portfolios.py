"""Which portfolios can be compared, on whose prices, and why others cannot."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.research.study.history import History, read_history
from bot.research.study.portfolios import FADED, SURVIVORS, portfolio_of, standard_portfolios
from bot.research.windows import Window
from bot.settings.policy import policy_of
from bot.settings.policy_file import PolicyFile
from core.domain.errors import InputInvalid
from core.domain.stress import Family
from core.domain.units import Asset
from core.simulation.bar_table import DAY
from tests.study.world import prices, spot_file, spot_rows

FIRST = date(2018, 1, 1)
ALL = Window(date.min, date(2023, 12, 31))


def history(folder: Path, *rows: tuple[str, str, date, int]) -> History:
    """Return a history of (source, coin, first day, number of days)."""
    tables = [
        spot_rows(first, prices(days, seed), asset=coin, source=source)
        for seed, (source, coin, first, days) in enumerate(rows, start=1)
    ]
    return read_history(spot_file(folder, tables), quote=Asset("USD"))


def test_the_longest_window_among_venues_that_see_the_market_is_taken(tmp_path: Path) -> None:
    """A venue with three correlation coins goes before a longer one with two."""
    found = history(
        tmp_path,
        ("long", "BTC", FIRST, 1_500),
        ("long", "ETH", FIRST, 1_500),
        ("wide", "ADA", FIRST, 900),
        ("wide", "BTC", FIRST, 900),
        ("wide", "ETH", FIRST, 900),
    )
    (chosen,) = standard_portfolios(found, ALL, keys=["B"]).portfolios
    assert chosen.venue.name == "wide"
    assert chosen.window.first == FIRST + timedelta(days=460)
    assert chosen.window.days == 440


def test_a_venue_whose_coin_ends_early_comes_last(tmp_path: Path) -> None:
    """Prices that merely stop are not taken for a delisting while another venue has them all."""
    coins = ("ADA", "BTC", "ETH", "LTC")
    cut = [("cut", coin, FIRST, 1_500 - 300 * (coin == "ETH")) for coin in coins]
    whole = [("whole", coin, FIRST, 1_000) for coin in coins]
    found = history(tmp_path, *cut, *whole)
    (chosen,) = standard_portfolios(found, ALL, keys=["A"]).portfolios
    assert chosen.venue.name == "whole"


def test_no_window_begins_on_a_day_that_a_coin_lacks(tmp_path: Path) -> None:
    """It would be had at a price of the past; the first day that all coins have is taken."""
    day = FIRST + timedelta(days=600)
    btc, eth = (
        spot_rows(FIRST, prices(1_500, seed), asset=coin, source="all")
        for seed, coin in enumerate(("BTC", "ETH"), start=1)
    )
    rows = [btc, eth.slice(0, 598), eth.slice(603)]
    found = read_history(spot_file(tmp_path, rows), quote=Asset("USD"))
    (chosen,) = standard_portfolios(found, Window(day, ALL.last), keys=["A"]).portfolios
    assert chosen.window.first == FIRST + timedelta(days=603)


def test_a_known_weak_beginning_is_left_out(tmp_path: Path) -> None:
    """Kraken is read from July 2016 on, whatever lies before."""
    early = date(2014, 1, 1)
    found = history(tmp_path, ("kraken", "BTC", early, 1_400), ("kraken", "ETH", early, 1_400))
    (chosen,) = standard_portfolios(found, ALL, keys=["A"]).portfolios
    assert chosen.window.first == date(2016, 7, 1)


def test_other_coins_are_those_that_were_there_at_the_start(tmp_path: Path) -> None:
    """A coin listed later has no place in the portfolio, however well it did."""
    coins = ["ADA", "BTC", "ETH", "LTC", "BCH", "XLM"]
    rows = [("all", coin, FIRST, 1_000) for coin in coins]
    late = ("all", "DOGE", FIRST + timedelta(days=300), 700)
    (chosen,) = standard_portfolios(history(tmp_path, *rows, late), ALL, keys=["D"]).portfolios
    assert chosen.coins == ("ADA", "BCH", "BTC", "ETH", "LTC", "XLM")
    assert chosen.universe == SURVIVORS


def test_faded_coins_are_called_so(tmp_path: Path) -> None:
    """The portfolio against survivorship says what it is."""
    coins = ["BTC", "EOS", "ETH", "IOTA", "LTC", "NEO"]
    found = history(tmp_path, *(("old", coin, FIRST, 800) for coin in coins))
    (chosen,) = standard_portfolios(found, ALL, keys=["F"]).portfolios
    assert chosen.universe == FADED
    assert not chosen.window.has_years


def test_the_pause_watches_what_the_data_have(tmp_path: Path) -> None:
    """Without the fear index sentiment is absent, not unknown."""
    found = history(tmp_path, ("all", "BTC", FIRST, 800), ("all", "ETH", FIRST, 800))
    (chosen,) = standard_portfolios(found, ALL, keys=["B"]).portfolios
    assert chosen.policy.stress.families == (Family.PRICE, Family.CORRELATION)


def test_what_cannot_be_built_is_told(tmp_path: Path) -> None:
    """Every portfolio that is left out has a sentence with what is missing."""
    found = history(tmp_path, ("all", "BTC", FIRST, 800), ("all", "ETH", FIRST, 800))
    choice = standard_portfolios(found, ALL)
    assert [one.key for one in choice.portfolios] == ["A", "B", "S"]
    assert len(choice.left_out) == 2
    assert "XRP" in choice.left_out[0]
    assert "EOS" in choice.left_out[1]


@pytest.mark.parametrize(
    ("coins", "days", "message"),
    [
        (("BTC", "LTC"), 800, r"no venue has BTC, ETH together \(all has BTC, LTC\)"),
        (("BTC", "ETH"), 600, "all would leave fewer than 180 days"),
    ],
)
def test_data_that_serve_no_portfolio_are_refused(
    tmp_path: Path, coins: tuple[str, ...], days: int, message: str
) -> None:
    """Missing coins and short windows are told as what they are."""
    found = history(tmp_path, *(("all", coin, FIRST, days) for coin in coins))
    with pytest.raises(InputInvalid, match=message):
        standard_portfolios(found, ALL)


def test_a_portfolio_of_ones_own_follows_its_file(tmp_path: Path) -> None:
    """Targets, profile and value come from the file; what belongs to one account does not act."""
    file = PolicyFile.model_validate(
        {
            "targets": {"BTC": 60, "ETH": 40},
            "profile": "tight",
            "start_cash": 777,
            "cold": {"BTC": 2},
        }
    )
    found = history(tmp_path, ("all", "BTC", FIRST, 800), ("all", "ETH", FIRST, 800))
    own = portfolio_of("mine", file, policy_of(file), history=found, asked=ALL)
    assert (own.key, f"{own.value}", own.policy.bands.profile.value) == ("mine", "777", "tight")
    assert own.recipe == "BTC 60 · ETH 40"
    assert own.policy.cold == ()


def test_a_portfolio_without_prices_is_refused(tmp_path: Path) -> None:
    """A coin that no venue has is named, with what the venues have."""
    file = PolicyFile.model_validate({"targets": {"BTC": 60, "SOL": 40}})
    found = history(tmp_path, ("all", "BTC", FIRST, 800), ("all", "ETH", FIRST, 800))
    with pytest.raises(InputInvalid, match="mine: no venue has BTC, SOL together"):
        portfolio_of("mine", file, policy_of(file), history=found, asked=ALL)


def test_an_ended_coin_is_named(tmp_path: Path) -> None:
    """Where a coin's bars end inside the window, the portfolio is no longer survivors only."""
    file = PolicyFile.model_validate({"targets": {"BTC": 60, "LUNA": 40}})
    found = history(tmp_path, ("all", "BTC", FIRST, 900), ("all", "LUNA", FIRST, 700))
    own = portfolio_of("mine", file, policy_of(file), history=found, asked=ALL)
    assert own.universe == "with LUNA, which ended"
    starts = own.venue.table.series[0].starts
    assert own.window.last.toordinal() - FIRST.toordinal() == (starts[-1] - starts[0]) // DAY
