"""Every language has the same keys and gaps as English, and a text for whatever can be said."""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from bot.explain.notices import notice_line
from bot.explain.reasons import sentence_of
from bot.explain.speech import Speech, gap_names
from bot.explain.states import order_line, proposal_line, standing_lines
from bot.explain.wording import LANGUAGES, Wording, de, en, wording_of
from bot.ports.messages import Mode, Notice, NoticeCode
from core.domain.decision import Gate, ReasonCode
from core.domain.errors import InputInvalid
from core.domain.market import MarketStatus, Side
from core.domain.policy import ProfileName
from core.domain.proposal import OrderState, ProposalState
from core.domain.readings import ReadingKind, Trouble
from core.domain.regime import Regime
from core.domain.state import EngineState, Halt, ManualPause
from core.domain.stress import Family, Silence, Stress, StressState
from core.domain.tilt import TiltName
from core.facts import figures_of
from tests.dsl import MORNING
from tests.explain.executions import order_for, proposal_in
from tests.explain.rarer import every
from tests.explain.reading_de import check_language
from tests.explain.test_notices import FULL

BERLIN = ZoneInfo("Europe/Berlin")
OTHERS = [language for language in LANGUAGES if language != "en"]
REASONS = [
    (sample.decision.value, reason) for sample in every() for reason in sample.decision.reasons
]
CHAT = "chat."

# Read alike in both languages.
SAME = {
    "chat.button.DETAILS",  # the same word
    "chat.menu.history.usage",  # a letter for a number
    "kind.fear_greed",  # the index's name
}

VOCABULARIES: dict[str, type[StrEnum]] = {
    "verb": Side,
    "state": ProposalState,
    "gate": Gate,
    "status": MarketStatus,
    "profile": ProfileName,
    "label": Regime,
    "family": Family,
    "family_short": Family,
    "because": Family,
    "silence": Silence,
    "silence_short": Silence,
    "kind": ReadingKind,
    "trouble": Trouble,
    "name": TiltName,
}


def _gaps(texts: tuple[str, ...]) -> list[set[str]]:
    return [gap_names(text) for text in texts]


def _lacking(known: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, list[str]]:
    return {
        "lacks": sorted(wanted.keys() - known.keys()),
        "has beside": sorted(known.keys() - wanted.keys()),
    }


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_sentences_that_english_has(language: str) -> None:
    """No sentence is missing, and none is left over that nobody would ever say."""
    found = _lacking(wording_of(language).SENTENCES, en.SENTENCES)
    assert not any(found.values()), found


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_words_that_english_has(language: str) -> None:
    """Every closed vocabulary holds the same keys, and its words the same gaps."""
    words = wording_of(language).VOCABULARY
    assert not any(_lacking(words, en.VOCABULARY).values()), _lacking(words, en.VOCABULARY)
    for name, entries in en.VOCABULARY.items():
        found = _lacking(words[name], entries)
        assert not any(found.values()), (name, found)
        for key, text in entries.items():
            assert words[name][key].strip() == words[name][key] != "", (name, key)
            # The name of a cause is read from the record; what it says may leave a detail out.
            known = gap_names(key if name == "recorded" else text)
            wanted = set() if name == "recorded" else known
            assert wanted <= gap_names(words[name][key]) <= known, (name, key)


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_something_wherever_english_does(language: str) -> None:
    """Whatever figures are known, an alternative fits them that uses no other figure.

    Together the alternatives of a sentence use all the figures that the English ones use.
    """
    for key, texts in en.SENTENCES.items():
        own, english = _gaps(wording_of(language).SENTENCES[key]), _gaps(texts)
        assert set().union(*own) == set().union(*english), key
        for gaps in english:
            assert any(alternative <= gaps for alternative in own), (key, gaps)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_that_needs_most_comes_first(language: str) -> None:
    """An alternative that needs less than a later one would keep that one from being said."""
    for key, texts in wording_of(language).SENTENCES.items():
        gaps = _gaps(texts)
        for place, later in enumerate(gaps):
            assert not any(earlier < later for earlier in gaps[:place]), (key, later)


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_the_domain_knows_has_a_word(language: str, name: str) -> None:
    """L5 for keys: what an enumeration holds is never shown as its key."""
    words = wording_of(language).VOCABULARY[name]
    assert {key.value for key in VOCABULARIES[name]} <= words.keys()


@pytest.mark.parametrize("code", list(ReasonCode))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence_in_every_language(language: str, code: ReasonCode) -> None:
    """L5: for each code, with every value the engine gave it in the samples, a sentence exists."""
    speech = Speech(wording_of(language), MORNING, BERLIN, "USD")
    texts = [
        sentence_of(speech, code, subject=r.subject, facts=figures_of(r, value=value))
        for value, r in REASONS
        if r.code is code
    ]
    assert texts
    assert all(text.endswith(".") and "{" not in text for text in texts)


@pytest.mark.parametrize("code", list(NoticeCode))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_has_a_text_in_every_language(language: str, code: NoticeCode) -> None:
    """With all its values, any one of them, or none, a notice is a finished text."""
    some = [FULL, *({name: value} for name, value in FULL.items()), {}]
    for values in some:
        notice = Notice(Mode.LIVE, code, "7f3k9q2m", tuple(values.items()))
        text = notice_line(notice, MORNING, BERLIN, quote="USD", wording=wording_of(language))
        assert text.endswith(".")
        assert "{" not in text
        assert ".." not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_text_in_every_language(language: str) -> None:
    """Proposals, orders, and all that holds proposals back."""
    wording = wording_of(language)
    for state in ProposalState:
        for by, note in (("Ana", "prices moved"), ("42", ""), ("", "")):
            proposal = proposal_in(state, decided_by=by, note=note)
            text = proposal_line(proposal, MORNING, BERLIN, wording=wording)
            assert "7f3k9q2m" in text
            assert text.endswith(".")
    running = proposal_in(ProposalState.EXECUTING)
    for order_state in OrderState:
        assert order_line(order_for(running, 1, order_state), wording=wording).endswith(".")
    held = EngineState(halt=Halt(MORNING, ""), pause=ManualPause(MORNING, ""))
    for phase in Stress:
        memory = replace(held, stress=StressState(phase))
        lines = standing_lines(memory, MORNING, BERLIN, wording=wording)
        assert len(lines) == 2 + (phase is not Stress.NORMAL)
        assert all(line.endswith(".") for line in lines)


def test_no_german_day_stands_before_a_full_stop() -> None:
    """A German day may end in a full stop of its own, and two would stand side by side."""
    days = re.compile(r"\{(since|until|ends|earliest|latest|day)\}\.")
    for key, texts in de.SENTENCES.items():
        if not key.startswith(CHAT):  # the chat tells instants, which end in a time
            assert not any(days.search(text) for text in texts), key


def test_no_german_sentence_or_word_is_english() -> None:
    """What was copied and not translated would stand out in a German card."""
    for key, texts in de.SENTENCES.items():
        for text in texts:
            fixed = re.sub(r"\{\w+\}", "", text)
            check_language(fixed)
            is_same = text in en.SENTENCES[key]
            assert not is_same or key in SAME or not re.search("[a-z]", fixed), key
    for name, entries in de.VOCABULARY.items():
        for key, text in entries.items():
            fixed = re.sub(r"\{\w+\}", "", text)
            check_language(fixed)
            is_same = text == en.VOCABULARY[name][key]
            assert not is_same or f"{name}.{key}" in SAME or not re.search("[a-z]", fixed), key


def test_a_language_that_is_not_there_is_refused_with_the_known_ones() -> None:
    """The person who chose it reads what can be chosen."""
    with pytest.raises(InputInvalid, match="'fr' is not known; choose one of en, de") as caught:
        wording_of("fr")
    assert caught.value.code == "LANGUAGE"
    packs: list[Wording] = [wording_of(language) for language in LANGUAGES]
    assert packs == [en, de]
