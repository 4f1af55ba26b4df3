"""``/ask``: answers from the records, each with the names of the records it rests on."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.chat.commands.questions import BURST
from bot.explain.template import TemplateNarrator
from bot.explain.wording import LANGUAGES, wording_of
from bot.ports.messages import Explanation
from core.domain.asked import Cause, Intent, Subject
from core.domain.portfolio import Flow, FlowKind
from core.domain.units import Money
from core.facts import FactTable
from tests.chat.test_deciding import GENEROUS
from tests.chat.world import ANN, BERLIN, CALM, EVE, VERA, World, world
from tests.store.samples import d


@pytest.fixture
async def fortnight(tmp_path: Path) -> AsyncIterator[World]:
    """Two weeks: a plan that was carried out, quiet days, two days paused, and an open plan."""
    async with world(tmp_path, approval=GENEROUS) as made:
        await made.trade_first()
        for day in range(12):
            made.later(days=1)
            if day == 5:
                await made.send(ANN, "/pause")
            if day == 7:
                await made.send(ANN, "/resume")
            if day == 8:
                made.market.move("BTC", "1.9")
            await made.look_daily()
        made.deliver()
        made.later(hours=6)
        yield made


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[World]:
    """One look, inside all bands."""
    async with world(tmp_path, *CALM, cash="10000 -> 20") as made:
        await made.look_daily()
        yield made


async def ask(made: World, question: str, person: str = VERA) -> str:
    """Ask, and return the answer as plain text."""
    (words,) = await made.send(person, f"/ask {question}")
    return words


def records_in(words: str) -> list[str]:
    """Return the records that an answer names on its last line."""
    last = words.splitlines()[-1]
    assert last.startswith("Records: ")
    return last.removeprefix("Records: ").split(", ")


# ------------------------------------------------------------------------------- what is answered


async def test_why_nothing_was_sold_last_week(fortnight: World) -> None:
    """Days are counted by what the daily look came to, and the coin's own standing is told."""
    words = await ask(fortnight, "why didn't you sell ETH last week?")
    assert words.startswith("Why nothing was traded · ETH · 2 Mar to 8 Mar\n")
    assert "The daily looks of 7 days tell this." in words
    assert "On 5 days all assets were inside their bands." in words
    assert "On 1 day there was a proposal." in words
    assert "ETH at 22.0 %, 8.0 points below its target of 30.0 % and 2.0 points above" in words
    assert "was carried out." in words
    kinds = [name.split()[0] for name in records_in(words)]
    assert kinds == ["decision", "proposal", "journal"]


async def test_days_that_all_came_to_the_same(fortnight: World) -> None:
    """Days that came to one and the same are counted as well, and not told as one day."""
    words = await ask(fortnight, "why didn't you sell ETH from 4 March to 7 March?")
    assert "The daily looks of 4 days tell this." in words
    assert "On 4 days all assets were inside their bands." in words
    assert "now" not in words


async def test_a_span_beyond_the_reach(fortnight: World) -> None:
    """Where a question reaches further back than answers do, the answer says so."""
    words = await ask(fortnight, "what did trading cost since 1 March 2025?")
    assert words.startswith("What trading cost · 15 Dec 2025 to today\n")
    assert "I answer from the records of the last 90 days." in words


async def test_why_nothing_is_traded_now(fortnight: World) -> None:
    """Without a time the newest look answers, with the moment it was made."""
    words = await ask(fortnight, "why aren't you trading?")
    assert words.startswith("Why nothing was traded\n")
    assert "As of today 01:06:" in words
    assert "is still open, and there is one at a time." in words
    assert words.count("points above") == 1


async def test_a_coin_inside_its_band_is_not_told_as_outside(quiet: World) -> None:
    """Asked about a coin inside its band, nothing is said of it that holds for others only."""
    words = await ask(quiet, "why didn't you sell BTC today?")
    assert "Nothing to do. All assets are inside their bands." in words
    assert "past" not in words
    assert "BTC stood at 50.6 %, 0.6 points above its target" in words


async def test_why_something_was_sold(fortnight: World) -> None:
    """A plan is told with what set it off, what it traded, and what became of it."""
    words = await ask(fortnight, "why did you sell BTC on 3 March?")
    assert "As of Tue 3 Mar 01:06, BTC stood 11.9 points above its target" in words
    assert re.search(
        r"The plan was to sell 0.03\d+ BTC and buy 0.62089 ETH, for about \$26\.", words
    )
    assert re.search(r"Proposal \w{8} was carried out", words)
    assert [name.split()[0] for name in records_in(words)] == ["decision", "proposal"]


async def test_pauses_on_days(fortnight: World) -> None:
    """Asked about a span, the days of a pause are counted and its maker is told."""
    words = await ask(fortnight, "were you paused this week? was it paused?")
    assert "On 2 days proposals were paused by hand." in words
    words = await ask(fortnight, "why were you paused last week?")
    assert "On none of these days was anything paused or halted." in words


async def test_a_pause_since_the_last_look(fortnight: World) -> None:
    """A pause that began after the last look is told, and one that has ended since is not."""
    assert "Nothing was paused or halted." in await ask(fortnight, "why are you paused?")
    await fortnight.send(ANN, "/pause")
    words = await ask(fortnight, "why are you paused?")
    assert "paused proposals today 07:06" in words
    fortnight.later(days=1)
    await fortnight.look_daily()
    await fortnight.send(ANN, "/resume")
    assert "paused proposals" not in await ask(fortnight, "why are you paused?")
    await fortnight.send(ANN, "/halt a drill")
    assert "halted since today 07:06: a drill" in await ask(fortnight, "why are you halted?")


async def test_the_reader_is_called_you(fortnight: World) -> None:
    """What the reader did reads as theirs, in a decision, since then, and of a plan."""
    await fortnight.send(ANN, "/pause")
    for question in ("why are you paused?", "why aren't you trading?"):
        assert "\nYou paused proposals today 07:06." in await ask(fortnight, question, ANN)
        assert "\nPerson 7 paused proposals today 07:06." in await ask(fortnight, question)
    fortnight.later(days=1)
    await fortnight.look_daily()
    assert "\nYou paused proposals yesterday" in await ask(fortnight, "why paused?", ANN)


async def test_what_trading_cost(fortnight: World) -> None:
    """Fees and slippage of a span are summed from what was measured, for all or for one coin."""
    words = await ask(fortnight, "what did trading cost this month?")
    assert "One plan was carried out. It cost $26.13 in all: $24.30 in fees" in words
    one = await ask(fortnight, "what did BTC trading cost this month?")
    assert "It cost $14.91 in all" in one
    none = await ask(fortnight, "what did trading cost this week?")
    assert "No plan was carried out in that time, so trading cost nothing." in none


async def test_flows_are_no_profit(fortnight: World) -> None:
    """Money that came in between is told apart and taken out of the difference."""
    deposit = Flow("d1", fortnight.desk.policy.quote, FlowKind.DEPOSIT, d("1000"), Money(d("1000")),
                   fortnight.clock.now())  # fmt: skip
    before = await ask(fortnight, "how did we do since 3 March?")
    assert "That is about $24,572 more. Nothing came in or went out between." in before
    with fortnight.desk.store.transaction() as tx:
        tx.flows.add([deposit], at=fortnight.clock.now())
    fortnight.later(days=1)
    await fortnight.look_daily()
    after = await ask(fortnight, "how did we do since 3 March?")
    assert "$1,000 of new money came in between." in after
    assert "Without what came in or went out, that is about $23,572 more." in after
    assert "This compares before and after: prices and trades together." in after


async def test_a_flow_without_a_price(fortnight: World) -> None:
    """Where something came in that nobody could price, the difference is not told."""
    reward = Flow("r1", fortnight.desk.policy.risk_assets[0], FlowKind.REWARD, d("1"), None,
                  fortnight.clock.now())  # fmt: skip
    with fortnight.desk.store.transaction() as tx:
        tx.flows.add([reward], at=fortnight.clock.now())
    fortnight.later(days=1)
    await fortnight.look_daily()
    words = await ask(fortnight, "how did we do since 3 March?")
    assert "had no price, so the rest cannot be told." in words
    assert "more." not in words.replace("no more", "")


async def test_what_changed(fortnight: World) -> None:
    """Value, weights and proposals are told before and after."""
    words = await ask(fortnight, "what changed since 3 March?")
    assert "worth $49,720 as of Mon 2 Mar 01:06, and $74,292 as of today 01:06." in words
    assert "BTC went from 61.9 % to 69.9 % of the portfolio." in words
    assert "1 carried out" in words


async def test_the_market(quiet: World) -> None:
    """What is said of the market is what the record says."""
    words = await ask(quiet, "what is the market doing?")
    assert "As of today 01:06:" in words
    assert "What the market is doing is not known yet" in words


@pytest.mark.parametrize("subject", list(Subject))
@pytest.mark.parametrize("language", LANGUAGES)
def test_fixed_texts_exist(language: str, subject: Subject) -> None:
    """Every part of how things work has a text in every language, and so has every heading."""
    sentences = wording_of(language).SENTENCES
    assert sentences[f"answer.how.{subject.value}"]
    assert all(sentences[f"answer.head.{intent.value}"] for intent in Intent)
    assert all(sentences[f"answer.days.{cause.value}"] for cause in Cause)


async def test_fixed_texts_come_from_no_record(quiet: World) -> None:
    """Taxes and how things work have texts without figures, and say that no record is behind."""
    for question in ("how much tax do I owe?", "how do the bands work?"):
        words = await ask(quiet, question)
        assert words.endswith("Records: none, this text is always the same")
        assert not re.search(r"\d", words)


# --------------------------------------------------------------------------- what is not answered


@pytest.mark.parametrize(
    "question",
    ["why did you sell ETH on 3 March 2025?", "why did you sell BTC last month?",
     "what happened in January?", "why were you paused in January?", "what did it cost in January"],
)  # fmt: skip
async def test_no_record(quiet: World, question: str) -> None:
    """Where there is no record there is no answer, in plain words and without a figure."""
    words = await ask(quiet, question)
    assert "I have no record of that." in words
    assert "Records:" not in words


async def test_a_bot_without_records(tmp_path: Path) -> None:
    """Before the first look nothing is known, and nothing fails."""
    async with world(tmp_path) as made:
        for question in (
            "why no trades?",
            "what changed?",
            "why paused",
            "fees?",
            "how am i doing",
        ):
            assert "I have no record of that." in await ask(made, question)


@pytest.mark.parametrize("question", ["should I sell?", "will BTC rise?", "sell it", "asdf"])
async def test_what_is_not_done_here(quiet: World, question: str) -> None:
    """Advice, prices to come and orders get three examples and the way to /status; nothing else."""
    before = quiet.live
    words = await ask(quiet, question, ANN)
    assert words.startswith("What you can ask\n")
    assert "are not to be had here. /status shows how things stand." in words
    assert words.count("/ask ") == 3
    assert quiet.live == before


async def test_without_a_question(quiet: World) -> None:
    """The bare command shows what can be asked."""
    (words,) = await quiet.send(VERA, "/ask")
    assert words.count("/ask ") == 3


async def test_a_stranger_learns_nothing(quiet: World) -> None:
    """Who is not known gets no answer at all."""
    assert await quiet.send(EVE, "/ask what changed?") == []


async def test_too_many_questions(quiet: World) -> None:
    """A person may ask a number of questions in a while; then they are asked to wait."""
    for _ in range(BURST):
        assert "Records:" in await ask(quiet, "how do the bands work?")
    assert "many questions in a short time" in await ask(quiet, "how do the bands work?")
    assert "Records:" in await ask(quiet, "how do the bands work?", ANN)
    quiet.later(minutes=11)
    assert "Records:" in await ask(quiet, "how do the bands work?")


# ------------------------------------------------------------------------- what the narrator sees


@dataclass
class Recording:
    """A narrator that keeps the tables it was given, and says what the template says."""

    template: TemplateNarrator
    seen: list[FactTable] = field(default_factory=list)

    async def explain(self, table: FactTable) -> Explanation:
        """Keep the table."""
        self.seen.append(table)
        return await self.template.explain(table)

    def plainly(self, table: FactTable) -> Explanation:
        """Keep the table."""
        self.seen.append(table)
        return self.template.plainly(table)


QUESTIONS = {
    "why xylophone didn't you zebra sell ETH quokka last week?": Intent.WHY_NO_TRADE,
    "why quokka did you zebra sell BTC xylophone?": Intent.WHY_TRADE,
    "zebra xylophone why are you paused quokka": Intent.WHY_PAUSED,
    "what quokka changed zebra this week xylophone": Intent.WHAT_CHANGED,
}


async def test_the_narrator_sees_facts_and_no_question(fortnight: World) -> None:
    """Of a question nothing arrives at the narrator but its kind and its coin."""
    narrator = Recording(TemplateNarrator(clock=fortnight.clock, zone=BERLIN))
    fortnight.desk = replace(fortnight.desk, narrator=narrator)
    fortnight.front = fortnight._door()  # noqa: SLF001  # the door of another desk
    for question, intent in QUESTIONS.items():
        await ask(fortnight, question)
        table = narrator.seen.pop()
        assert table.topic == "answer"
        about = table.find("about")
        assert about is not None
        assert about.value == intent
        seen = repr(table).lower()
        for word in ("xylophone", "zebra", "quokka", "last week", "didn"):
            assert word not in seen


async def test_answers_in_german(fortnight: World) -> None:
    """A German question in a German chat is answered in German."""
    german = TemplateNarrator(clock=fortnight.clock, zone=BERLIN, wording=wording_of("de"))
    audience = replace(fortnight.desk.audience, language="de")
    fortnight.desk = replace(fortnight.desk, narrator=german, audience=audience)
    fortnight.front = fortnight._door()  # noqa: SLF001  # the door of another desk
    words = await ask(fortnight, "Warum hast du ETH letzte Woche nicht verkauft?")
    assert words.startswith("Warum nichts gehandelt wurde · ETH · 2. März bis 8. März")
    assert "5 Tage" in words
    assert words.splitlines()[-1].startswith("Einträge: Entscheidung ")
