"""``/review``: what was proposed, what was done, what became of it, and nothing that judges."""

import math
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.commands.charts import BURST
from bot.chat.render.columns import WIDTH
from bot.chat.render.pages import CAPTION_LIMIT, Kind, head, pages, plain, units
from bot.chat.render.reader import Reader
from bot.chat.render.review import MOST_LISTED, review_blocks, review_head, review_in_brief
from bot.chat.requests import Command
from bot.explain.wording import LANGUAGES, wording_of
from bot.ports.messages import Digest
from bot.ports.reviews import Review
from core.domain.scorecard import LEAST_FOR_AVERAGE, Estimate
from tests.chat.review_samples import (
    EMPTY,
    FIRST_DAY,
    FULL,
    OPEN,
    PROPOSALS,
    PROVED,
    SHOWN,
    effects,
    learned,
    reviews,
)
from tests.chat.stops_charts import one_day, some_days
from tests.chat.test_messages import render, sample
from tests.chat.world import ANN, BERLIN, VERA, world
from tests.store.samples import AT, USD

SAMPLES = dict(reviews())
JUDGING = re.compile(
    r"\bshould|\bmust\b|would have earned|\bmistake|\bright\b|\bwrong\b|\bbest\b|\bworst\b"
    r"|\bunfortun|\bgood\b|\bbad\b|\bhurry up|\bat once|per year|a year|annual"
    r"|falsch|Fehler|\bsollte|jährlich",
    re.IGNORECASE,
)


def reader(language: str = "en") -> Reader:
    """Return somebody who reads it."""
    return Reader(AT, BERLIN, USD, wording=wording_of(language))


def words_of(review: Review, language: str = "en") -> str:
    """Return a review as plain text."""
    who = reader(language)
    return plain([head(review_head(review, who.words)), *review_blocks(review, who)])


def of(card: object, **changes: object) -> Review:
    """Return a review of a scorecard."""
    return replace(SAMPLES["review, quarter"], scorecard=card, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_table_fits_a_phone(name: str, language: str) -> None:
    """No line of any table is longer than 34 characters, whatever the amounts and names."""
    who = reader(language)
    blocks = [*review_blocks(SAMPLES[name], who), *review_in_brief(SAMPLES[name], who)]
    lines = [line for block in blocks if block.kind is Kind.TABLE for line in block.lines]
    assert all(len(line) <= WIDTH for line in lines), max(lines, key=len)
    assert pages(blocks, continued="")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_judged_and_nothing_promised(name: str, language: str) -> None:
    """No "should", no praise, no blame, no yearly figure, in either language."""
    assert JUDGING.findall(words_of(SAMPLES[name], language)) == []


def test_a_quarter_reads_like_this() -> None:
    """The whole of a review, word for word."""
    assert words_of(SAMPLES["review, quarter"]).split("\n")[:40] == [
        "Review of 90 days",
        "",
        "2 Dec to 2 Mar, marked on 88 of 91 days.",
        "Proposals: 10. Approved 5, rejected 1, expired 1, ended otherwise 2, still open 1.",
        "What came in, less what left or no longer counts: $500.",
        "Costs of what was carried out: $126. The plans said $137.",
        "",
        "Four books since the first of these days: your account, and three that only calculate. They began with what you had, and get what you put in and take out.",  # noqa: E501  # one line of a message
        "",
        "                     grew  costs",
        "your account       +3.2 %      –",
        "always approve     +3.4 % $31.25",
        "never approve      −2.0 % $31.25",
        "plain bands     +1200.0 % $31.25",
        "",
        "How far one book stands above another after these days. Below each stands its range: it would hold the true difference in 95 of 100 such cases.",  # noqa: E501  # one line of a message
        "",
        "your answers                −0.2 %",
        "  −0.9 % to +0.5 %",
        "the rule                    −0.2 %",
        "  −0.9 % to +0.5 %",
        "following the market        −0.2 %",
        "  −0.9 % to +0.5 %",
        "",
        "Every range holds zero: none of these differences is more than chance may bring.",
        "Your answers: your account against approving everything.",
        "The rule: approving everything against approving nothing.",
        "Following the market: approving everything against plain bands.",
        "",
        "What each plan came to in USD: carried out, less left alone, costs included. Above zero, carrying it out came to more. One plan says nothing about the next.",  # noqa: E501  # one line of a message
        "",
        "        7 d       30 d       90 d",
        "1 Mar 7f3k9q01                open",
        "Trim BTC, add ETH",
        "      later      later      later",
        "28 Feb 7f3k9q02         taken back",
        "Trim BTC, add ETH",
        "      later      later      later",
        "21 Feb 7f3k9q09           replaced",
        "Trim BTC, add ETH",
    ]


def test_no_estimate_stands_without_its_range() -> None:
    """Each difference and each average has the two ends of its interval beside it."""
    told = words_of(of(PROVED))
    assert told.count("−0.9 % to +0.5 %") == 1
    assert told.count("\n  +0.4 % to +2.5 %") == 2
    assert told.count("range +0.4 % to +2.5 %, from 24 plans") == 3


def test_a_difference_beyond_chance_is_named_and_the_others_are_not() -> None:
    """What leaves zero out is named; losses like gains."""
    assert "usually bring: the rule and following the market." in words_of(of(PROVED))
    lost = Estimate(-0.03, -0.05, -0.01, 89)
    assert "usually bring: your answers." in words_of(
        of(replace(FULL, effects=effects(lost, OPEN)))
    )


def test_a_range_that_touches_zero_as_written_holds_it() -> None:
    """A range from 0.0 % to +0.8 % is never called more than chance."""
    hair = Estimate(0.003, 0.0003, 0.008, 89)
    told = words_of(of(replace(FULL, effects=effects(hair, OPEN))))
    assert "  0.0 % to +0.8 %" in told
    assert "Every range holds zero" in told


def test_a_difference_agrees_with_the_growth_of_its_books() -> None:
    """Twice as much against as much is 100 % more, and not the 69 % that logarithms know."""
    doubled = Estimate(math.log(2), math.log(0.5), math.log(4), 89)
    told = words_of(of(replace(FULL, effects=effects(doubled, OPEN))))
    assert "your answers              +100.0 %" in told
    assert "  −50.0 % to +300.0 %" in told


def test_a_long_order_tells_both_of_its_ends() -> None:
    """What came to least is named beside what came to most, however many there are."""
    names = tuple(row.proposal_id for row in PROPOSALS)
    told = words_of(of(replace(FULL, ranked=names)))
    (line,) = (line for line in told.split("\n") if line.startswith("From most to least"))
    assert len(names) > MOST_LISTED
    assert names[0] in line
    assert line.endswith(f"{names[-1]}.")
    assert "…" in line


@pytest.mark.parametrize(
    ("days", "first"), [(364, "3 Mar to 2 Mar"), (400, "26 Jan 2025 to 2 Mar 2026")]
)
def test_from_a_year_on_dates_have_their_year(days: int, first: str) -> None:
    """Two days of one month a year apart cannot be taken for one another."""
    card = replace(FULL, began_on=AT.date() - timedelta(days=days), days=days)
    assert first in words_of(of(card))


def test_before_twenty_plans_there_is_no_average() -> None:
    """The review says how many there are, and from how many on there is one."""
    told = words_of(of(FULL))
    assert f"from {LEAST_FOR_AVERAGE} plans of a kind that are 30 days old" in told
    assert "on average" not in told


def test_before_thirty_days_nothing_is_put_in_order() -> None:
    """An order appears only when the scorecard gives one."""
    assert "From most to least" not in words_of(of(FULL))
    assert "After 30 days" not in words_of(of(FULL))
    assert "From most to least after 30 days: 21 Jan 7f3k9q40, 27 Nov 7f3k9q95." in words_of(
        of(PROVED)
    )


def test_too_few_days_show_no_difference() -> None:
    """On the first day the books stand there, and the differences wait."""
    told = words_of(of(FIRST_DAY))
    assert "after 20 steps from one marked day to the next. There are 0 so far." in told
    assert "Nothing was proposed in these days." in told
    assert "true difference" not in told


def test_an_empty_review_is_one_sentence() -> None:
    """Before the first mark there is nothing to tell, and it says so."""
    assert words_of(of(EMPTY)).endswith("The books begin with the first daily look.")
    assert review_in_brief(of(EMPTY), reader()) == []


def test_what_a_pause_cost_or_saved_is_told() -> None:
    """Each pause has its days and what its plan came to; one without a plan says so."""
    told = words_of(of(FULL)).split("\n")
    at = told.index("27 Feb – now")
    assert told[at + 1] == "held no plan back"
    assert told[at + 2].startswith("11 Jan – 17 Jan")
    assert told[at + 4] == "       +120     −31.00      later"


def test_what_the_program_answered_itself_is_no_persons_doing() -> None:
    """Answers of the automatic approver are counted as such."""
    assert "as there was no person: 10" in words_of(of(PROVED))
    assert "no person" not in words_of(of(FULL))


@pytest.mark.parametrize(("is_met", "mark"), [(True, "✓"), (False, "✗"), (None, "?")])
def test_the_checklist_has_every_line(is_met: bool | None, mark: str) -> None:
    """After 90 days of watching each of the eight lines is there with its mark."""
    told = words_of(of(FULL, learned=learned(is_met=is_met)))
    lines = [line for line in told.split("\n") if line.startswith(f"{mark} ")]
    assert len(lines) == 8
    assert "What was learned in 94 days" in told
    assert ("for you to decide" in told) is (is_met is True)
    if is_met:
        assert lines[1] == "✓ Days with a look at the market: 89.6 %; 90 % are wanted"
    assert ("evenkeel journal verify" in told) is (is_met is False)


def test_the_first_summary_of_a_month_carries_books_and_picture() -> None:
    """Below the day's summary stand the four books, and the picture above is theirs."""
    digest = sample(Digest)
    assert isinstance(digest, Digest)
    review = SAMPLES["review, quarter"]
    monthly = render(replace(digest, review=review, picture=review.picture))
    assert "The last 90 days" in monthly.plain
    assert "your account       +3.2 %" in monthly.plain
    assert [photo.caption for photo in monthly.photos] == ["The four books, 30 days"]
    again = render(replace(digest, review=review, picture=review.picture), repeated=True)
    assert again.photos[0].caption.endswith("(repeated)")
    assert units(again.photos[0].caption) <= CAPTION_LIMIT
    assert render(digest).photos == ()


@pytest.mark.parametrize("words", ["60", "x", "30 90"])
async def test_only_three_spans_are_offered(tmp_path: Path, words: str) -> None:
    """Anything else brings the three that there are."""
    async with world(tmp_path) as made:
        assert (
            "/review 30, /review 90, /review all" in (await made.send(ANN, f"/review {words}"))[0]
        )


async def test_a_review_of_real_records(tmp_path: Path) -> None:
    """Three weeks through the real store: the counts are the journal's, and a viewer may look."""
    async with world(tmp_path) as made:
        await one_day(made)
        await some_days(made, 21)
        made.later(minutes=11)
        (told,) = await made.send(VERA, "/review all")
        with made.desk.store.reading() as tx:
            proposals = tx.proposals.latest(100)
        assert f"Proposals: {len(proposals)}. " in told
        assert all(row.proposal_id in told for row in proposals[:8])
        assert "marked on 22 of 22 days" in told
        assert len(made.newest(VERA).words.photos) == 1


async def test_many_reviews_have_to_wait_as_pictures_do(tmp_path: Path) -> None:
    """A review is worked out and drawn: one at a time, and a dozen within ten minutes."""
    async with world(tmp_path) as made:
        await one_day(made)
        made.later(minutes=11)
        await made.front.handle(made.request(VERA, Command("review")))
        await made.front.handle(made.request(VERA, Command("review")))
        told = [row.words.plain for row in made.deliver()]
        assert [("still on its way" in words) for words in told] == [False, True]
        for _ in range(BURST - 1):
            assert "Review of 30 days" in (await made.send(VERA, "/review"))[0]
        assert "in a few minutes" in (await made.send(VERA, "/review"))[0]
        assert "Review of 30 days" in (await made.send(ANN, "/review"))[0]


def test_shown_is_beyond_chance() -> None:
    """The sample that these tests call proved leaves zero out, the other one does not."""
    assert SHOWN.low > 0 > OPEN.low
