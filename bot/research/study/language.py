"""The language of reports, as rules that a program can check. Source: METHODS 6.5.

``template_problems`` reads a template's own words; ``report_problems`` reads a finished page: every
cell with a figure and every picture must say whether it is in sample, a "would have" needs its
interval, and a table of less than three years may not speak of years.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from bot.research.windows import YEARLY_FROM_YEARS, Sample

HYPE = (
    "amazing", "beat the market", "best strategy", "bulletproof", "crushes", "explosive",
    "foolproof", "game-changer", "guaranteed", "holy grail", "huge gains", "incredible",
    "insane", "massive", "moon", "never lose", "no risk", "outperform", "proven", "risk-free",
    "secret", "skyrocket", "smart money", "superior", "to the moon", "unbeatable", "win big",
    "winning",
)  # fmt: skip
"""Words that promise; none of them stands in a report."""

HURRY = ("act now", "don't miss", "hurry", "last chance", "you should have")
"""Words that push; none of them stands in a report."""

_BANNED = re.compile(
    r"\b(" + "|".join(re.escape(word) for word in (*HYPE, *HURRY)) + r")\b", re.IGNORECASE
)
_WOULD_HAVE = re.compile(
    r"would have (earned|made|gained|returned|grown|lost|saved)", re.IGNORECASE
)
_INTERVAL = re.compile(r"95 % interval|\[[−+\d., %]+ to [−+\d., %]+\]")
_YEARLY = re.compile(r"\b(a year|per year|yearly|annual|annuali[sz]ed)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_TEMPLATE_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_MARKUP = re.compile(r"<style.*?</style>|<[^>]+>", re.DOTALL)
_DIGIT = re.compile(r"\d")
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SAMPLES = {sample.value for sample in Sample}
NO_RESULT = "settings"
"""``data-sample`` of what is no result: settings, dates, digests."""


def template_problems(text: str) -> tuple[str, ...]:
    """Return what the words of a template break, one sentence each."""
    return tuple(_word_problems(_MARKUP.sub(" ", _TEMPLATE_CODE.sub(" ", text))))


def report_problems(html: str) -> tuple[str, ...]:
    """Return what a finished report breaks, one sentence each."""
    page = _Page()
    page.feed(html)
    page.close()
    return (*page.problems, *_word_problems(" ".join("".join(page.words).split())))


def _word_problems(text: str) -> Iterator[str]:
    for found in _BANNED.finditer(text):
        yield f"{found.group(0)!r} promises or pushes"
    for sentence in _SENTENCE.split(" ".join(text.split())):
        if _WOULD_HAVE.search(sentence) and not _INTERVAL.search(sentence):
            yield f"{sentence!r} tells what would have been without its interval"


class _Page(HTMLParser):
    """Walks a page and remembers which sample, and how many years, hold where it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if tag not in _VOID:
            self._open.append((tag, own))
        sample = own.get("data-sample")
        if "data-sample" in own and sample not in {*_SAMPLES, NO_RESULT}:
            self.problems.append(f"<{tag}> calls its sample {sample!r}")
        if tag == "img":
            self._check_image(own)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, _ = self._open.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        names = {name for name, _ in self._open}
        if names & {"style", "script"}:
            return
        self.words.append(data + " ")
        if names & {"td"} and _DIGIT.search(data) and self._nearest("data-sample") is None:
            self.problems.append(f"the cell {data.strip()!r} does not say in or out of sample")
        years = self._nearest("data-years")
        is_short = bool(years) and float(years or 0) < YEARLY_FROM_YEARS
        if is_short and _YEARLY.search(data) and self._nearest("data-about-years") is None:
            self.problems.append(f"{data.strip()!r} speaks of years over {years} years of data")

    def _check_image(self, own: dict[str, str | None]) -> None:
        if not (own.get("alt") or "").strip():
            self.problems.append("a picture has no words for those who do not see it")
        if self._nearest("data-sample") is None:
            self.problems.append(f"the picture {own.get('alt')!r} does not say in or out of sample")
        if not (own.get("src") or "").startswith("data:"):
            self.problems.append(f"the picture {own.get('alt')!r} is not inside the page")

    def _nearest(self, name: str) -> str | None:
        for _, attributes in reversed(self._open):
            if name in attributes:
                return attributes[name] or ""
        return None
