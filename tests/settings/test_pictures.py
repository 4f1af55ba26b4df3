"""``messages.pictures``: light, dark or off, and nothing else."""

from pathlib import Path

import pytest

from bot.app.chat import audience_of
from bot.app.plan import RunPlan
from bot.settings.listing import values_in_force
from bot.settings.loading import load_settings
from core.domain.errors import InputInvalid

TARGETS = "targets = { BTC = 50, USD = 50 }\n"


def written(folder: Path, line: str = "") -> Path:
    """Write a policy file with one line about messages."""
    path = folder / "evenkeel.toml"
    path.write_text(f"{TARGETS}[messages]\n{line}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "value", "source"),
    [
        ("", "light", "default"),
        ('pictures = "dark"', "dark", ""),
        ('pictures = "off"', "off", ""),
    ],
)
def test_the_ground_of_pictures_is_listed_with_its_meaning(
    tmp_path: Path, line: str, value: str, source: str
) -> None:
    """``evenkeel settings`` names the value in force, what it means and where it came from."""
    path = written(tmp_path, line)
    settings = load_settings(path, data_dir=tmp_path, environment={})
    found = {row.key: row for row in values_in_force(settings)}["messages.pictures"]
    assert (found.value, found.source) == (value, source or str(path))
    assert "tables stand beside them" in found.meaning


@pytest.mark.parametrize(("line", "are_on"), [("", True), ('pictures = "off"', False)])
def test_off_reaches_whoever_makes_pictures(tmp_path: Path, line: str, are_on: bool) -> None:
    """With pictures off no message carries one."""
    settings = load_settings(written(tmp_path, line), data_dir=tmp_path, environment={})
    plan = RunPlan(settings, replay=None, answering=None, days=None, fresh=False)
    assert audience_of(plan, settings.zone).pictures is are_on


@pytest.mark.parametrize("value", ['"Light"', '"blue"', "true", '""'])
def test_anything_else_is_refused_with_what_there_is(tmp_path: Path, value: str) -> None:
    """The message names the key, the value, and the three that can be chosen."""
    path = written(tmp_path, f"pictures = {value}")
    with pytest.raises(InputInvalid, match=r"messages\.pictures is .*'light', 'dark' or 'off'"):
        load_settings(path, data_dir=tmp_path, environment={})
