"""A whole world in good order for each test: Kraken with an account, Telegram, feeds, venues."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doctor.ward import Ward


@pytest.fixture
async def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ward]:
    """Serve everything, asked directly whatever this machine's proxy is; nothing is ordered."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    async with Ward.open(tmp_path) as opened:
        yield opened
        assert opened.kraken.orders() == []
        assert opened.kraken.record.moving_coins() == []
        assert {call.endpoint for call in opened.kraken.record.calls} <= Ward.LOOKS
        for method in ("sendMessage", "getUpdates", "setMyCommands"):
            assert not [call for call in opened.tg.calls if call.method == method]
