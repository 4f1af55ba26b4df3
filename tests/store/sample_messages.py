"""One message of every kind, about the day in ``tests.store.samples``."""

from dataclasses import replace

from bot.ports.mail import Outgoing
from bot.ports.messages import (
    Answer,
    Card,
    CardUpdate,
    DataAge,
    Digest,
    Explanation,
    Message,
    MessageType,
    Mode,
    Notice,
    NoticeCode,
    Reconciliation,
    Report,
    SecondCard,
    Untouched,
)
from core.domain.proposal import ProposalState
from core.domain.units import Money, Quantity
from tests.store.samples import (
    AT,
    BTC,
    ETH,
    NONCE,
    STANDINGS,
    STATE,
    USD,
    d,
    decision,
    fill,
    flow,
    hashed,
    hours,
    orders,
    proposal,
)

_WORDS = Explanation(("BTC stands 12.0 points above its target.",), "template", hashed("facts"))


def messages() -> tuple[Message, ...]:
    """Return one message of every kind, every field filled."""
    shown = replace(
        proposal(), state=ProposalState.PROPOSED, first_tap_by="ada", first_tap_at=AT, note="später"
    )
    legs = orders()
    fills = (fill(legs[0]),)
    card = Card(
        Mode.PAPER,
        USD,
        shown,
        STANDINGS,
        _WORDS,
        (Untouched("cold", BTC, Quantity(d("0.05"))),),
        moved=True,
    )
    return (
        card,
        SecondCard(Mode.LIVE, USD, shown),
        CardUpdate(card, shown, legs, fills),
        Report(Mode.PAPER, USD, shown, legs, fills, _WORDS),
        Digest(
            mode=Mode.WATCH,
            quote=USD,
            since=AT - hours(24),
            at=AT,
            decisions=(decision(1), decision(2, trades=False)),
            proposals=(shown,),
            flows=(flow(), replace(flow(2), value=None)),
            costs=Money(d("27.33")),
            unexplained=(Reconciliation(ETH, Quantity(d("2.1")), Quantity(d("2.2"))),),
            ages=(DataAge("quotes", AT), DataAge("fear and greed", None)),
            state=STATE,
            journal_seq=12,
            journal_head=hashed("head"),
            explanation=_WORDS,
        ),
        Notice(Mode.PAPER, NoticeCode.PAUSED, "7f3k9q2m", (("until", "21:00"),)),
        Answer("Plan", ("now goal", "nothing to do"), (0,)),
    )


def outgoing(key: str, *, chat: str = "42", message: Message | None = None) -> Outgoing:
    """Return a message for a chat, not stored yet."""
    return Outgoing(
        outbox_id=0,
        chat_id=chat,
        key=key,
        type=MessageType.CARD,
        message=message or messages()[-1],
        silent=False,
        created_at=AT,
        nonce=NONCE,
    )
