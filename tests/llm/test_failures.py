import pytest

from bot.explain.model.asking import Failure
from bot.explain.writing import Patience
from tests.emulators.llm import behaviours as do
from tests.llm.failures import suffer
from tests.llm.troubles import TROUBLES, Trouble

SHORT = Patience(total=0.8, call=0.4, spare=0.05)
QUICK = Patience(pause=0)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_every_failure_of_a_server_ends_in_the_template(trouble: Trouble) -> None:
    """L7: over HTTP, whatever the server does: two calls at most, then the reader has words."""
    outcome = await suffer(trouble, SHORT if trouble.is_slow else QUICK)
    assert outcome.source == "template"
    assert 1 <= outcome.calls <= 2
    assert outcome.codes[0][0] == trouble.failure.name


async def test_a_server_that_works_is_the_one_whose_words_are_shown() -> None:
    """The same way through, with a good answer, shows the model's text."""
    outcome = await suffer(Trouble("none", do.good, Failure.EMPTY))
    assert (outcome.source, outcome.calls) == ("small-model", 1)
