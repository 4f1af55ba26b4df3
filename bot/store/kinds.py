"""The kinds of journal entries that the store writes by itself, with what each payload holds.

Workflows add kinds of their own (``halt.set``, ``chat.refused`` ...); the names here are taken.
Numbers stand in payloads as texts, instants as ISO 8601 in UTC.

=========================  =====================================================================
kind                       payload
=========================  =====================================================================
``decision.made``          decision_id, snapshot_digest, policy_digest, state_digest,
                           decision_digest (younger than the rest), engine_version, decided_at,
                           occasion, verdict, gate (where it ended), codes (code and subject, in
                           order), value and weights (by asset)
``policy.used``            policy_digest, quote, targets
``proposal.drafted``       proposal_id, decision_id, plan_digest, tier, expires_at, reshows, trades
``proposal.<outcome>``     proposal_id, decision_id, plan_digest, tier, note; the outcomes are
                           shown approved rejected expired superseded withdrawn rechecked
                           executing done partial failed
``proposal.first_tap``     the same; a person began a two-step approval
``proposal.renewed``       the same; older buttons are dead
``proposal.noted``         the same; a person gave a reason
``order.intended``         client_id, proposal_id, leg, attempt, asset, side, quantity, limit_price
``order.<outcome>``        client_id, proposal_id, leg, attempt, venue_id, note; the outcomes are
                           sending acknowledged rejected unknown filled partly_filled cancelled
                           absent
``fill.booked``            fill_id, client_id, proposal_id, asset, side, quantity, price, notional,
                           fee, fee_asset, executed_at
``shortfall.measured``     proposal_id, leg, asset, side, ended_at, wanted, filled, paid,
                           decided_price, approved_price, ended_price, is_end_fresh, delay,
                           execution, fees, unfilled, predicted
``flow.booked``            flow_id, asset, kind, amount, value, occurred_at, reference
``readings.received``      known_at, counts (of new values by kind, asset, source), digest of them;
                           without new values there is no entry
``withheld.kept``          decision_id, pause_on, plan_digest, cost, trades
``withheld.marked``        decision_id, days, gained
``books.marked``           day, decision_id, is_first, values and flows (by book), digest of the
                           day, books (digests of the shadow books after it)
``books.restored``         days (how many were made again, each as it was witnessed)
``books.begun_anew``       why; what was marked before counts no more
``message.failed``         outbox_id, chat_id, key, reason
``message.unsure``         outbox_id, chat_id, key; it may have arrived, twice tried
=========================  =====================================================================
"""

from typing import Final

from core.lifecycle import OrderEvent, ProposalEvent

STORE_ACTOR: Final = "engine"
"""Who acts when the program does, and no person."""

DECISION_MADE: Final = "decision.made"
POLICY_USED: Final = "policy.used"
PROPOSAL_DRAFTED: Final = "proposal.drafted"
PROPOSAL_APPROVED: Final = "proposal.approved"
PROPOSAL_EXECUTING: Final = "proposal.executing"
PROPOSAL_FIRST_TAP: Final = "proposal.first_tap"
PROPOSAL_RENEWED: Final = "proposal.renewed"
PROPOSAL_NOTED: Final = "proposal.noted"
ORDER_INTENDED: Final = "order.intended"
FILL_BOOKED: Final = "fill.booked"
SHORTFALL_MEASURED: Final = "shortfall.measured"
FLOW_BOOKED: Final = "flow.booked"
READINGS_RECEIVED: Final = "readings.received"
WITHHELD_KEPT: Final = "withheld.kept"
WITHHELD_MARKED: Final = "withheld.marked"
BOOKS_MARKED: Final = "books.marked"
BOOKS_RESTORED: Final = "books.restored"
BOOKS_BEGUN_ANEW: Final = "books.begun_anew"
MESSAGE_FAILED: Final = "message.failed"
MESSAGE_UNSURE: Final = "message.unsure"

PROPOSAL_KINDS: Final[dict[ProposalEvent, str]] = {
    ProposalEvent.SHOW: "proposal.shown",
    ProposalEvent.APPROVE: PROPOSAL_APPROVED,
    ProposalEvent.REJECT: "proposal.rejected",
    ProposalEvent.EXPIRE: "proposal.expired",
    ProposalEvent.SUPERSEDE: "proposal.superseded",
    ProposalEvent.WITHDRAW: "proposal.withdrawn",
    ProposalEvent.RECHECK: "proposal.rechecked",
    ProposalEvent.EXECUTE: PROPOSAL_EXECUTING,
    ProposalEvent.FINISH: "proposal.done",
    ProposalEvent.FINISH_PARTLY: "proposal.partial",
    ProposalEvent.FAIL: "proposal.failed",
}

ORDER_KINDS: Final[dict[OrderEvent, str]] = {
    OrderEvent.SEND: "order.sending",
    OrderEvent.ACKNOWLEDGE: "order.acknowledged",
    OrderEvent.REJECT: "order.rejected",
    OrderEvent.LOSE_SIGHT: "order.unknown",
    OrderEvent.FILL: "order.filled",
    OrderEvent.FILL_PARTLY: "order.partly_filled",
    OrderEvent.CANCEL: "order.cancelled",
    OrderEvent.FIND_ABSENT: "order.absent",
}
