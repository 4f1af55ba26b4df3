"""``evenkeel run`` as a process with a language model beside it: good, then silent."""

from pathlib import Path

import pytest

from tests.e2e.phone import ANN
from tests.e2e.program import Program, stop
from tests.emulators.llm.behaviours import good, hang
from tests.emulators.llm.server import LlmEmulator
from tests.emulators.llm.wire import MODEL, Call
from tests.emulators.telegram import TelegramEmulator
from tests.narration.obedient import SIGNATURE, obedient

KEY = "sk-a-made-up-key-for-the-model"
START = 90.0
SAID = SIGNATURE


def _written(call: Call) -> str:
    return obedient(call) if "Facts:" in call.user else '{"ready": "yes"}'


@pytest.mark.slow
async def test_a_model_writes_and_then_falls_silent(tmp_path: Path, tg: TelegramEmulator) -> None:
    """Its words reach the phone; while it says nothing, /status answers and /ask has a template."""
    async with LlmEmulator(good, key=KEY, text=_written) as server:
        program = Program.prepared(tmp_path, tg)
        more = f'\n[llm]\nbase_url = "{server.base_url}"\nmodel = "{MODEL}"\n'
        with (tmp_path / "evenkeel.toml").open("a", encoding="utf-8") as policy:
            policy.write(more)
        (tmp_path / ".env").write_text(f"EVENKEEL_LLM_KEY={KEY}\n", encoding="utf-8")
        (tmp_path / ".env").chmod(0o600)
        async with program.running() as process:
            card = await tg.wait_for(lambda m: "Approve" in m.buttons, START, chat_id=ANN)
            tg.person(ANN).send(None, "/digest")
            digest = await tg.wait_for(SAID, START, chat_id=ANN, after=card)
            assert "PAPER · since" in digest.text
            server.behaviour = hang
            tg.person(ANN).send(None, "/ask what is the market doing?")
            tg.person(ANN).send(None, "/status")
            status = await tg.wait_for("PAPER · value", START, chat_id=ANN, after=digest)
            answer = await tg.wait_for("Records: ", START, chat_id=ANN, after=digest)
            assert SAID not in answer.text
            assert status.moment < answer.moment
            code, out, err = await stop(process)
    assert code == 0, err
    assert KEY not in out + err
    assert all(KEY not in str(call.body) for call in server.calls)
