"""``evenkeel doctor`` as a person starts it: its lines, its exit code, and no trace."""

import asyncio
import json
import os
import pty
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.doctor.ward import Ward
from tests.emulators.kraken.keys import EVERYTHING
from tests.progress_bars.watched import all_of

PATIENCE = 120
WIDTH = 80
PATIENT_DOCTOR = (sys.executable, "-m", "tests.doctor.patiently", "doctor")


def environment(**secrets: str) -> Mapping[str, str]:
    """Return this machine's variables, without its proxies and keys, and with the test's own."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("EVENKEEL_")
    }
    return own | {"PYTHONPATH": str(Path(__file__).parents[2])} | secrets


async def doctor(folder: Path, *options: str) -> tuple[int, str, str]:
    """Run the command in a folder without a terminal; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(*PATIENT_DOCTOR, "--data", str(folder / "data"), *options),
        cwd=folder,
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.slow
async def test_with_nothing_configured_all_is_ok(tmp_path: Path) -> None:
    """The demonstration needs nothing: every line is ok, and no file appears."""
    code, out, err = await doctor(tmp_path)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}
    checks = {line.split()[1] for line in lines}
    assert checks >= {"policy", "keys", "markets", "telegram", "database", "disk", "words"}
    assert "no language model is set up: templates are used" in out
    assert [*os.scandir(tmp_path)] == []


@pytest.mark.slow
async def test_one_line_each_in_a_pipe(ward: Ward) -> None:
    """Every line begins with its level and what was looked at, and a fail is exit code 1."""
    ward.use_key(EVERYTHING)
    code, out, err = await doctor(ward.folder, "--policy", str(ward.policy))
    assert (code, err) == (1, "")
    for line in out.splitlines():
        assert line.split()[0] in {"ok", "warn", "fail"}
        assert line.split()[1].isalpha()
    failures = [line for line in out.splitlines() if line.startswith("fail")]
    assert len(failures) == 1, out
    (failed,) = failures
    assert "untick: Add withdrawal addresses, Update withdrawal addresses, Withdraw funds" in failed
    for secret in ward.secrets.values():
        assert secret not in out


@pytest.mark.slow
async def test_as_json_it_says_the_same(ward: Ward) -> None:
    """One document: whether all is well, and every check with level, words and mend."""
    ward.targets = "BTC = 60\nPEPE = 20\nUSD = 20"
    code, out, err = await doctor(ward.folder, "--policy", str(ward.policy), "--json")
    assert (code, err) == (1, "")
    told = json.loads(out)
    assert told["ok"] is False
    (failed,) = [row for row in told["checks"] if row["level"] == "fail"]
    assert failed == {
        "check": "markets",
        "level": "fail",
        "said": "PEPE is not traded for USD at Kraken",
        "mend": "take it out of the targets, or choose another venue or quote currency",
    }


@pytest.mark.parametrize("options", [(), ("--json",)])
async def test_settings_that_cannot_be_read_are_a_finding(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Every mistake in the policy is a line; nothing else can be looked at."""
    policy = tmp_path / "evenkeel.toml"
    policy.write_text('venue = "simulated"\nmode = "live"\n[targets]\nBTC = 60\nUSD = 40\n')
    code, out, err = await doctor(tmp_path, *options)
    assert (code, err) == (1, "")
    assert "nobody has an account at the simulated venue" in out
    if options:
        assert [row["check"] for row in json.loads(out)["checks"]] == ["settings"]
    else:
        assert out.startswith("fail  settings  ")


@pytest.mark.slow
async def test_on_a_terminal_it_fits_and_shows_what_it_waits_for(ward: Ward) -> None:
    """Lines break at the width, set in below their words; meanwhile it says who is asked."""
    near, far = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(*PATIENT_DOCTOR, "--data", str(ward.data)),
        *("--policy", str(ward.policy)),
        env=environment(COLUMNS=str(WIDTH), TERM="xterm", NO_COLOR="1"),
        stdin=far,
        stdout=far,
        stderr=far,
    )
    os.close(far)
    shown = await asyncio.to_thread(all_of, near)
    assert await process.wait() == 0, shown
    assert "Waiting for the account at Kraken" in shown
    page = shown[shown.rindex("policy") - 6 :]
    lines = [line.rstrip() for line in page.replace("\r", "").split("\n") if line.strip()]
    assert len(lines) > 15
    assert max(map(len, lines)) <= WIDTH
    assert all(line[:6].strip() in {"ok", "warn", "fail", ""} for line in lines)
    assert " " * 17 + "coins to the owner's own Futures wallet." in page
