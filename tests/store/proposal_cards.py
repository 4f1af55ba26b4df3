"""What every store must do with proposals."""

import json
from datetime import timedelta

import pytest

from bot.ports.records import Claim, Store
from core.domain.errors import StoreConflict
from core.domain.proposal import ProposalState
from core.lifecycle import PROPOSAL_ENDED, PROPOSAL_MOVES, ProposalEvent
from tests.store import samples
from tests.store.arranging import (
    HASH,
    PID,
    add_decision,
    add_proposal,
    bring_proposal,
    payloads,
    undone,
)
from tests.store.samples import AT, hashed, hours


class ProposalCards:
    """Proposals and their claims."""

    def test_proposal_comes_back_equal(self, store: Store) -> None:
        """S20: a proposal comes back as an equal value, and is not live while it is a draft."""
        with store.transaction() as tx:
            draft = add_proposal(tx)
        with store.reading() as tx:
            assert tx.proposals.get(PID) == draft
            assert tx.proposals.get("unknown0") is None
            assert tx.proposals.live() is None
            (entry,) = payloads(tx, "proposal.drafted")
        assert (entry["proposal_id"], entry["plan_digest"]) == (PID, draft.plan_digest)
        assert [trade["quantity"] for trade in entry["trades"]] == ["0.03195", "0.62"]

    def test_proposal_id_is_unique(self, store: Store) -> None:
        """S21: a second proposal of the same id is refused, whatever became of the first."""
        with store.transaction() as tx:
            draft = add_proposal(tx)
            with pytest.raises(StoreConflict, match=PID):
                tx.proposals.add(draft, nonce_hash=HASH, actor="engine")

    def test_one_live_proposal(self, store: Store) -> None:
        """S22: while one proposal is live no other is stored, and no other draft is shown."""
        with store.transaction() as tx:
            add_proposal(tx)
            add_proposal(tx, "second00", number=2)
            bring_proposal(tx, ProposalState.PROPOSED)
            live = tx.proposals.live()
            assert live is not None
            assert live.proposal_id == PID
            with pytest.raises(StoreConflict, match=PID):
                add_proposal(tx, "third000", number=3)
            with pytest.raises(StoreConflict, match="live"):
                tx.proposals.move("second00", ProposalEvent.SHOW, at=AT, actor="engine")
            tx.proposals.move(PID, ProposalEvent.SUPERSEDE, at=AT, actor="engine")
            tx.proposals.move("second00", ProposalEvent.SHOW, at=AT, actor="engine")
            live = tx.proposals.live()
            assert live is not None
            assert live.proposal_id == "second00"

    @pytest.mark.parametrize("state", ProposalState)
    def test_proposal_moves_as_the_life_cycle_says(
        self, store: Store, state: ProposalState
    ) -> None:
        """S23: from every state, legal events move and are journalled, others change nothing."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, state)
        for event in ProposalEvent:
            with undone(store) as tx:
                head = tx.journal.head()
                before = tx.proposals.get(PID)
                if (state, event) not in PROPOSAL_MOVES:
                    with pytest.raises(StoreConflict, match=f"is {state} and cannot {event}"):
                        tx.proposals.move(PID, event, at=AT, actor="ada")
                    assert tx.proposals.get(PID) == before
                    assert tx.journal.head() == head
                    continue
                moved = tx.proposals.move(PID, event, at=AT, actor="ada", note="why not")
                assert moved.state is PROPOSAL_MOVES[state, event]
                assert moved == tx.proposals.get(PID)
                assert (tx.proposals.live() is None) == (moved.state in PROPOSAL_ENDED)
                (entry,) = tx.journal.entries(after=head[0])
                assert (entry.actor, json.loads(entry.payload)["note"]) == ("ada", "why not")

    def test_refused_move_says_how_things_stand(self, store: Store) -> None:
        """S24: a refused move names the proposal's present state, or that there is none."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.REJECTED)
            head = tx.journal.head()
            with pytest.raises(StoreConflict, match=f"{PID} is REJECTED and cannot approve"):
                tx.proposals.move(PID, ProposalEvent.APPROVE, at=AT, actor="ada")
            with pytest.raises(StoreConflict, match="no proposal unknown0"):
                tx.proposals.move("unknown0", ProposalEvent.APPROVE, at=AT, actor="ada")
            assert tx.journal.head() == head

    @pytest.mark.parametrize(
        ("claim", "holds"),
        [
            (Claim(), True),
            (Claim(nonce_hash=HASH), True),
            (Claim(nonce_hash=hashed("other")), False),
            (Claim(nonce_hash=""), False),
            (Claim(confirm_hash=hashed("confirm")), True),
            (Claim(confirm_hash=hashed("other")), False),
            (Claim(confirm_hash=""), False),
            (Claim(unexpired_at=AT + hours(12) - timedelta(milliseconds=1)), True),
            (Claim(unexpired_at=AT + hours(12)), False),
            (Claim(unexpired_at=AT + hours(12) + timedelta(milliseconds=1)), False),
            (Claim(first_tap_by="ada"), True),
            (Claim(first_tap_by="eve"), False),
            (Claim(first_tap_before=AT + timedelta(seconds=3)), True),
            (Claim(first_tap_before=AT + timedelta(seconds=1)), False),
            (Claim(no_first_tap=True), False),
            (Claim(nonce_hash=HASH, first_tap_by="eve"), False),
        ],
    )
    def test_claims_must_match(self, store: Store, claim: Claim, holds: bool) -> None:
        """S25: a move happens only when every field of its claim matches the stored row."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.PROPOSED)
            at = AT + timedelta(seconds=2)
            tx.proposals.tap_first(
                PID, by="ada", at=at, confirm_hash=hashed("confirm"), claim=Claim(no_first_tap=True)
            )
            if holds:
                moved = tx.proposals.move(
                    PID, ProposalEvent.APPROVE, at=at, actor="ada", claim=claim
                )
                assert (moved.state, moved.decided_by, moved.decided_at) == (
                    ProposalState.APPROVED,
                    "ada",
                    at,
                )
                return
            head = tx.journal.head()
            with pytest.raises(StoreConflict, match="is PROPOSED, but "):
                tx.proposals.move(PID, ProposalEvent.APPROVE, at=at, actor="ada", claim=claim)
            unmoved = tx.proposals.get(PID)
            assert unmoved is not None
            assert (unmoved.state, unmoved.decided_by) == (ProposalState.PROPOSED, "")
            assert tx.journal.head() == head

    def test_second_step_needs_a_first(self, store: Store) -> None:
        """S26: before a first tap no claim about one holds, and after it nobody else begins."""
        first = Claim(nonce_hash=HASH, no_first_tap=True, unexpired_at=AT)
        confirm = hashed("confirm")
        with store.transaction() as tx:
            add_proposal(tx)
            with pytest.raises(StoreConflict, match="DRAFT"):
                tx.proposals.tap_first(PID, by="ada", at=AT, confirm_hash=confirm, claim=first)
            bring_proposal(tx, ProposalState.PROPOSED)
            for claim in (
                Claim(first_tap_before=AT + hours(1)),
                Claim(first_tap_by="ada"),
                Claim(confirm_hash=confirm),
            ):
                with pytest.raises(StoreConflict, match="PROPOSED, but"):
                    tx.proposals.move(PID, ProposalEvent.APPROVE, at=AT, actor="ada", claim=claim)
            tapped = tx.proposals.tap_first(PID, by="ada", at=AT, confirm_hash=confirm, claim=first)
            assert (tapped.first_tap_by, tapped.first_tap_at) == ("ada", AT)
            with pytest.raises(StoreConflict, match="began already"):
                tx.proposals.tap_first(PID, by="eve", at=AT, confirm_hash=confirm, claim=first)
            taps = tx.journal.entries(kinds=["proposal.first_tap"])
            assert [entry.actor for entry in taps] == ["ada"]

    def test_renewed_buttons(self, store: Store) -> None:
        """S27: a new nonce kills the older buttons and forgets the first tap."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.PROPOSED)
            tx.proposals.tap_first(
                PID, by="ada", at=AT, confirm_hash=hashed("confirm"), claim=Claim()
            )
            renewed = tx.proposals.renew(PID, nonce_hash=hashed("new"), at=AT)
            assert (renewed.first_tap_by, renewed.first_tap_at) == ("", None)
            for dead in (Claim(nonce_hash=HASH), Claim(confirm_hash=hashed("confirm"))):
                with pytest.raises(StoreConflict):
                    tx.proposals.move(PID, ProposalEvent.APPROVE, at=AT, actor="ada", claim=dead)
            alive = Claim(nonce_hash=hashed("new"), no_first_tap=True)
            tx.proposals.move(PID, ProposalEvent.APPROVE, at=AT, actor="ada", claim=alive)
            with pytest.raises(StoreConflict, match="APPROVED"):
                tx.proposals.renew(PID, nonce_hash=HASH, at=AT)

    def test_noted_reason(self, store: Store) -> None:
        """S28: a person's reason stays with the proposal and in the journal, also after its end."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.REJECTED)
            noted = tx.proposals.note(PID, "too early for me", at=AT, actor="ada")
            assert (noted.note, noted.state) == ("too early for me", ProposalState.REJECTED)
            assert payloads(tx, "proposal.noted")[0]["note"] == "too early for me"
            with pytest.raises(StoreConflict):
                tx.proposals.note("unknown0", "x", at=AT, actor="ada")

    def test_lists_of_proposals(self, store: Store) -> None:
        """S29: proposals are listed by age, by decision and from an instant on."""
        names = ["first000", "second00", "third000"]
        with store.transaction() as tx:
            add_decision(tx, 1)
            add_decision(tx, 2)
            for place, name in enumerate(names):
                draft = samples.proposal(name, number=1 if place < 2 else 2, at=AT + hours(place))
                tx.proposals.add(draft, nonce_hash=HASH, actor="engine")
                bring_proposal(tx, ProposalState.EXPIRED, name)
        with store.reading() as tx:
            decision = samples.decision(1).decision_id
            assert [row.proposal_id for row in tx.proposals.latest(2)] == names[:0:-1]
            assert [row.proposal_id for row in tx.proposals.of_decision(decision)] == names[:2]
            assert [row.proposal_id for row in tx.proposals.since(AT + hours(1))] == names[1:]
