"""The folder of deployment files, and what they say."""

from pathlib import Path

import pytest

from tests.deploy.unit_file import Line, lines_of

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.fixture
def unit() -> tuple[Line, ...]:
    """Give the lines of the systemd unit."""
    return lines_of(DEPLOY / "evenkeel.service")


@pytest.fixture
def runbook() -> str:
    """Give the runbook."""
    return (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
