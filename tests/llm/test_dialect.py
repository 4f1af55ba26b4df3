import pytest

from bot.explain.model.asking import Failure
from bot.explain.model.client import OpenAIModel
from bot.explain.model.guarded import MOST_LESSONS, warm_up
from bot.explain.model.settings import Form
from tests.emulators.llm import Behaviour, LlmEmulator, manners
from tests.emulators.llm import behaviours as do
from tests.llm.scene import QUESTION, asked, asking, settings_for


async def _failures(model: OpenAIModel, calls: int) -> list[Failure | None]:
    return [(await model.ask(QUESTION, seconds=5)).failure for _ in range(calls)]


@pytest.mark.parametrize(
    ("behaviour", "lessons", "learnt"),
    [
        (do.good, 0, {"max_tokens", "temperature", "json_schema"}),
        (manners.ignores_all, 0, {"max_tokens", "temperature", "json_schema"}),
        (manners.thinks_first, 2, {"max_completion_tokens", "json_schema"}),
        (manners.objects_only, 1, {"max_tokens", "temperature", "json_object"}),
        (manners.plain_only, 2, {"max_tokens", "temperature"}),
    ],
    ids=["all", "ignores all", "thinks first", "objects only", "plain only"],
)
async def test_a_server_is_asked_as_it_wants_to_be_asked(
    behaviour: Behaviour, lessons: int, learnt: set[str]
) -> None:
    """Each refusal teaches one thing, which is kept; a refusal that quotes all teaches no more."""
    async with LlmEmulator(behaviour) as server, asking(settings_for(server)) as model:
        failures = await _failures(model, lessons + 2)
        body = server.calls[-1].body
    assert failures == [Failure.FORM] * lessons + [None, None]
    words = {name for name in body if name not in ("model", "messages", "response_format")}
    form = body.get("response_format", {}).get("type")
    assert words | ({form} if form else set()) == learnt


async def test_a_fence_of_a_server_that_reads_no_schema_is_taken_off() -> None:
    """Such a server is asked for a schema, and its text is as good as any."""
    async with LlmEmulator(manners.ignores_all, text='{"lines":[]}') as server:
        assert (await asked(server)).text == '{"lines":[]}'


async def test_a_limit_that_is_refused_under_both_names_is_refused() -> None:
    """There is always a limit: an answer without one could go on for ever."""
    async with LlmEmulator(manners.takes_nothing) as server, asking(settings_for(server)) as model:
        assert await _failures(model, 3) == [Failure.FORM, Failure.REFUSED, Failure.REFUSED]
    assert "max_completion_tokens" in server.calls[-1].body


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        (Form.SCHEMA, "json_schema"),
        (Form.OBJECT, "json_object"),
        (Form.PLAIN, None),
    ],
)
async def test_a_form_that_was_set_by_hand_stays(form: Form, sent: str | None) -> None:
    """Whoever sets it knows the server: nothing is tried in its place."""
    async with (
        LlmEmulator(manners.plain_only) as server,
        asking(settings_for(server, json=form)) as model,
    ):
        failures = await _failures(model, 2)
    assert server.calls[1].body.get("response_format", {}).get("type") == sent
    assert failures == ([Failure.REFUSED] * 2 if sent else [None] * 2)


async def test_a_model_that_needs_room_to_think_gets_it() -> None:
    """The settings can give more room than a prompt asks for."""
    async with LlmEmulator() as server:
        await asked(server, max_tokens=4000)
        await asked(server, max_tokens=10)
    assert [call.body["max_tokens"] for call in server.calls] == [4000, 350]


@pytest.mark.parametrize(
    "refusal",
    [
        b'{"error": {"error": {"error": {"message": "response_format"}}}}',
        b'{"detail": [[[["response_format"]]], 7, {"loc": "response_format"}]}',
        b'{"error": ["response_format"]}',
        b"[]",
        b"null",
        b"",
        b'{"error": {"message": ["response_format"], "param": 7}}',
        b"[" * 50_000,
        b'{"error":' * 20_000,
        b'{"message": "model not loaded"}',
    ],
    ids=range(10),
)
async def test_a_refusal_of_any_shape_is_only_a_refusal(refusal: bytes) -> None:
    """What cannot be read teaches nothing and breaks nothing."""
    async with LlmEmulator(do.raw(refusal, status=400)) as server:
        reply = await asked(server)
    assert reply.failure is Failure.REFUSED


async def test_a_warm_up_learns_before_the_first_explanation() -> None:
    """The lessons of the pickiest server are over when somebody needs words."""
    async with LlmEmulator(manners.thinks_first) as server, asking(settings_for(server)) as model:
        assert (await warm_up(model, seconds=5)).failure is None
        assert await _failures(model, 1) == [None]
    assert len(server.calls) <= MOST_LESSONS + 1


async def test_a_model_that_has_to_be_loaded_is_loaded_by_the_warm_up() -> None:
    """An explanation has no patience for that; the warm-up has."""
    async with (
        LlmEmulator(do.slow_at_first(0.4)) as server,
        asking(settings_for(server)) as model,
    ):
        assert (await model.ask(QUESTION, seconds=0.1)).failure is Failure.TIMEOUT
        assert (await warm_up(model, seconds=10)).failure is None
        assert (await model.ask(QUESTION, seconds=5)).failure is None


async def test_a_warm_up_of_a_broken_server_asks_once() -> None:
    """It is no hammer: what fails is told, for a doctor to name."""
    async with LlmEmulator(do.failing(401)) as server, asking(settings_for(server)) as model:
        reply = await warm_up(model, seconds=5)
    assert reply.failure is Failure.REFUSED
    assert "key" in reply.detail
    assert len(server.calls) == 1
