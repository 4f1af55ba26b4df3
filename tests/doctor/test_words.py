import pytest

from tests.doctor.ward import Ward
from tests.emulators.llm.behaviours import failing, good, hang, raw
from tests.emulators.llm.server import LlmEmulator
from tests.emulators.llm.wire import MODEL, Behaviour

KEY = "sk-a-made-up-key-of-the-model"


def with_model(ward: Ward, base_url: str, more: str = "") -> Ward:
    """Name a model in the ward's policy."""
    ward.more += f'\n[llm]\nbase_url = "{base_url}"\nmodel = "{MODEL}"\n{more}\n'
    return ward


async def test_a_model_that_answers_is_fine(ward: Ward) -> None:
    """It is really asked, with its key, and nobody's figures are sent to it."""
    async with LlmEmulator(key=KEY, text='{"ready": "yes"}') as server:
        ward.secrets["EVENKEEL_LLM_KEY"] = KEY
        level, said = (await with_model(ward, server.base_url).examine("words")).one("words")
    assert (level, f"{MODEL} at 127.0.0.1" in said, "answered" in said) == ("ok", True, True)
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (failing(500), "HTTP 500"),
        (failing(429), "busy"),
        (raw(b"<html>hello</html>", "text/html"), "no usable answer"),
    ],
    ids=["500", "429", "a web page"],
)
async def test_a_model_in_trouble_is_a_warning(
    ward: Ward, behaviour: Behaviour, words: str
) -> None:
    """The bot works without it, so nothing fails; what is wrong is said, with the mend."""
    async with LlmEmulator(behaviour) as server:
        level, said = (await with_model(ward, server.base_url).examine("words")).one("words")
    assert level == "warn"
    assert words in said
    assert "templates are used until then" in said


async def test_a_wrong_key_is_named_and_not_shown(ward: Ward) -> None:
    """The variable to look at is said; the ward checks that its value is not."""
    async with LlmEmulator(good, key="another") as server:
        ward.secrets["EVENKEEL_LLM_KEY"] = KEY
        level, said = (await with_model(ward, server.base_url).examine("words")).one("words")
    assert (level, "EVENKEEL_LLM_KEY" in said) == ("warn", True)


async def test_a_server_that_is_not_there(ward: Ward) -> None:
    """A port where nobody listens is told with the setting to mend."""
    level, said = (await with_model(ward, "http://127.0.0.1:9/v1").examine("words")).one("words")
    assert (level, "[llm] base_url" in said) == ("warn", True)


async def test_a_silent_server_holds_nobody_up(ward: Ward) -> None:
    """A model that says nothing is a warning after the time that one look may take."""
    ward.within = 1.0
    async with LlmEmulator(hang) as server:
        level, said = (await with_model(ward, server.base_url).examine("words")).one("words")
    assert (level, "no answer" in said) == ("warn", True)


async def test_a_language_without_a_lexicon(ward: Ward) -> None:
    """A model's German cannot be checked; it is asked to understand questions all the same."""
    async with LlmEmulator(text='{"ready": "yes"}') as server:
        with_model(ward, server.base_url, '\n[messages]\nlanguage = "de"')
        lines = (await ward.examine("words")).of("words")
    assert [level for level, _ in lines] == ["ok", "ok"]
    assert "keep their templates" in lines[1][1]
