"""The policy examples and the list of variables are what the program really takes."""

import os
import re
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.options import DATA
from bot.settings import Settings, load_settings, read_policy_file
from bot.settings.policy import policy_of
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.planning.bands import base_half_width, widths_of
from tests.deploy.conftest import DEPLOY

EXAMPLES = sorted((DEPLOY / "examples").glob("*.toml"))
PREFIX = "EVENKEEL_"


class Environment(dict[str, str]):
    """Variables, with a note of every name that somebody asks for."""

    def __init__(self) -> None:
        """Set nothing."""
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Return a variable."""
        self.asked.add(name)
        return super().get(name, default)


def loaded(environment: dict[str, str], folder: Path) -> Settings:
    """Return the settings of a folder with the first example in it."""
    policy = folder / "evenkeel.toml"
    policy.write_bytes((DEPLOY / "examples" / "first.toml").read_bytes())
    return load_settings(policy, data_dir=folder, environment=environment)


def assigned() -> Iterator[tuple[str, bool]]:
    """Yield every variable of env.example, and whether it belongs into a ``.env``."""
    above = True
    for line in (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines():
        above = above and not line.startswith("# The rest does not belong into .env")
        if found := re.match(rf"#?({PREFIX}\w+)=", line):
            yield found[1], above


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_loads(path: Path) -> None:
    """A person can start from any of them: each is a valid policy in paper mode."""
    file = read_policy_file(path)
    assert file.mode == "paper"
    policy_of(file)


def test_the_first_example_is_what_it_says() -> None:
    """BTC 60, ETH 40, and ten points of drift for both."""
    policy = policy_of(read_policy_file(DEPLOY / "examples" / "first.toml"))
    btc, eth = Asset("BTC"), Asset("ETH")
    assert [policy.target_of(coin) for coin in (btc, eth)] == [Decimal("0.6"), Decimal("0.4")]
    widths = widths_of(policy.bands.profile, policy.bands)
    for coin in (btc, eth):
        width = base_half_width(policy.target_of(coin), widths, policy.bands.mode)
        assert width == Decimal("0.1")
    assert not policy.regime.is_directional
    assert not policy.tilt.is_on


def test_the_satellites_have_the_bands_that_are_promised() -> None:
    """A satellite of 5 percent may move by 2.5 points, the core by 10."""
    policy = policy_of(read_policy_file(DEPLOY / "examples" / "satellites.toml"))
    widths = widths_of(policy.bands.profile, policy.bands)
    found = {
        coin: base_half_width(target, widths, policy.bands.mode) for coin, target in policy.targets
    }
    assert found[Asset("BTC")] == Decimal("0.1")
    assert {found[Asset(name)] for name in ("SOL", "LINK", "ADA")} == {Decimal("0.025")}


def test_the_list_of_variables_is_the_programs(tmp_path: Path) -> None:
    """Every variable of env.example is one the program reads, and none that it reads is missing."""
    environment = Environment()
    loaded(environment, tmp_path)
    read = {name for name in environment.asked if name.startswith(PREFIX)} | {DATA}
    assert {name for name, _ in assigned()} == read


def test_what_is_said_to_belong_into_the_secrets_file_works_there(tmp_path: Path) -> None:
    """Filled in where it stands, each secret of env.example arrives; the rest is not read there."""
    lines = [f"{name}=value-of-{name}" for name, _ in assigned()]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    settings = loaded({}, tmp_path)
    pairs = (settings.trading_key, settings.reading_key)
    assert None not in pairs
    found = {
        secret.get_secret_value().removeprefix("value-of-")
        for secret in (
            settings.telegram_token,
            settings.glassnode_key,
            settings.santiment_key,
            settings.model_key,
            *(half for pair in pairs if pair is not None for half in (pair.public, pair.secret)),
        )
        if secret is not None
    }
    assert found == {name for name, is_secret in assigned() if is_secret}
    assert settings.data_dir == tmp_path


def test_the_secrets_file_may_be_elsewhere(tmp_path: Path) -> None:
    """A named file takes the place of the one beside the policy, and must be there."""
    elsewhere = tmp_path / "lent"
    elsewhere.write_text("EVENKEEL_TELEGRAM_TOKEN=1:there\n", encoding="utf-8")
    elsewhere.chmod(0o600)
    (tmp_path / ".env").write_text("EVENKEEL_TELEGRAM_TOKEN=1:here\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    named = {"EVENKEEL_ENV_FILE": str(elsewhere)}
    token = loaded(named, tmp_path).telegram_token
    assert token is not None
    assert token.get_secret_value() == "1:there"
    elsewhere.unlink()
    with pytest.raises(InputInvalid, match=r"EVENKEEL_ENV_FILE names .*does not exist"):
        loaded(named, tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_lent_secret_may_show_a_group(tmp_path: Path) -> None:
    """A secret that systemd lends looks as if a group might read it; elsewhere that is refused."""
    lent = tmp_path / "secrets"
    lent.write_text("EVENKEEL_TELEGRAM_TOKEN=1:there\n", encoding="utf-8")
    lent.chmod(stat.S_IRUSR | stat.S_IRGRP)
    named = {"EVENKEEL_ENV_FILE": str(lent)}
    with pytest.raises(InputInvalid, match="others may read it"):
        loaded(named, tmp_path)
    lending = named | {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert loaded(lending, tmp_path).telegram_token is not None
    lent.chmod(0o444)
    with pytest.raises(InputInvalid, match="others may read it"):
        loaded(lending, tmp_path)
