"""The Dockerfile and the compose file: what is in the image, and what the container may do."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.conftest import DEPLOY
from tests.deploy.unit_file import Line

COMPOSE = DEPLOY / "compose.yaml"
HADOLINT = shutil.which("hadolint")
COMMANDS = [
    command
    for command in (["docker-compose"], ["docker", "compose"])
    if shutil.which(command[0])
    and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
]


@pytest.fixture
def service() -> dict[str, Any]:
    """Give the one service of the compose file."""
    document = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert list(document["services"]) == ["evenkeel"]
    found: dict[str, Any] = document["services"]["evenkeel"]
    return found


@pytest.fixture
def steps() -> list[tuple[str, str]]:
    """Give the instructions of the Dockerfile in order."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    pairs = (line.partition(" ") for line in joined.splitlines() if line)
    return [(name, rest.strip()) for name, _, rest in pairs]


def test_the_container_can_do_little(service: dict[str, Any]) -> None:
    """No rights, a read-only root, its own user, and few places to write to."""
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "10001:10001"
    assert "cap_add" not in service
    assert "privileged" not in service
    (tmp,) = service["tmpfs"]
    assert tmp.startswith("/tmp:")
    assert {"noexec", "nosuid", "nodev"} <= set(tmp.split(":")[1].split(","))
    assert [one for one in service["volumes"] if not one.endswith(":ro")] == [
        "records:/var/lib/evenkeel"
    ]


def test_nothing_outside_this_machine_reaches_it(service: dict[str, Any]) -> None:
    """The port of the health pages is published on the loopback address only."""
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_secrets_come_as_a_file(service: dict[str, Any]) -> None:
    """No secret stands in the environment, which everybody who may inspect the container sees."""
    assert service["secrets"] == ["evenkeel_env"]
    assert service["environment"] == {"EVENKEEL_ENV_FILE": "/run/secrets/evenkeel_env"}


def test_a_stop_leaves_as_much_time_as_the_unit_does(
    service: dict[str, Any], unit: tuple[Line, ...]
) -> None:
    """A plan under way is finished in a container as well; and a crash starts it again."""
    (patience,) = (line.value for line in unit if line.key == "TimeoutStopSec")
    assert service["stop_grace_period"] == patience.removesuffix("in")
    assert service["restart"] == "unless-stopped"


@pytest.mark.skipif(not COMMANDS, reason="neither docker-compose nor docker compose is here")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_compose_takes_it(command: list[str]) -> None:
    """``config`` of every compose that is here reads the file without a complaint."""
    done = subprocess.run(
        [*command, "--file", str(COMPOSE), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not here")
def test_hadolint_has_nothing_to_say() -> None:
    """The Dockerfile keeps the rules of its own linter, without an exception."""
    done = subprocess.run(
        [str(HADOLINT), str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_built_from_the_lock(steps: list[tuple[str, str]]) -> None:
    """Two stages on one base; everything installed has a hash; no tool to build stays behind."""
    bases = [rest.split()[0] for name, rest in steps if name == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert ":" in bases[0]
    installs = [rest for name, rest in steps if name == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)
    assert any("--requirement requirements.lock" in rest for rest in installs)
    assert not [rest for name, rest in steps if name == "ADD" or "curl" in rest]


def test_the_image_runs_as_nobody_special(steps: list[tuple[str, str]]) -> None:
    """A fixed user by number, exec forms so that signals arrive, and the bot's own health check."""
    named = dict(steps)
    assert named["USER"] == "10001:10001"
    assert json.loads(named["ENTRYPOINT"]) == ["evenkeel"]
    assert json.loads(named["CMD"]) == ["run"]
    check = named["HEALTHCHECK"].partition("CMD ")[2]
    assert json.loads(check) == ["evenkeel", "health"]


def test_what_is_copied_is_let_in_and_nothing_else(steps: list[tuple[str, str]]) -> None:
    """The build sees the files it copies, which exist, and no secret or record beside them."""
    root = DEPLOY.parent
    lines = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {line[1:] for line in rules if line.startswith("!")}
    copied = {
        source
        for name, rest in steps
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied == let_in
    assert all((root / name).exists() for name in copied)
    assert not {".env", "deploy", "tests", ".git"} & {Path(name).name for name in let_in}
