import json

import pytest

from bot.explain.checking.verdict import Line, Role
from bot.explain.evals.claims import claims_in, own_figures_in
from bot.explain.told import Told, ToldFact
from core.facts import Polarity

FORBIDDEN = ("buy 0.5 BTC", "BTC is below", "gain")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The plan would buy 0.5 BTC today.", ["buy 0.5 BTC"]),
        ("It is clear:\nBTC is below its target.", ["BTC is below"]),
        ("A gain is a Gain.", ["gain"]),
        ("Trading starts again, against all odds.", []),
        ("Nothing shows that BTC is below its target.", []),
        ("It isn't a gain.", []),
        ("There is no rush. BTC is below its target.", ["BTC is below"]),
        ("The plan would sell 0.5 BTC.", []),
    ],
)
def test_forbidden_claims_are_found_where_they_are_made(text: str, found: list[str]) -> None:
    """Whole words count, in any case; a denial before a claim in its sentence lifts it."""
    assert list(claims_in(text, FORBIDDEN)) == found


def test_a_figure_of_its_own_is_found() -> None:
    """A figure that no used fact has brought is one too many, also when another one equals it."""
    fact = ToldFact("cost", "proposal", Polarity.NONE, "cost", "8", "money", "about $8.10")
    told = Told("propose", "en", (fact,), ())
    lines = [Line(Role.COST, json.loads('"It costs {{cost}}."'))]
    assert own_figures_in("It costs about $8.10.", lines, told) == ()
    assert own_figures_in("It costs about $8.10, 8.10 of it twice.", lines, told) == ("8.10",)
    assert own_figures_in("It costs about $8.10 in 2 steps.", lines, told) == ("2",)
