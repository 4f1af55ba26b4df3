"""A span of decisions and proposals -> the facts of the daily summary."""

from collections.abc import Iterator, Sequence

from core.domain.decision import Decision, NoTrade
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import Proposal, ProposalState
from core.domain.units import ZERO, Asset, exact
from core.facts.decision import codes_of, head_rows, no_trade_rows
from core.facts.table import FactTable, Row, Unit, row, table_of

_WAITING = frozenset(
    {
        ProposalState.DRAFT,
        ProposalState.PROPOSED,
        ProposalState.APPROVED,
        ProposalState.RECHECKED,
        ProposalState.EXECUTING,
    }
)
_FLOWS = {
    FlowKind.DEPOSIT: "deposits",
    FlowKind.WITHDRAWAL: "withdrawals",
    FlowKind.REWARD: "rewards",
}


@exact
def digest_facts(
    decisions: Sequence[Decision],
    proposals: Sequence[Proposal] = (),
    flows: Sequence[Flow] = (),
    *,
    quote: Asset,
) -> FactTable:
    """Return what a day came to: where things stand, what happened, what did not and why.

    Args:
        decisions: the decisions of the span, newest last; the last one speaks.
        proposals: the proposals that lived in the span, oldest first.
        flows: what came in and went out; those without a known value are left out.
        quote: the currency the money is in.

    Returns:
        A table of topic ``digest``.
    """
    rows: list[Row] = [row("looks", "portfolio", len(decisions), Unit.COUNT, rank=0)]
    codes: tuple[tuple[str, str], ...] = ()
    if decisions:
        latest = decisions[-1]
        codes = codes_of(latest)
        rows += head_rows(latest, quote)
        if isinstance(latest.outcome, NoTrade):
            rows += no_trade_rows(latest, latest.outcome, quote)
    else:
        rows.append(row("quote", "portfolio", quote, Unit.NAME, rank=0))
    return table_of("digest", [*rows, *_proposal_rows(proposals), *_flow_rows(flows)], codes)


def _proposal_rows(proposals: Sequence[Proposal]) -> Iterator[Row]:
    yield row("proposals", "portfolio", len(proposals), Unit.COUNT, rank=0)
    for state in ProposalState:
        count = sum(proposal.state is state for proposal in proposals)
        if count and state not in _WAITING:
            yield row(state.value.lower(), "proposal", count, Unit.COUNT)
    for proposal in proposals:
        if proposal.state in _WAITING:
            yield row("open", "proposal", proposal.proposal_id, Unit.NAME, rank=0)
            expiry = proposal.expires_at
            yield row("time", "proposal", expiry, Unit.INSTANT, rank=0, fact_id="expiry")


def _flow_rows(flows: Sequence[Flow]) -> Iterator[Row]:
    for kind, name in _FLOWS.items():
        total = sum((abs(f.value) for f in flows if f.kind is kind and f.value is not None), ZERO)
        if total:
            yield row(name, "portfolio", total, Unit.MONEY)
