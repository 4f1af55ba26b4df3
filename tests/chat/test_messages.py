"""Messages in words: the card, what came of it, reports, summaries, notices, answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.callbacks import parse_callback
from bot.chat.render.pages import LIMIT, Rendered, units
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button
from bot.clocks import SimulatedClock
from bot.ports.mail import Outgoing
from bot.ports.messages import (
    Answer,
    Card,
    CardUpdate,
    Digest,
    Explanation,
    Message,
    Notice,
    NoticeCode,
    Report,
    SecondCard,
)
from core.domain.market import Side
from core.domain.proposal import OrderState, ProposalState
from core.domain.units import Asset, Money
from tests.chat.world import ANN, BERLIN
from tests.store.sample_messages import messages, outgoing
from tests.store.samples import AT, PLAN, USD, fill, hours, orders, proposal

NONCE = "Zm9vYmFyYmF6cXV4MTIzND"


def render(message: Message, *, after: timedelta = timedelta(), **columns: object) -> Rendered:
    """Return a message in words as Ann gets it, ``after`` so long."""
    renderer = Renderer(clock=SimulatedClock(AT + after), zone=BERLIN, quote=USD)
    sent: Outgoing = replace(outgoing("k", chat=ANN, message=message), nonce="")
    return renderer.render(replace(sent, **columns))  # type: ignore[arg-type]


def sample(kind: type[Message]) -> Message:
    """Return the sample message of a kind."""
    return next(message for message in messages() if isinstance(message, kind))


def card(**changes: object) -> Card:
    """Return the sample card, waiting, prices unmoved."""
    made = sample(Card)
    assert isinstance(made, Card)
    waiting = replace(made, moved=False, proposal=replace(made.proposal, note=""))
    return replace(waiting, **changes)  # type: ignore[arg-type]


def update(state: ProposalState, **changes: object) -> CardUpdate:
    """Return the sample card with an outcome."""
    ended = replace(card().proposal, state=state, **changes)  # type: ignore[arg-type]
    return CardUpdate(card(), ended, (), ())


def test_the_card_reads_as_designed() -> None:
    """Heading, headline, table, legs, cost, what is untouched, and the words, in this order."""
    assert render(card()).plain.split("\n") == [
        "PAPER · 7f3k9q2m · until 13:05",
        "Trim BTC, add ETH",
        "",
        "      now goal band  after",
        "BTC  62.0   50 42–60  55.0 ▼",
        "ETH  22.0   30 22–40  27.2 ▲",
        "USD  16.0   20 12–30  17.8",
        "",
        "SELL 0.03195 BTC            $3,514",
        "  at 108,900 or more",
        "BUY 0.62 ETH                $2,604",
        "  at 4,241.7475 or less",
        "",
        "Cost about $27 · no tax rules set",
        "Untouched: 0.05 BTC cold",
        "",
        "BTC stands 12.0 points above its target.",
    ]


def test_the_cards_html_is_the_same_in_tags() -> None:
    """Telegram gets the headline in bold and the tables in fixed width."""
    (page,) = render(card()).pages
    assert "<b>Trim BTC, add ETH</b>" in page
    assert page.count("<pre>") == page.count("</pre>") == 1


def test_the_expiry_names_its_day_unless_it_is_today() -> None:
    """A card that holds beyond midnight says so in local time."""
    late = replace(card().proposal, expires_at=AT + hours(23))
    assert "until tomorrow 00:05" in render(card(proposal=late)).plain


def test_buttons_come_with_the_secret_only() -> None:
    """Two rows of two buttons, each carrying the proposal and the secret; none without it."""
    rows = render(card(), nonce=NONCE).rows
    presses = [[parse_callback(data) for _, data in row] for row in rows]
    assert [[p.button for p in row if p] for row in presses] == [
        [Button.APPROVE, Button.REJECT],
        [Button.DETAILS, Button.LATER],
    ]
    assert {p.proposal_id for row in presses for p in row if p} == {"7f3k9q2m"}
    assert render(card()).rows == ()


def test_approve_and_reject_have_equal_weight() -> None:
    """They stand side by side, in words of the same kind, without a mark on either."""
    assert [label for label, _ in render(card(), nonce=NONCE).rows[0]] == ["Approve", "Reject"]


def test_moved_prices_are_said_first() -> None:
    """A card that is shown again because prices moved begins with that."""
    assert render(card(moved=True)).plain.startswith(f"{ENGLISH.say('card.moved')}\n")


@pytest.mark.parametrize("message", messages(), ids=lambda message: type(message).__name__)
def test_a_copy_says_that_it_is_one(message: Message) -> None:
    """A message that may have arrived before is marked, whatever its kind."""
    assert " (repeated)" in render(message, repeated=True).plain
    assert "(repeated)" not in render(message).plain


@pytest.mark.parametrize("message", messages(), ids=lambda message: type(message).__name__)
def test_every_header_names_the_mode(message: Message) -> None:
    """Cards, reports, summaries and notices say whether the money is real."""
    if not isinstance(message, Answer):
        words = render(message).plain
        assert any(f"{mode} · " in words for mode in ("PAPER", "WATCH", "LIVE"))


def test_the_second_card_names_the_largest_order() -> None:
    """The second step asks about the largest leg and lists the others."""
    second = SecondCard(card().mode, USD, card().proposal)
    words = render(second, nonce=NONCE)
    assert "SELL 0.03195 BTC for about $3,514?" in words.plain
    assert "largest of 2 orders" in words.plain
    assert [label for label, _ in words.rows[0]] == ["Confirm", "Reject"]


def test_a_single_order_is_not_called_the_largest() -> None:
    """With one leg the second card says that it is the only one."""
    plan = replace(PLAN, trades=PLAN.trades[:1])
    second = SecondCard(card().mode, USD, replace(card().proposal, plan=plan))
    assert "It is the only order of this plan." in render(second).plain


@pytest.mark.parametrize("state", sorted(set(ProposalState) - {ProposalState.DRAFT}))
def test_every_outcome_is_told_on_the_card(state: ProposalState) -> None:
    """Whatever became of a proposal, its card keeps the plan, loses the buttons, and says it."""
    made = update(state, decided_by=ANN, decided_at=AT + hours(1), note="")
    words = render(made, nonce=NONCE, edits="card:7f3k9q2m:0")
    assert words.rows == ()
    assert words.plain.endswith(words.news)
    assert len(words.news) > 20
    assert "SELL 0.03195 BTC" in words.plain


@pytest.mark.parametrize(
    "state",
    [
        ProposalState.REJECTED,
        ProposalState.EXPIRED,
        ProposalState.SUPERSEDED,
        ProposalState.WITHDRAWN,
    ],
)
def test_what_was_not_traded_is_said_to_be_so(state: ProposalState) -> None:
    """A proposal that ended without an order says that nothing was traded."""
    assert "othing was traded" in render(update(state)).news


def test_who_decided_is_you_or_the_other_person() -> None:
    """The reader's own decision reads "you"; somebody else's names them."""
    made = update(ProposalState.REJECTED, decided_by=ANN, decided_at=AT)
    assert "by you" in render(made).news
    assert "by you" not in render(made, chat_id="8").news


def test_a_card_that_is_shown_again_points_to_the_new_one() -> None:
    """The old copy says where the living buttons are."""
    assert render(update(ProposalState.PROPOSED)).news == ENGLISH.say("card.newer_below")


def test_fills_are_told_on_the_card() -> None:
    """What was traded stands below the outcome; of an ended card the report tells it anew."""
    legs = orders()
    made = replace(update(ProposalState.EXECUTING), orders=legs, fills=(fill(legs[0]),))
    assert "SOLD 0.01 BTC at 110,000  $1,100" in render(made).news
    ended = render(replace(update(ProposalState.DONE), orders=legs, fills=made.fills))
    assert "SOLD 0.01 BTC at 110,000  $1,100" in ended.plain
    assert ended.news == "Proposal 7f3k9q2m was carried out."


def test_a_report_tells_what_was_traded_and_the_fees() -> None:
    """The report shows fills with average prices, the fees, and the words."""
    report = sample(Report)
    assert isinstance(report, Report)
    done = replace(report, proposal=replace(report.proposal, state=ProposalState.DONE))
    words = render(done).plain
    assert words.startswith("PAPER · 7f3k9q2m · carried out\nSold BTC")
    assert "Fees $4.40" in words


def test_a_summary_of_more_than_a_day_says_of_how_many() -> None:
    """Whoever gets it on Sundays alone does not read of a daily one."""
    digest = sample(Digest)
    assert isinstance(digest, Digest)
    weekly = replace(digest, since=digest.at - timedelta(days=7))
    assert "Summary of 7 days" in render(weekly).plain
    assert "Daily summary" in render(replace(digest, since=digest.at - timedelta(days=1))).plain


def test_a_report_without_fills_says_that_nothing_was_traded() -> None:
    """A failed execution is told plainly."""
    report = sample(Report)
    assert isinstance(report, Report)
    failed = replace(report.proposal, state=ProposalState.FAILED)
    assert "Nothing was traded" in render(replace(report, proposal=failed, fills=())).plain


def test_fees_in_several_coins_are_listed() -> None:
    """A fee taken in a coin is told in that coin."""
    report = sample(Report)
    assert isinstance(report, Report)
    legs = orders()
    in_coin = replace(fill(legs[1]), fee=Money(Decimal("0.0004")), fee_asset=Asset("ETH"))
    words = render(replace(report, fills=(fill(legs[0]), in_coin))).plain
    assert "Fees $4.40 and 0.0004 ETH" in words
    assert "Sold BTC, bought ETH" in words


def test_the_digest_witnesses_the_journal() -> None:
    """The daily summary carries the journal's end, costs, ages and what does not reconcile."""
    digest = sample(Digest)
    assert isinstance(digest, Digest)
    words = render(digest).plain
    assert f"Journal: entry 12, {digest.journal_head[:12]}" in words
    assert "Costs so far: $27.33" in words
    assert "ETH: 0.1 more than the books say" in words
    assert "Missing: fear and greed" in words
    assert "BTC  62.0" in words


def test_a_digest_without_a_look_is_still_a_heartbeat() -> None:
    """With no decision at all the summary arrives and says how the bot stands."""
    digest = sample(Digest)
    assert isinstance(digest, Digest)
    words = render(replace(digest, decisions=(), unexplained=(), ages=())).plain
    assert "Daily summary" in words
    assert "Every balance is explained." in words


def test_a_long_digest_leaves_the_oldest_rows_out() -> None:
    """Forty proposals do not fill four screens; how many are left out is said."""
    digest = sample(Digest)
    assert isinstance(digest, Digest)
    many = tuple(replace(proposal(f"{n:08}"), state=ProposalState.EXPIRED) for n in range(40))
    words = render(replace(digest, proposals=many)).plain
    assert "30 earlier ones" in words
    assert "00000039" in words
    assert "00000029" not in words


@pytest.mark.parametrize("code", NoticeCode)
def test_every_notice_has_words(code: NoticeCode) -> None:
    """Each code is told, with few values or none."""
    words = render(Notice(card().mode, code, "7f3k9q2m")).plain
    assert len(words) > 20
    assert "{" not in words


def test_the_resume_question_has_its_button() -> None:
    """The notice that asks for a second tap carries the button, others never do."""
    asked = Notice(card().mode, NoticeCode.RESUME_CONFIRM)
    assert [label for label, _ in render(asked, nonce=NONCE).rows[0]] == ["Resume anyway"]
    assert render(replace(asked, code=NoticeCode.PAUSED), nonce=NONCE).rows == ()


def test_what_people_wrote_cannot_become_markup() -> None:
    """A reason with angle brackets arrives as it was typed."""
    made = update(ProposalState.REJECTED, decided_by="8", decided_at=AT, note="<b>no</b> & never")
    (page,) = render(made).pages
    assert "<b>no" not in page
    assert "&lt;b&gt;no&lt;/b&gt; &amp; never" in page


def test_an_answers_tables_are_of_fixed_width() -> None:
    """A block that is named as a table is sent as one."""
    (page,) = render(Answer("Plan", ("now goal", "nothing to do"), (0,))).pages
    assert page == "<b>Plan</b>\n\n<pre>now goal</pre>\nnothing to do"


@given(st.integers(1, 40), st.text(max_size=700))
def test_a_card_of_many_assets_stays_within_the_limit(count: int, words: str) -> None:
    """Up to forty assets and a full explanation: each page fits Telegram."""
    names = [Asset(f"COIN{n:04}") for n in range(count)]
    first = card().standings[0]
    rows = tuple(replace(first, asset=name) for name in names)
    trades = tuple(
        replace(PLAN.trades[0], asset=name, side=Side.BUY if n % 2 else Side.SELL)
        for n, name in enumerate(names)
    )
    plan = replace(PLAN, trades=trades, weights_after=tuple((name, first.weight) for name in names))
    made = card(
        standings=rows,
        proposal=replace(card().proposal, plan=plan),
        explanation=Explanation((words,), "template", ""),
    )
    assert all(units(page) <= LIMIT for page in render(made).pages)


def test_ten_assets_are_one_page() -> None:
    """A usual portfolio's card is a single message, so its buttons stand right below it."""
    names = [Asset(f"COIN{n:04}") for n in range(10)]
    rows = tuple(replace(card().standings[0], asset=name) for name in names)
    trades = tuple(replace(PLAN.trades[0], asset=name) for name in names)
    plan = replace(PLAN, trades=trades)
    made = card(standings=rows, proposal=replace(card().proposal, plan=plan))
    assert len(render(made).pages) == 1


def headlines() -> Sequence[tuple[str, dict[str, object]]]:
    """Return headlines and the plans they belong to."""
    sell, buy = PLAN.trades
    gone = (("BTC", Decimal(0)), ("ETH", Decimal("0.5")))
    return (
        ("Trim BTC, add ETH", {}),
        ("Buy ETH", {"trades": (buy,)}),
        ("Trim BTC", {"trades": (sell,)}),
        ("Sell BTC, add ETH", {"weights_after": gone}),
        ("Buy ETH", {"trades": (buy,), "first_funding": True}),
    )


@pytest.mark.parametrize(("words", "changes"), headlines())
def test_the_headline_says_what_happens(words: str, changes: dict[str, object]) -> None:
    """A plan in a few words: what is trimmed or sold, what is added or bought."""
    plan = replace(PLAN, **changes)  # type: ignore[arg-type]
    made = card(proposal=replace(card().proposal, plan=plan))
    assert render(made).plain.split("\n")[1] == words


def test_unsettled_orders_do_not_break_the_card() -> None:
    """A card whose order is unknown still renders."""
    legs = tuple(replace(order, state=OrderState.UNKNOWN) for order in orders())
    assert render(replace(update(ProposalState.EXECUTING), orders=legs)).news
