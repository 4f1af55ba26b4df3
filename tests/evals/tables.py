"""A golden table before its words: a fact table of the engine, and what no text may say of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.explain.evals.golden import GoldenCase
from bot.explain.speech import Speech
from bot.explain.telling import tell
from bot.explain.told import Told, ToldFact
from bot.explain.wording import en
from core.domain.decision import Decision, Propose
from core.domain.units import Asset
from core.facts import FactTable, Polarity, decision_facts
from tests.dsl import MORNING
from tests.explain.rarer import every

BERLIN = ZoneInfo("Europe/Berlin")
LIFETIME = timedelta(hours=12)

_BY_NAME = {sample.name: sample for sample in every()}
_OPPOSITES = {
    Polarity.BUY: (("buy ", "sell "), ("bought ", "sold ")),
    Polarity.SELL: (("sell ", "buy "), ("sold ", "bought ")),
    Polarity.UP: ((" above ", " below "),),
    Polarity.DOWN: ((" below ", " above "),),
}


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden table in the making.

    Attributes:
        name: of its file, without the number.
        table: the facts as the engine states them.
        forbidden: claims that would be false.
        at: when the message is sent.
        quote: the currency of its money.
        texts: words to put in place of a fact's own, by id, for tables no account leads to.
    """

    name: str
    table: FactTable
    forbidden: tuple[str, ...]
    at: datetime = MORNING + timedelta(minutes=2)
    quote: str = "USD"
    texts: tuple[tuple[str, str], ...] = ()

    def case(self, number: int, *, is_adversarial: bool) -> GoldenCase:
        """Return the finished case; its name begins with its number."""
        speech = Speech(en, self.at, BERLIN, self.quote)
        told = tell(speech, self.table)
        texts = dict(self.texts)
        facts = tuple(replace(f, text=texts.get(f.fact_id, f.text)) for f in told.facts)
        told = replace(told, facts=facts)
        forbidden = tuple(dict.fromkeys([*self.forbidden, *_opposites(told)]))
        return GoldenCase(f"{number:02}-{self.name}", told, forbidden, is_adversarial)


def decided(
    name: str, decision: Decision, *forbidden: str, quote: str = "USD", **changes: object
) -> Golden:
    """Return a table of a decision, two minutes after it; a proposal lives for half a day."""
    is_proposal = isinstance(decision.outcome, Propose)
    table = decision_facts(
        decision,
        quote=Asset(quote),
        expires_at=decision.decided_at + LIFETIME if is_proposal else None,
    )
    at = decision.decided_at + timedelta(minutes=2)
    return replace(Golden(name, table, forbidden, at, quote), **changes)  # type: ignore[arg-type]


def sampled(name: str, sample: str, *forbidden: str) -> Golden:
    """Return a table of one of the samples that the templates are read by."""
    found = _BY_NAME[sample]
    return decided(name, found.decision, *forbidden, quote=found.quote)


def _opposites(told: Told) -> Iterable[str]:
    """Yield what each fact with a direction would say the other way round, unless another does."""
    said = " ".join(fact.text for fact in told.facts)
    for fact in told.facts:
        for way, other in _OPPOSITES.get(fact.polarity, ()):
            turned = _turned(fact, way, other)
            if turned and turned not in said:
                yield turned


def _turned(fact: ToldFact, way: str, other: str) -> str:
    padded = f" {fact.text} "
    if way not in padded and not padded.startswith(f" {way}"):
        return ""
    return padded.replace(way, other, 1).strip()
