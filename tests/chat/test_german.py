"""The chat in German: the same messages as in English, and no English left in any of them."""

import ast
import asyncio
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import bot.chat
from bot.chat.render.columns import WIDTH
from bot.chat.render.figures import exact, percent
from bot.chat.render.words import ENGLISH, Words
from bot.explain.speech import Speech, gap_names
from bot.explain.wording import wording_of
from tests.chat.tour import FOREIGN, Tour
from tests.chat.touring import tour_in
from tests.chat.world import BERLIN
from tests.store.samples import AT

GERMAN = Words(wording_of("de"))

# What may stand in a line of either language without being a word of that language.
NEUTRAL = re.compile(
    "|".join(
        (
            r"\b(BTC|ETH|SOL|LINK|USD|XRP)\b",  # symbols
            r"\b[Ee]venkeel(\.toml)?\b|\bapprovers\b|Europe/Berlin",  # programs, files, places
            r"/(chart|review) [a-z]+|[“„]evenkeel [a-z ]+[”“]",  # commands with what follows
            r"“approve”|„approve“|/[a-z]+\b",  # commands
            r"\b(?=\w*\d)[0-9a-z]{8,12}\b",  # ids
            r"\b(h|s|min)\b",  # units
            r"\bx+(yz)?\b|§",  # what a test typed
            re.escape(FOREIGN),  # what adapters say
            "the venue does not answer|fear and greed",
            "Fear [&-]+ Greed",  # the name of an index
        )
    )
)

# Lines that read the same in both languages, as their words do.
SAME = frozenset({"Details"})

ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|is|are|not|with|for|from|to|until|by|or|yours?|this|that|which|were|has|have"
    r"|been|its?|at|no|nothing|proposals?|prices?|sell|buy|sold|bought|card|market|now|held"
    r"|paper|watch|live|costs?|fees?|goals?|after|room|approved?|rejected?|expired|yesterday)\b",
    re.IGNORECASE,
)

# Said where no test of the chat can hear it; the tests of Telegram do.
BEHIND_TELEGRAM = frozenset({"menu.stranger", "tap.failed"})


@pytest.fixture(scope="module")
def tours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tour]:
    """Everything that the chat says, in both languages."""
    folder = tmp_path_factory.mktemp("tours")
    return {language: asyncio.run(tour_in(language, folder)) for language in ("en", "de")}


def own(line: str) -> str:
    """Return what is left of a line without what is nobody's language."""
    return NEUTRAL.sub(" ", line)


def chat_texts(words: Words) -> dict[str, str]:
    """Return the chat's own texts by key."""
    sentences = words.wording.SENTENCES
    return {key: texts[0] for key, texts in sentences.items() if key.startswith("chat.")}


def test_no_line_of_a_message_is_left_in_english(tours: dict[str, Tour]) -> None:
    """At no stop of the tour does a line with words in it read the same in both languages."""
    english, german = tours["en"].stops, tours["de"].stops
    assert english.keys() == german.keys()
    left = {
        line
        for stop in english
        for line in {*english[stop]} & {*german[stop]} - SAME
        if re.search(r"[^\W\d_]{2}", own(line))
    }
    assert left == set()


def test_no_english_word_stands_in_a_german_line(tours: dict[str, Tour]) -> None:
    """Sentences are not translated by halves."""
    lines = {line for said in tours["de"].stops.values() for line in said}
    assert len(lines) > 500
    mixed = {line: ENGLISH_WORDS.findall(own(line)) for line in sorted(lines)}
    assert {line: words for line, words in mixed.items() if words} == {}


def test_a_message_has_the_same_parts_in_both_languages(tours: dict[str, Tour]) -> None:
    """Nothing is left out of a German message; only tables may break their lines elsewhere."""
    english, german = tours["en"].stops, tours["de"].stops
    uneven = [stop for stop in english if english[stop].count("") != german[stop].count("")]
    assert uneven == []


def test_tables_fit_a_phone(tours: dict[str, Tour]) -> None:
    """No line of a table is longer than 34 characters, in either language."""
    for tour in tours.values():
        assert len(tour.tables) > 300
        assert max(map(len, tour.tables)) <= WIDTH


def test_every_text_of_the_chat_is_heard_on_the_tour(tours: dict[str, Tour]) -> None:
    """The tour leaves out none of the chat's texts, so nothing in them escaped these tests."""
    texts = {key.removeprefix("chat.") for key in chat_texts(ENGLISH)}
    assert texts - tours["de"].heard == BEHIND_TELEGRAM
    assert tours["de"].heard == tours["en"].heard


def test_both_files_hold_the_same_texts_with_the_same_gaps() -> None:
    """No text is missing in a language, and each says as much as in the other."""
    english, german = chat_texts(ENGLISH), chat_texts(GERMAN)
    assert [*english] == [*german]
    gaps = {key: (gap_names(english[key]), gap_names(german[key])) for key in english}
    assert {key: pair for key, pair in gaps.items() if pair[0] != pair[1]} == {}


def test_no_text_of_the_chat_was_left_untranslated() -> None:
    """Texts that are the same in both files hold no words, or words that both languages have."""
    english, german = chat_texts(ENGLISH), chat_texts(GERMAN)
    same = {text for key, text in english.items() if text == german[key]}
    assert same == {"", "[n]", "Details"}


@pytest.mark.parametrize("number", ["0", "12", "999.9", "1234.5", "108900", "4241.7475", "0.03195"])
def test_exact_figures_look_like_the_rounded_ones(number: str) -> None:
    """The chat's own marks of thousands and fractions are those of its language."""
    figure = Decimal(number)
    for words in (ENGLISH, GERMAN):
        assert exact(figure, words) == words.wording.quantity(figure, extra=9)
        weight = words.wording.weight(figure / 100)
        assert f"{percent(figure / 100, words)} %" == weight.replace(_thousands(words), "")


def _thousands(words: Words) -> str:
    return words.say("figure.thousands")


def test_the_word_for_today_is_the_calendars(tours: dict[str, Tour]) -> None:
    """Headings leave the day of an expiry away when it is today, in either language."""
    tops = [tours[language].stops["card"][2] for language in ("en", "de")]
    assert [top.rpartition(" · ")[2] for top in tops] == ["until 13:05", "bis 13:05"]


@pytest.mark.parametrize(
    ("name", "english", "german"),
    [
        ("simulated", "from the simulated market", "vom simulierten Markt"),
        ("venue", "from the venue", "von der Börse"),
        ("kraken", "from kraken", "von kraken"),
    ],
)
def test_where_figures_come_from_is_told_in_words(name: str, english: str, german: str) -> None:
    """The program's own name for a source is no word of any language, and never shown."""
    told = [Speech(wording_of(tongue), AT, BERLIN, "USD").source(name) for tongue in ("en", "de")]
    assert told == [english, german]


def sentences_in(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that could be meant for a person."""
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) or _is_note(node):
            silent |= {*ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)  # a docstring
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.value


def _is_note(node: ast.AST) -> bool:
    """Tell whether this speaks to the log, or to whoever starts the bot."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "logging."))


SPEAKING = sorted(
    path
    for folder in (Path(*bot.chat.__path__),)
    for path in folder.rglob("*.py")
    if path.name not in ("telegram_account.py", "telegram_polling.py", "telegram_outcomes.py")
)
"""The modules that say something to a person; the others speak to the log and the terminal."""


NOT_SPOKEN = frozenset(
    {
        "Evenkeel",  # the program's name
        "Received",  # a type's
        "console input",  # a thread's
        "outbox of ",  # a task's
        *("Cc", "Cf", "Cs"),  # kinds of characters
        "message to edit not found",  # and what Telegram says
        "message is not modified",
        "message can't be edited",
        "can't parse entities",
    }
)


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_the_code_holds_no_sentence(path: Path) -> None:
    """What a person reads stands in the language's files, never in code."""
    texts = sentences_in(ast.parse(path.read_text(encoding="utf-8")))
    spoken = re.compile(r"[A-Za-z]{2,}[,:;]? [A-Za-z]{2,}|^[A-Z][a-z]+ ?$")
    assert {text for text in texts if spoken.search(text)} <= NOT_SPOKEN
