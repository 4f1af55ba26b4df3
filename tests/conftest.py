"""What holds for every test: no network beyond this machine, exact decimals, chosen effort."""

import asyncio
import decimal
import os
import socket
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.steady_loop import SteadyLoop

_REPOSITORY = Path(__file__).resolve().parent.parent
_LIVE_SWITCH = "EVENKEEL_LIVE"

_EXACT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[
        decimal.InvalidOperation,
        decimal.DivisionByZero,
        decimal.Overflow,
        decimal.FloatOperation,
    ],
)

hypothesis.settings.register_profile(
    "default", max_examples=200, deadline=None, derandomize="CI" in os.environ
)
hypothesis.settings.register_profile("thorough", max_examples=2000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def _make_decimals_exact() -> None:
    """Use the exact context here and in every thread that starts from now on."""
    decimal.setcontext(_EXACT.copy())
    decimal.DefaultContext.prec = _EXACT.prec
    decimal.DefaultContext.rounding = _EXACT.rounding
    for signal, trapped in _EXACT.traps.items():
        decimal.DefaultContext.traps[signal] = trapped


_make_decimals_exact()


@pytest.fixture(autouse=True)
def _exact_decimals() -> None:
    """Give each test the exact context, whatever the one before it did."""
    _make_decimals_exact()


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run each test on a loop whose limits a machine that is held up does not use up."""
    return {"steady": SteadyLoop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that talk to real services unless somebody asked for them."""
    if os.environ.get(_LIVE_SWITCH) == "1":
        return
    skip = pytest.mark.skip(reason=f"talks to a real service: set {_LIVE_SWITCH}=1 to run it")
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(skip)


def _stays_here(host: object) -> bool:
    """Say whether a host is this machine, without asking a name server."""
    if host in (None, "", "localhost"):
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_unless_here(host: object) -> None:
    if not _stays_here(host):
        message = f"a test tried to reach {host!r}; tests stay on 127.0.0.1 (see tests/emulators)"
        raise RuntimeError(message)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine, and every name that needs asking."""
    if request.node.get_closest_marker("live"):
        return

    def guarded(method_name: str) -> None:
        method = getattr(socket.socket, method_name)

        def guard(self: socket.socket, *args: Any) -> Any:  # noqa: ANN401 - passes through
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _refuse_unless_here(args[-1][0])
            return method(self, *args)

        monkeypatch.setattr(socket.socket, method_name, guard)

    for method_name in ("connect", "connect_ex", "sendto"):
        guarded(method_name)

    ask = socket.getaddrinfo

    def getaddrinfo(host: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes through
        _refuse_unless_here(host)
        return ask(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(scope="session")
def market_data_dir() -> Path:
    """Give the folder of real market history, which lies beside the repository."""
    folder = _REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("market history not present at ../shared/data")
    return folder
