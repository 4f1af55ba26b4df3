"""The two files: what stands in them, who may read them, and that there are both or none."""

import os
import stat
import tomllib
from dataclasses import replace
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app.init_files import (
    EXCHANGE_KEY,
    EXCHANGE_SECRET,
    Answers,
    policy_text,
    secrets_text,
    write_files,
)
from bot.settings import load_settings
from bot.settings.loading import TOKEN
from core.domain.errors import InputInvalid

SECRETS = {TOKEN: "123:abc", EXCHANGE_KEY: "KEY", EXCHANGE_SECRET: "c2VjcmV0"}
ANSWERS = Answers(
    venue="kraken",
    mode="watch",
    quote="EUR",
    targets={"BTC": Decimal("59.5"), "ETH": Decimal(30), "EUR": Decimal("10.5")},
    profile="small",
    reserve=Decimal("12.50"),
    trading_capital=Decimal(4000),
    approvers=(11, 22),
    timezone="Europe/Berlin",
    digest_at=time(9, 5),
    secrets=SECRETS,
)


def names(folder: Path) -> set[str]:
    """Return what is in a folder."""
    return {path.name for path in folder.iterdir()}


def test_the_bot_reads_what_was_answered(tmp_path: Path) -> None:
    """The files load as they are, and every value in force is the one that was given."""
    write_files(ANSWERS, tmp_path)
    found = load_settings(tmp_path / "evenkeel.toml", data_dir=tmp_path, environment={})
    file = found.file
    assert (file.venue, file.mode, file.quote, file.profile) == ("kraken", "watch", "EUR", "small")
    assert (file.targets, file.reserve) == (ANSWERS.targets, Decimal("12.50"))
    assert (file.trading_capital, file.approvers) == (Decimal(4000), (11, 22))
    assert (file.messages.timezone, file.messages.digest_at) == ("Europe/Berlin", time(9, 5))
    assert found.policy.quote == "EUR"
    assert found.telegram_token is not None
    assert found.telegram_token.get_secret_value() == "123:abc"
    assert found.trading_key is not None
    assert found.trading_key.secret.get_secret_value() == "c2VjcmV0"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shares=st.lists(st.integers(1, 20), min_size=1, max_size=5),
    reserve=st.decimals(0, 10**9, places=2),
    capital=st.none() | st.decimals("0.01", 10**9, places=2),
    ids=st.lists(st.integers(1, 10**12), max_size=3, unique=True),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_all_answers_make_a_policy(
    tmp_path: Path,
    shares: list[int],
    reserve: Decimal,
    capital: Decimal | None,
    ids: list[int],
    at: time,
) -> None:
    """Whatever passed the questions is a policy file that says the same."""
    targets = {f"C{number}": Decimal(share) for number, share in enumerate(shares)}
    targets["USD"] = Decimal(100) - sum(targets.values())
    answers = replace(
        ANSWERS,
        quote="USD",
        targets=targets,
        reserve=reserve,
        trading_capital=capital,
        approvers=tuple(ids),
        digest_at=at,
    )
    path = tmp_path / "evenkeel.toml"
    path.write_text(policy_text(answers), encoding="utf-8")
    file = load_settings(path, data_dir=tmp_path, environment={}).file
    assert (file.targets, file.reserve, file.trading_capital) == (targets, reserve, capital)
    assert (file.approvers, file.messages.digest_at) == (tuple(ids), at)


def test_it_is_short_and_explains_itself() -> None:
    """Ten to twenty lines, each setting with a word on what it is, and none wider than a screen."""
    lines = policy_text(ANSWERS).splitlines()
    assert 10 <= len(lines) <= 20
    assert all(len(line) <= 80 for line in lines)
    values = [
        line for line in lines if " = " in line and not line.startswith(("BTC", "ETH", "EUR"))
    ]
    assert all("# " in line for line in values)


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    """Both files have mode 600 even where the machine's habit is to share everything."""
    before = os.umask(0)
    try:
        write_files(ANSWERS, tmp_path)
        (tmp_path / ".env").chmod(0o600)
        written = write_files(ANSWERS, tmp_path)
    finally:
        os.umask(before)
    assert len(written.kept) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_they_are_private_from_their_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is made with mode 600, new, inside a folder that nobody else may enter."""
    made: list[tuple[str, int, int, int]] = []
    real = os.open

    def watched(path: str | Path, flags: int, mode: int = 0o777, **rest: Any) -> int:  # noqa: ANN401
        if flags & os.O_CREAT:
            folder = stat.S_IMODE(Path(path).parent.stat().st_mode)
            made.append((Path(path).name, flags & os.O_EXCL, mode, folder))
        return real(path, flags, mode, **rest)

    monkeypatch.setattr(os, "open", watched)
    write_files(ANSWERS, tmp_path)
    assert made == [
        (".env", os.O_EXCL, 0o600, 0o700),
        ("evenkeel.toml", os.O_EXCL, 0o600, 0o700),
    ]


def test_older_files_are_kept(tmp_path: Path) -> None:
    """What was there lies beside, and what was kept before is not lost either."""
    for text in ("first", "second"):
        (tmp_path / "evenkeel.toml").write_text(text, encoding="utf-8")
        (tmp_path / ".env").write_text(f"# {text}\n", encoding="utf-8")
        write_files(ANSWERS, tmp_path)
    assert (tmp_path / "evenkeel.toml.bak").read_text(encoding="utf-8") == "first"
    assert (tmp_path / "evenkeel.toml.bak2").read_text(encoding="utf-8") == "second"
    assert (tmp_path / ".env.bak2").read_text(encoding="utf-8") == "# second\n"


def test_other_secrets_stay(tmp_path: Path) -> None:
    """A key that nobody was asked about is in the new file as it was in the old one."""
    old = f"{TOKEN}=old\nEVENKEEL_GLASSNODE_KEY=glass\n# a remark\nexport OTHER=1\n"
    (tmp_path / ".env").write_text(old, encoding="utf-8")
    write_files(replace(ANSWERS, secrets={}), tmp_path)
    lines = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["EVENKEEL_GLASSNODE_KEY=glass", "export OTHER=1"]
    assert not any(line.startswith(f"{TOKEN}=") for line in lines)


def test_a_key_of_several_lines() -> None:
    """A key of Coinbase goes into one line, so that nothing of it is read as another variable."""
    key = "-----BEGIN EC PRIVATE KEY-----\nEVENKEEL_TELEGRAM_TOKEN=x\n-----END-----\n"
    text = secrets_text(replace(ANSWERS, secrets={EXCHANGE_SECRET: key}))
    assert "-----\\nEVENKEEL_TELEGRAM_TOKEN=x\\n-----END" in text
    assert not any(line.startswith("EVENKEEL_TELEGRAM") for line in text.splitlines())


def test_answers_that_make_no_policy_leave_nothing(tmp_path: Path) -> None:
    """The files are loaded before they get their names; what fails there changes nothing."""
    (tmp_path / "evenkeel.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"^evenkeel\.toml: "):
        write_files(replace(ANSWERS, targets={"BTC": Decimal(50)}), tmp_path)
    assert names(tmp_path) == {"evenkeel.toml"}
    assert (tmp_path / "evenkeel.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("has_older", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 5))
def test_stopped_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int, *, has_older: bool
) -> None:
    """A Ctrl-C between any two steps of putting them in place leaves the folder as it was."""
    if has_older:
        (tmp_path / "evenkeel.toml").write_text("old", encoding="utf-8")
        (tmp_path / ".env").write_text("# old\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    real, steps = Path.rename, 0

    def stopped(self: Path, target: Path) -> Path:
        nonlocal steps
        steps += 1
        moved = real(self, target)
        if steps == stop_at:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "rename", stopped)
    if stop_at > (4 if has_older else 2):
        write_files(ANSWERS, tmp_path)
        return
    with pytest.raises(KeyboardInterrupt):
        write_files(ANSWERS, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A missing folder is named with the mend."""
    with pytest.raises(InputInvalid, match="--dir"):
        write_files(ANSWERS, tmp_path / "gone")


def test_secrets_are_not_in_the_policy_or_in_its_picture() -> None:
    """The policy file holds no secret, and neither does the text of the answers."""
    for secret in SECRETS.values():
        assert f'"{secret}"' not in policy_text(ANSWERS)
        assert secret not in repr(ANSWERS) or secret == "KEY"
    assert tomllib.loads(policy_text(ANSWERS)).keys().isdisjoint(SECRETS)
