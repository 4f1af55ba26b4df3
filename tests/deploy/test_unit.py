"""The systemd unit: what it starts, and what it keeps the bot from."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY
from tests.deploy.test_examples import Environment, loaded
from tests.deploy.unit_file import Line

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
EXPOSURE = 2.0
ON = (
    *("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers"),
    *("ProtectClock", "ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs"),
    *("ProtectKernelModules", "ProtectKernelTunables", "RemoveIPC", "RestrictNamespaces"),
    *("RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute"),
)


def of(unit: tuple[Line, ...], key: str) -> list[str]:
    """Return every value of a key of the service."""
    return [line.value for line in unit if (line.section, line.key) == ("Service", key)]


def test_it_is_hardened(unit: tuple[Line, ...]) -> None:
    """No rights, no devices, no files but its own records, no memory that is written and run."""
    for key in ON:
        assert of(unit, key) == ["yes"], key
    assert of(unit, "CapabilityBoundingSet") == of(unit, "AmbientCapabilities") == [""]
    assert of(unit, "ProtectSystem") == ["strict"]
    assert of(unit, "UMask") == ["0077"]
    assert of(unit, "SystemCallFilter") == ["@system-service", "~@privileged @resources"]
    assert of(unit, "User") == ["evenkeel"]


def test_the_secrets_are_lent(unit: tuple[Line, ...], tmp_path: Path) -> None:
    """The bot reads what systemd lends it, by a variable it knows, and not the file itself."""
    (lent,) = of(unit, "LoadCredential")
    name, _, path = lent.partition(":")
    assert of(unit, "InaccessiblePaths") == [path]
    assert f"EVENKEEL_ENV_FILE=%d/{name}" in of(unit, "Environment")
    environment = Environment()
    loaded(environment, tmp_path)
    names = {value.partition("=")[0] for value in of(unit, "Environment")}
    known = environment.asked | {"EVENKEEL_DATA"}
    assert {name for name in names if name.startswith("EVENKEEL_")} <= known
    assert not [line for line in unit if "TOKEN" in line.value or "SECRET" in line.value]


def test_it_starts_again_after_a_crash_and_not_after_a_mistake(unit: tuple[Line, ...]) -> None:
    """Exit code 2 is a wrong setting; a stop leaves time for a plan under way."""
    assert of(unit, "Restart") == ["on-failure"]
    assert of(unit, "RestartPreventExitStatus") == ["2"]
    assert of(unit, "TimeoutStopSec") == ["10min"]
    (command,) = of(unit, "ExecStart")
    assert command.split()[1:] == ["run", "--policy", "/etc/evenkeel/evenkeel.toml"]


@needs_systemd
def test_systemd_takes_it(tmp_path: Path) -> None:
    """``systemd-analyze verify`` has nothing to say, with a program in the place of the bot's."""
    text = (DEPLOY / "evenkeel.service").read_text(encoding="utf-8")
    program = "/opt/evenkeel/.venv/bin/evenkeel"
    assert text.count(f"ExecStart={program}") == 1
    copy = tmp_path / "evenkeel.service"
    copy.write_text(text.replace(program, sys.executable), encoding="utf-8")
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    own = [line for line in (done.stdout + done.stderr).splitlines() if "evenkeel" in line]
    assert (own, done.returncode) == ([], 0)


@needs_systemd
def test_little_is_left_open() -> None:
    """``systemd-analyze security`` gives it a low exposure."""
    done = subprocess.run(
        [
            *(str(ANALYZE), "security", "--offline=yes", "--no-pager"),
            *(f"--threshold={EXPOSURE * 10:.0f}", str(DEPLOY / "evenkeel.service")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in done.stderr or "Unknown" in done.stderr:
        pytest.skip("this systemd-analyze cannot look at a file")
    assert done.returncode == 0, done.stdout[-2000:]
