import asyncio
import logging
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.explain.model.asking import Failure
from bot.explain.model.client import OpenAIModel
from bot.explain.model.settings import ModelSettings
from core.domain.errors import InputInvalid
from tests.emulators.llm import LlmEmulator
from tests.emulators.llm import behaviours as do
from tests.emulators.llm.wire import MODEL
from tests.llm.scene import KEY, QUESTION, asked, asking, settings_for
from tests.llm.troubles import TROUBLES, Trouble

SENT = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "evenkeel",
    "authorization": f"Bearer {KEY}",
}
OUTSIDE = {
    "OPENAI_API_KEY": "sk-of-somebody-else-0123456789",
    "OPENAI_ADMIN_KEY": "sk-admin-of-somebody-else-0123",
    "OPENAI_ORG_ID": "org-of-somebody-else",
    "OPENAI_PROJECT_ID": "proj-of-somebody-else",
    "OPENAI_WEBHOOK_SECRET": "whsec_c29tZWJvZHk=",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer stolen\nX-Extra: 1\nHost: example.org\n"
    "Content-Length: 3\nTransfer-Encoding: chunked\nUser-Agent: somebody",
}
ADDRESSES = ("OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")


async def test_a_good_answer_comes_back_as_it_was_written() -> None:
    """The text, the tokens and the time of a call are what the server sent."""
    async with LlmEmulator(key=KEY, text='{"lines": ["é\\u00e9"]}') as server:
        reply = await asked(server)
    assert reply.failure is None
    assert reply.text == '{"lines": ["é\\u00e9"]}'
    assert (reply.tokens_in, reply.tokens_out) == (812, 96)
    assert reply.seconds > 0


async def test_the_question_goes_over_the_wire_as_chat_completions_has_it() -> None:
    """Model, both messages, the limit, the temperature and a strict schema; no tools, no more."""
    async with LlmEmulator(key=KEY) as server:
        await asked(server)
    (call,) = server.calls
    assert (call.method, call.path, call.query) == ("POST", "/v1/chat/completions", "")
    assert call.body == {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Write."},
            {"role": "user", "content": "sell_btc: the sale"},
        ],
        "max_tokens": 350,
        "temperature": 0.0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "explanation",
                "strict": True,
                "schema": {"type": "object", "additionalProperties": False},
            },
        },
    }


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_every_trouble_becomes_a_reply(trouble: Trouble) -> None:
    """Whatever a server does, the client names it, calls once, and never shows the key."""
    async with LlmEmulator(trouble.behaviour) as server:
        async with asyncio.timeout(60):
            reply = await asked(server, seconds=0.4 if trouble.is_slow else 25)
    assert reply.failure is trouble.failure, reply.detail
    assert reply.text == ""
    assert len(server.calls) == 1
    assert KEY not in repr(reply)


async def test_a_server_that_is_not_there_is_no_connection() -> None:
    """A closed port is told at once, with the address that was tried."""
    async with LlmEmulator() as server:
        settings = settings_for(server)
    async with asking(settings) as model:
        reply = await model.ask(QUESTION, seconds=5)
    assert reply.failure is Failure.NO_CONNECTION
    assert settings.base_url in reply.detail


async def test_a_wrong_path_says_what_is_usual() -> None:
    """The commonest mistake, an address without /v1, gets its mend."""
    async with LlmEmulator() as server:
        reply = await asked(server, base_url=server.origin)
    assert reply.failure is Failure.REFUSED
    assert "/v1" in reply.detail


async def test_cancellation_passes_through() -> None:
    """A program that ends does not wait for a model."""
    async with LlmEmulator(do.hang) as server, asking(settings_for(server)) as model:
        task = asyncio.create_task(model.ask(QUESTION, seconds=30))
        await server.reached()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_nothing_in_the_environment_redirects_or_enriches_a_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Addresses, proxies, keys, owners and headers of the environment go nowhere."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in OUTSIDE.items():
        monkeypatch.setenv(name, value)
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    # Whoever may name the trusted authorities may read along.
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "no-such-authority.pem"))
    async with LlmEmulator() as trap, LlmEmulator(key=KEY) as server:
        for name in ADDRESSES:
            monkeypatch.setenv(name, trap.base_url if "BASE" in name else trap.origin)
        reply = await asked(server)
    assert reply.failure is None, reply.detail
    assert trap.calls == []
    (call,) = server.calls
    length = call.headers["content-length"]
    host = server.origin.removeprefix("http://")
    assert call.headers == SENT | {"host": host, "content-length": length}
    assert not any(value in repr(call) for value in OUTSIDE.values())


async def test_without_a_key_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A local server that asks for no key gets none, not even that of the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", OUTSIDE["OPENAI_API_KEY"])
    async with LlmEmulator() as server:
        reply = await asked(server, key=None)
    assert reply.failure is None
    assert "authorization" not in server.calls[0].headers


async def test_the_key_follows_no_redirect() -> None:
    """A server that points elsewhere is believed neither with the question nor with the key."""
    async with LlmEmulator() as trap, LlmEmulator() as server:
        server.behaviour = do.redirecting(f"{trap.base_url}/chat/completions")
        reply = await asked(server)
    assert reply.failure is Failure.REFUSED
    assert trap.calls == []


async def test_cookies_of_a_server_are_not_kept() -> None:
    """Nothing ties one call to the next."""
    async with LlmEmulator(do.with_cookie) as server, asking(settings_for(server)) as model:
        await model.ask(QUESTION, seconds=5)
        await model.ask(QUESTION, seconds=5)
    first, second = server.calls
    assert "cookie" not in second.headers
    assert first == second


async def test_a_compressed_answer_is_not_unfolded() -> None:
    """What was asked not to be compressed, and is, could have any size."""
    async with LlmEmulator(do.honest_gzip) as server:
        reply = await asked(server)
    assert reply.failure is Failure.BROKEN
    assert server.calls[0].headers["accept-encoding"] == "identity"


async def test_the_key_stands_in_no_log_and_no_representation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not even at the lowest level, and with a server that quotes it."""
    caplog.set_level(logging.DEBUG)
    async with LlmEmulator(do.failing(401)) as server:
        settings = settings_for(server)
        async with asking(settings) as model:
            reply = await model.ask(QUESTION, seconds=5)
            shown = [repr(reply), repr(model), repr(settings), str(settings), repr(vars(model))]
    assert reply.failure is Failure.REFUSED
    assert KEY not in caplog.text
    assert not any(KEY in text for text in shown)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```json\n", "\n```"),
        ("```\n", "```"),
        ("<think>\nmany thoughts {}\n</think>\n\n", ""),
        ("<think></think>```json\n", "\n```\n"),
        ("  ", "\n"),
    ],
    ids=["fence", "bare fence", "thoughts", "both", "spaces"],
)
async def test_what_local_models_put_around_a_text_is_taken_off(before: str, after: str) -> None:
    """One fence and thoughts in front are habits; the text inside comes through unchanged."""
    async with LlmEmulator(do.wrapped(before, after), text='{"lines":[1]}') as server:
        reply = await asked(server)
    assert reply.text == '{"lines":[1]}'


@pytest.mark.parametrize(
    "text",
    ["Sure! ```json\n{}\n```", "```json\n{}\n```\n```json\n{}\n```", "<think>no end", "```{}```"],
)
async def test_anything_else_around_a_text_stays(text: str) -> None:
    """Nothing is searched for: what is not plainly a wrapper is left to the checks."""
    async with LlmEmulator(do.saying(text)) as server:
        assert (await asked(server)).text == text


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": 0.00123}, "0.00123"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": "0.5"}, "0.5"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": 0}, "0"),
        ({"prompt_tokens": 1000, "completion_tokens": 100}, "0.00035"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": -1}, "0.00035"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": float("nan")}, "0.00035"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": float("inf")}, "0.00035"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": 1e300}, "0.00035"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": [1]}, "0.00035"),
        ({"prompt_tokens": 1000, "completion_tokens": 100, "cost": True}, "0.00035"),
        ({"prompt_tokens": -5, "completion_tokens": 100}, "0.00010"),
        ({"prompt_tokens": "many", "completion_tokens": 1e3}, None),
        ({"prompt_tokens": 10**12, "completion_tokens": True}, None),
        ({}, None),
        (None, None),
        ("free", None),
    ],
)
async def test_the_cost_is_the_servers_if_sane_else_by_the_prices(
    usage: object, cost: str | None
) -> None:
    """Money is exact, and what makes no sense is unknown rather than free or endless."""
    async with LlmEmulator(do.with_changes(usage=usage)) as server:
        reply = await asked(server, price_in=Decimal("0.25"), price_out=Decimal(1))
    assert reply.failure is None
    assert reply.cost == (None if cost is None else Decimal(cost))


async def test_without_prices_the_cost_is_unknown() -> None:
    """No price is not a price of nothing."""
    async with LlmEmulator() as server:
        assert (await asked(server)).cost is None


async def test_a_text_that_cannot_be_used_has_its_cost_as_well() -> None:
    """A refusal is paid for like any text."""
    behaviour = do.saying(None, refusal="no", usage={"cost": 0.25})
    async with LlmEmulator(behaviour) as server:
        reply = await asked(server)
    assert (reply.failure, reply.cost) == (Failure.REFUSAL, Decimal("0.25"))


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "localhost:11434/v1"},
        {"base_url": "ftp://localhost/v1"},
        {"base_url": "http://[::1"},
        {"base_url": "http://ann:secret-word@localhost/v1"},
        {"base_url": "http://localhost/v1?key=secret-word"},
        {"base_url": "http://localhost:1\n/v1"},
        {"base_url": "http://exa mple/v1"},
        {"base_url": "http://exa%20mple/v1"},
        {"base_url": "http://ex\u00e4mple..de/v1"},
        {"base_url": "http://a..b/v1"},
        {"base_url": f"http://{'a' * 64}.de/v1"},
        {"base_url": f"http://{'a.' * 127}de/v1"},
        {"base_url": "http://localhost:0/v1"},
        {"base_url": "http://localhost:70000/v1"},
        {"base_url": "http://localhost/v1#secret-word"},
        {"base_url": ""},
        {"model": " "},
        {"model": "m\x1b[31m"},
        {"model": "template"},
        {"model": " Template"},
        {"key": SecretStr("secret-word\n")},
        {"key": SecretStr("")},
        {"key": SecretStr("secret-wörd")},
        {"seconds": 0},
        {"seconds": float("nan")},
        {"first_seconds": float("inf")},
        {"max_tokens": 0},
        {"calls_per_day": -1},
        {"dollars_per_day": Decimal("NaN")},
        {"price_in": Decimal(-1)},
    ],
    ids=str,
)
def test_settings_that_no_call_could_be_made_with_are_refused(changes: dict[str, object]) -> None:
    """Each is named before the first call, and no secret is shown in the telling."""
    values = {"base_url": "http://localhost/v1", "model": MODEL} | changes
    with pytest.raises(InputInvalid) as raised:
        ModelSettings(**values)  # type: ignore[arg-type]
    assert "secret-w" not in str(raised.value)
    (problem,) = raised.value.problems
    assert next(iter(changes)) in problem


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:11434/v1",
        "http://[::1]:8080/v1",
        "http://my_ollama:11434/v1",
        "https://openrouter.ai/api/v1/",
        "https://ex\u00e4mple.de/v1",
        "HTTPS://EXAMPLE.COM./v1",
    ],
)
def test_addresses_that_are_in_use_are_taken(base_url: str) -> None:
    """Names as containers, foreign alphabets and both families of addresses have them."""
    assert ModelSettings(base_url, MODEL).base_url == base_url
    assert OpenAIModel(ModelSettings(base_url, MODEL)).name == MODEL


def test_a_client_can_be_made_where_no_loop_runs() -> None:
    """The wiring makes it before anything runs; nothing is sent, nothing has to be closed."""
    model = OpenAIModel(ModelSettings("http://localhost/v1", MODEL))
    assert model.name == MODEL
