"""Every kind of message in every state, once in each language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.chat.render.pages import Rendered
from bot.chat.render.renderer import Renderer
from bot.clocks import SimulatedClock
from bot.explain.wording import wording_of
from bot.ports.mail import Outgoing
from bot.ports.messages import (
    Answer,
    Card,
    CardUpdate,
    DataAge,
    Digest,
    Explanation,
    Message,
    Mode,
    Notice,
    NoticeCode,
    Reconciliation,
    Report,
    SecondCard,
    Untouched,
)
from core.domain.market import Side
from core.domain.portfolio import FlowKind
from core.domain.proposal import ProposalState
from core.domain.units import ZERO, Asset, Money, Quantity
from tests.chat.world import ANN, BERLIN
from tests.store.sample_messages import messages, outgoing
from tests.store.samples import AT, BTC, PLAN, USD, fill, flow, hours, orders, proposal

NONCE = "Zm9vYmFyYmF6cXV4MTIzND"
WORDS = Explanation(("§",), "template", "")
"""What a narrator says is the narrator's; here it is a sign."""

VALUES = {
    "by": ANN,
    "why": "gate pause: PAUSED_STRESS",
    "what": "PRICE_STALE ETH, PRICE_STALE BTC",
    "until": (AT + hours(3)).isoformat(),
    "since": (AT - hours(30)).isoformat(),
    "sent_at": (AT - hours(3)).isoformat(),
    "value": "4006.12",
    "asset": "BTC",
    "days": "7",
    "amount": "-0.25",
    "side": "SELL",
    "successor": "9mv1y7e5",
}
OF_CODE = {
    NoticeCode.STRESS_BEGAN: {"why": "price 2, sentiment 1"},
    NoticeCode.FEEDS_SILENT: {"what": "price, flows"},
    NoticeCode.ACCOUNT_PROBLEM: {"why": "§"},
    NoticeCode.POLICY_CHANGED: {"what": "§"},
    NoticeCode.INTERNAL: {"what": "§"},
    NoticeCode.WITHHELD: {"what": "§"},
    NoticeCode.WITHHELD_MARKED: {"what": "§"},
}
VARIANTS = (
    ("kind_of_flow", ("deposit", "withdrawal", "reward", "bought", "sold")),
    ("cause", ("stress",)),
    ("outcome", ("cost", "saved", "even")),
    ("amount", ("0.25",)),
)


def rendered(language: str) -> Iterator[tuple[str, Rendered]]:
    """Yield every message as Ann reads it, with a name."""
    renderer = Renderer(
        clock=SimulatedClock(AT), zone=BERLIN, quote=USD, wording=wording_of(language)
    )
    for name, message in (*_cards(), *_reports(), *_digests(), *_notices()):
        sent: Outgoing = replace(outgoing("k", chat=ANN, message=message), nonce=NONCE)
        yield name, renderer.render(sent)
        yield f"{name}, again", renderer.render(replace(sent, repeated=True))
    lines = tuple("x" * 3000 for _ in range(3))
    yield "pages", renderer.render(outgoing("k", chat=ANN, message=Answer("", lines)))


def _sample(kind: type[Message]) -> Message:
    return next(message for message in messages() if isinstance(message, kind))


def full_card() -> Card:
    """Return the sample card with something of every kind on it."""
    made = _sample(Card)
    assert isinstance(made, Card)
    kinds = ("cold", "staked", "excluded", "reserve")
    untouched = tuple(Untouched(kind, BTC, Quantity(Decimal("0.05"))) for kind in kinds)
    return replace(made, explanation=WORDS, untouched=untouched)


def _cards() -> Iterator[tuple[str, Message]]:
    card = full_card()
    yield "card", card
    yield "card, nothing cold", replace(card, untouched=(), moved=False)
    for number, trades in enumerate((PLAN.trades[:1], PLAN.trades[1:])):
        one = replace(card.proposal, plan=replace(PLAN, trades=trades))
        yield f"second card {number}", SecondCard(Mode.LIVE, USD, one)
        for after in (PLAN.weights_after, ()):
            moved = replace(one, plan=replace(one.plan, weights_after=after))
            yield f"one-sided {number} {len(after)}", replace(card, proposal=moved)
    leaving = replace(card.proposal, plan=replace(PLAN, weights_after=()))
    yield "sold out", replace(card, proposal=leaving)
    yield "second card", SecondCard(Mode.LIVE, USD, card.proposal)
    legs = orders()
    for state in sorted(set(ProposalState) - {ProposalState.DRAFT}):
        ended = replace(card.proposal, state=state, decided_by=ANN, decided_at=AT, note="halted")
        yield f"update {state}", CardUpdate(card, ended, legs, (fill(legs[0]),))
        yield f"second card {state}", SecondCard(Mode.PAPER, USD, ended)


def _reports() -> Iterator[tuple[str, Message]]:
    legs = orders()
    report = _sample(Report)
    assert isinstance(report, Report)
    for state in (ProposalState.DONE, ProposalState.PARTIAL, ProposalState.FAILED):
        ended = replace(report.proposal, state=state)
        made = replace(report, proposal=ended, explanation=WORDS)
        yield f"report {state}", made
        for side in Side:
            of_side = tuple(fill(leg) for leg in legs if leg.side is side)
            yield f"report {state} {side}", replace(made, fills=of_side)
        yield f"report {state}, nothing", replace(made, fills=())


def _digests() -> Iterator[tuple[str, Message]]:
    digest = _sample(Digest)
    assert isinstance(digest, Digest)
    flows = tuple(replace(flow(number), kind=kind) for number, kind in enumerate(FlowKind, 1))
    ages = (DataAge("price BTC", AT), DataAge("unavailable: §", None))
    less = Reconciliation(Asset("ETH"), Quantity(Decimal(2)), Quantity(Decimal(1)))
    full = replace(digest, explanation=WORDS, flows=flows, ages=ages)
    yield "digest", replace(full, unexplained=(*full.unexplained, less))
    yield "digest, bare", replace(full, decisions=(), unexplained=(), proposals=(), flows=())
    yield "digest, week", replace(full, since=digest.at - timedelta(days=7))
    many = tuple(replace(proposal(f"{n:08}"), state=ProposalState.EXPIRED) for n in range(40))
    yield "digest, many", replace(full, proposals=many, costs=Money(ZERO))


def _notices() -> Iterator[tuple[str, Message]]:
    for code in NoticeCode:
        for mode in Mode:
            yield f"{code} {mode}", Notice(mode, code)
        values = VALUES | OF_CODE.get(code, {})
        yield f"{code} full", Notice(Mode.PAPER, code, "7f3k9q2m", tuple(values.items()))
        for name, variants in VARIANTS:
            for variant in variants:
                told = values | {name: variant}
                yield f"{code} {variant}", Notice(Mode.PAPER, code, "", tuple(told.items()))
