"""Grids: which policies a file makes, in which order, and what it may not ask for."""

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from bot.research.sweep.grid import Grid, sample
from bot.research.sweep.grid_file import MOST_POLICIES, read_grid
from bot.settings.loading import read_policy_file
from core.domain.errors import InputInvalid
from core.domain.policy import ProfileName
from core.domain.units import Asset
from tests.sweep.world import GRID, POLICY, text_file

Read = Callable[[str], Grid]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what reads a grid of a text."""
    base = read_policy_file(text_file(tmp_path / "policy.toml", POLICY))

    def reading(text: str) -> Grid:
        return read_grid(text_file(tmp_path / "grid.toml", text), base)

    return reading


def refused(read: Read, text: str) -> str:
    """Return what a grid is refused with."""
    with pytest.raises(InputInvalid) as caught:
        list(read(text).policies())
    return str(caught.value)


def test_the_product_of_all(read: Read) -> None:
    """Every combination is there once, the last setting varying fastest."""
    grid = read(GRID)
    found = [
        (
            one.policy.bands.profile,
            one.policy.bands.delta,
            one.policy.bands.confirm,
            one.file.costs.taker_fee,
        )
        for one in grid.policies()
    ]
    wanted = product(
        (ProfileName.TIGHT, ProfileName.STANDARD),
        map(Decimal, ("0", "0.25", "0.5", "0.75", "1")),
        (1, 2, 3),
        map(Decimal, ("0.1", "0.4")),
    )
    assert len(grid) == 60
    assert found == list(wanted)


def test_what_does_not_vary_is_the_policys(read: Read) -> None:
    """Settings the grid does not name are those of the policy file."""
    one = next(read('"bands.delta" = [0]').policies())
    assert one.file.start_cash == 60_000
    assert one.policy.bands.delta == 0
    assert dict(one.policy.targets)[Asset("BTC")] == Decimal("0.4")


@pytest.mark.parametrize(
    "text",
    ['"bands.delta" = [0, 0.5]', "bands.delta = [0, 0.5]", "[bands]\ndelta = [0, 0.5]"],
    ids=["quoted", "dotted", "table"],
)
def test_names_may_be_written_as_in_a_policy_file(read: Read, text: str) -> None:
    """A quoted name, a dotted one and a table are the same setting."""
    assert read(text).digest == read('"bands.delta" = [0, 0.5]').digest


def test_targets_vary_by_whole_variants(read: Read) -> None:
    """Each table of targets is a variant with a name, and varies slowest."""
    grid = read(
        '"bands.delta" = [0, 1]\n'
        "[targets.calm]\nBTC = 20\nUSD = 80\n[targets.bold]\nETH = 90\nUSD = 10"
    )
    assert grid.axes[0].cells == ("calm", "bold")
    assert [one.policy.risk_assets for one in grid.policies()] == [
        ("BTC",), ("BTC",), ("ETH",), ("ETH",),
    ]  # fmt: skip


def test_lists_are_values(read: Read) -> None:
    """A setting that is a list varies over lists."""
    grid = read('"pause.families" = [[], ["price"], ["price", "correlation"]]')
    assert grid.axes[0].cells == ("none", "price", "price,correlation")
    assert [len(one.policy.stress.families) for one in grid.policies()] == [0, 1, 2]


def test_what_is_shared_varies_slowest(read: Read) -> None:
    """Settings that the given series follow from come first, so that neighbours share them."""
    grid = read('"bands.delta" = [0, 1]\n"tilt.enabled" = [true, false]')
    assert [axis.name for axis in grid.axes] == ["tilt.enabled", "bands.delta"]


def test_a_sample_is_drawn_without_repeats(read: Read) -> None:
    """A random grid has as many different combinations as asked for; the seed decides which."""
    one, again, other = (read(f"random = 20\nseed = {seed}\n{GRID}") for seed in (1, 1, 2))
    assert len(one) == len(set(one.points.tolist())) == 20
    assert one.digest == again.digest != other.digest
    assert read(f"random = 500\n{GRID}").points.tolist() == list(range(60))


@pytest.mark.parametrize("combinations", [10**5, 10**12, 2**62], ids=str)
def test_a_sample_of_very_many(combinations: int) -> None:
    """Drawing from very many combinations takes no room for those that are not drawn."""
    points = sample(combinations, 1000, seed=3)
    assert len(np.unique(points)) == 1000
    assert np.all(np.diff(points) > 0)
    assert 0 <= points[0] < points[-1] < combinations
    # A sample reaches all over the grid.
    assert points[0] < combinations / 20
    assert points[-1] > combinations * 19 / 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no setting, so there is nothing to sweep"),
        ('"bands.delta" = []', "line 1: bands.delta has no values"),
        ('"bands.delta" = [0]\n[bands]\ndelta = [1]', "names bands.delta twice, as"),
        ('"bands.delta" = ["0.5", 0.5]', "names 0.5 twice; every trial counts"),
        ("random = 0\n" + GRID, "random is 0; a whole number from 1 is expected"),
        ("seed = 1.5\n" + GRID, "seed is Decimal('1.5')"),
        (
            '\n"bands.dleta" = [0]',
            "line 2: bands.dleta is not a setting; did you mean bands.delta?",
        ),
        ('colour = ["red"]', "colour is not a setting; a sweep can vary targets"),
        ('"messages.language" = ["de"]', "messages.language changes nothing that can be seen"),
        ('"bands.delta" = 0.5', "a list of values is expected, for example [0.5]"),
        ('profile = "tight"', 'a list of values is expected, for example ["tight"]'),
        ('"bands.delta" = [0, 0.5, 1.5]', "line 1: value 3 of bands.delta cannot be used"),
        ('[bands]\n\ndelta = ["x"]', "line 3: value 1 of bands.delta cannot be used"),
        ('profile = ["wide"]', "line 1: value 1 of profile cannot be used: profile is 'wide'"),
        ('"bands.confirm_days" = [1, 2, 1]', "names 1 twice"),
        ('"bands.delta" = [0.5, 0.50]', "names 0.5 twice"),
        ('"targets.BTC" = [40, 50]', "cannot vary alone"),
        ("targets = [1]", "whole variants"),
        ("[targets.calm]\nBTC = 50\nUSD = 40", "line 1: calm: targets sum to 90 %"),
        ("[targets]\nBTC = [40, 50]", "whole variants"),
        ("bands.delta = [0,", "is not valid TOML"),
        ('"bands.cap" = [5]\n"bands.floor" = [2, 8]', "with bands.cap = 5, bands.floor = 8"),
    ],
    ids=lambda value: None if "\n" in str(value) or len(str(value)) > 30 else str(value),
)
def test_a_grid_that_cannot_be(read: Read, text: str, told: str) -> None:
    """A mistake in a grid is told with its line, its value and the mend."""
    assert told in refused(read, text)


def test_a_billion_points(read: Read) -> None:
    """A grid far beyond the limit is refused at once, with the way out; a sample of it is fine."""
    values = ", ".join(f"{value / 1000}" for value in range(1000))
    fees = ", ".join(str(value / 100) for value in range(1000))
    trades = ", ".join(map(str, range(1000)))
    text = (
        f'"bands.delta" = [{values}]\n"costs.taker_fee" = [{fees}]\n"limits.min_trade" = [{trades}]'
    )
    told = refused(read, text)
    assert "makes 1,000,000,000 policies, and 1,000,000 are the most" in told
    assert "random = 10000" in told
    assert len(read(f"random = 50\n{text}")) == 50
    assert f"{MOST_POLICIES:,}" in refused(read, f"random = 1000001\n{text}")


def test_a_grid_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, and a folder in its place, are told by their path."""
    base = read_policy_file(text_file(tmp_path / "policy.toml", POLICY))
    with pytest.raises(InputInvalid, match="does not exist; give the path of a grid file"):
        read_grid(tmp_path / "none.toml", base)
    with pytest.raises(InputInvalid, match="is a folder; give the path of a grid file"):
        read_grid(tmp_path, base)
