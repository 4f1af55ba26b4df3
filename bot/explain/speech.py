"""Facts -> finished words and sentences, in one language, for one reader, at one moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from string import Formatter

from bot.explain.foreign import clause, person, plain
from bot.explain.wording import Wording
from core.domain.errors import InvariantBroken
from core.domain.policy import SYMBOL
from core.facts import Fact, Unit

MOST_EXTRA_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Speech:
    """What it takes to put facts into words.

    Attributes:
        wording: the language.
        now: the moment of sending, aware.
        zone: the reader's time zone.
        quote: the currency that money is in.
    """

    wording: Wording
    now: datetime
    zone: tzinfo
    quote: str

    def words(self, fact: Fact, extra: int = 0) -> str:
        """Return a fact's value in finished words, without its phrase."""
        return self._writers()[fact.unit](fact, extra)

    def phrase(self, fact: Fact) -> str:
        """Return what a fact says inside a sentence: "sell 12.5 SOL", "6.2 points above target"."""
        phrases = self.wording.PHRASES
        keys = (f"{fact.kind}.{fact.polarity}", fact.kind)
        pattern = next((phrases[key] for key in keys if key in phrases), "{value}")
        return pattern.format(value=self.words(fact), about=self.about(fact))

    def about(self, fact: Fact) -> str:
        """Return an amount of money as an estimate; any other fact as it is."""
        if fact.unit is not Unit.MONEY:
            return self.words(fact)
        return self.wording.about(_number(fact), self.quote)

    def gaps(self, facts: Iterable[Fact]) -> dict[str, str]:
        """Return kind -> words, and ``about_`` kind for estimates of money.

        Figures of one unit that differ are written so that they look it. A text without readable
        words and a coin without a proper symbol are left out.
        """
        shown = [fact for fact in facts if self._is_sayable(fact)]
        gaps = dict(zip((fact.kind for fact in shown), self.told_apart(shown), strict=True))
        money = (fact for fact in shown if fact.unit is Unit.MONEY)
        return gaps | {f"about_{fact.kind}": self.about(fact) for fact in money}

    def told_apart(self, facts: Sequence[Fact]) -> tuple[str, ...]:
        """Return the words of ``facts``, with more digits where different ones would look alike."""
        texts = []
        for fact in facts:
            alike = [other for other in facts if (other.unit, other.subject) == _sort_of(fact)]
            extra = 0
            while extra < MOST_EXTRA_DIGITS and self._blurs(alike, extra):
                extra += 1
            texts.append(self.words(fact, extra))
        return tuple(texts)

    def say(self, key: str, gaps: Mapping[str, str] | None = None) -> str:
        """Return the first alternative of a sentence whose gaps are all known, filled.

        Returns:
            A finished sentence; an empty text when the figures it needs are not there.

        Raises:
            InvariantBroken: the language has no such sentence.
        """
        known = gaps or {}
        if not self.has(key):
            raise InvariantBroken(f"there is no sentence {key!r}")
        for pattern in self.wording.SENTENCES[key]:
            if gap_names(pattern) <= known.keys():
                text = pattern.format(**known)
                return text[:1].upper() + text[1:]
        return ""

    def has(self, key: str) -> bool:
        """Tell whether the language has that sentence."""
        return key in self.wording.SENTENCES

    def word(self, vocabulary: str, key: str) -> str:
        """Return a word of a closed vocabulary; a key it does not know is quoted plainly.

        A symbol after a key says which coin is meant: ``funding BTC``.
        """
        words = self.wording.VOCABULARY.get(vocabulary, {})
        name, _, asset = key.partition(" ")
        if name in words and SYMBOL.fullmatch(asset):
            return f"{words[name]} ({asset})"
        return words.get(key) or plain(key)

    def quoted(self, kind: str, text: str) -> str:
        """Return a foreign text: who for ``by``, where from for ``source``, else what or why."""
        if kind == "by":
            return person(self.wording, text)
        if kind == "source":
            return self.source(text)
        return clause(self.wording, "what" if kind == "what" else "why", text)

    def source(self, name: str) -> str:
        """Return where a figure comes from: "from kraken", "from the simulated market"."""
        words = self.wording.VOCABULARY["source"]
        return words.get(name) or words[""].format(source=plain(name))

    def when(self, at: datetime) -> str:
        """Return an instant as the reader sees it now."""
        return self.wording.instant(at, now=self.now, zone=self.zone)

    def day(self, at: datetime) -> str:
        """Return a UTC day as the reader sees it now."""
        return self.wording.day(at, now=self.now)

    def _blurs(self, facts: Sequence[Fact], extra: int) -> bool:
        return len({self.words(fact, extra) for fact in facts}) < len({f.value for f in facts})

    def _is_sayable(self, fact: Fact) -> bool:
        if fact.unit is Unit.QUANTITY:
            return SYMBOL.fullmatch(fact.subject) is not None
        return bool(self.words(fact))

    def _writers(self) -> dict[Unit, Callable[[Fact, int], str]]:
        wording = self.wording
        return {
            Unit.NAME: lambda f, _: str(f.value),
            Unit.MONEY: lambda f, n: wording.money(_number(f), self.quote, n),
            Unit.QUANTITY: lambda f, n: f"{wording.quantity(_number(f), n)} {f.subject}",
            Unit.PRICE: lambda f, n: wording.price(_number(f), self.quote, n),
            Unit.WEIGHT: lambda f, n: wording.weight(_number(f), n),
            Unit.POINTS: lambda f, n: wording.points(_number(f), n),
            Unit.RATIO: lambda f, _: wording.ratio(_number(f)),
            Unit.RATE: lambda f, n: wording.rate(_number(f), n),
            Unit.COUNT: lambda f, _: wording.quantity(_number(f)),
            Unit.NUMBER: lambda f, n: wording.number(_number(f), n),
            Unit.INSTANT: lambda f, _: self.when(_instant(f)),
            Unit.DAY: lambda f, _: self.day(_instant(f)),
            Unit.DAYS: lambda f, _: wording.days([int(_number(f))]),
            Unit.SECONDS: lambda f, _: wording.span(timedelta(seconds=int(_number(f)))),
            Unit.KEY: lambda f, _: self.word(f.kind, str(f.value)),
            Unit.TEXT: lambda f, _: self.quoted(f.kind, str(f.value)),
        }


def gap_names(pattern: str) -> set[str]:
    """Return the names of the gaps in a sentence."""
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


def _sort_of(fact: Fact) -> tuple[Unit, str]:
    return fact.unit, fact.subject


def _number(fact: Fact) -> Decimal:
    if isinstance(fact.value, Decimal | int):
        return Decimal(fact.value)
    raise InvariantBroken(f"the fact {fact.fact_id} is {fact.value!r}, which is no number")


def _instant(fact: Fact) -> datetime:
    if isinstance(fact.value, datetime):
        return fact.value
    raise InvariantBroken(f"the fact {fact.fact_id} is {fact.value!r}, which is no instant")
