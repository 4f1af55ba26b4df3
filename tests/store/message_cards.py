"""What every store must do with what goes out to the chat and comes in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports.mail import OutboxState
from bot.ports.messages import Message
from bot.ports.records import Store, Transaction
from core.domain.errors import StoreConflict
from tests.store.arranging import payloads
from tests.store.sample_messages import messages, outgoing
from tests.store.samples import AT, NONCE, hours


class OutboxCards:
    """Messages on their way."""

    @pytest.mark.parametrize("message", messages(), ids=lambda value: type(value).__name__)
    def test_message_comes_back_equal(self, store: Store, message: Message) -> None:
        """S50: a message of any kind waits as an equal value."""
        written = replace(
            outgoing("any", message=message), silent=True, force_reply=True, edits="older"
        )
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(written)
        with store.reading() as tx:
            assert tx.outbox.next("42") == replace(written, outbox_id=outbox_id)

    def test_outbox_keeps_the_order_of_a_chat(self, store: Store) -> None:
        """S51: each chat's messages wait in the order they were written, whatever others do."""
        with store.transaction() as tx:
            first, other, second = (
                tx.outbox.add(outgoing(key, chat=chat))
                for key, chat in (("a", "1"), ("a", "2"), ("b", "1"))
            )
            assert list(tx.outbox.chats()) == ["1", "2"]
            assert _next(tx, "1") == first
            tx.outbox.postpone(first, until=AT + hours(1))
            assert _next(tx, "1") == first
            tx.outbox.sent(first, ["m1"], at=AT)
            assert _next(tx, "1") == second
            tx.outbox.fail(second, "blocked by the person", at=AT)
            assert _next(tx, "1") is None
            assert list(tx.outbox.chats()) == ["2"]
            assert _next(tx, "2") == other

    def test_known_key_adds_nothing(self, store: Store) -> None:
        """S52: a key is written once per chat, also after it was delivered."""
        with store.transaction() as tx:
            first = tx.outbox.add(outgoing("a"))
            assert tx.outbox.add(replace(outgoing("a"), silent=True)) == first
            assert tx.outbox.add(outgoing("a", chat="43")) != first
            tx.outbox.sent(first, ["m1"], at=AT)
            assert tx.outbox.add(outgoing("a")) == first
            assert _next(tx, "42") is None

    def test_delivery_blanks_the_nonce(self, store: Store) -> None:
        """S53: the nonce is there until delivery is confirmed, and nowhere after that."""
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(outgoing("a"))
            waiting = tx.outbox.next("42")
            assert waiting is not None
            assert waiting.nonce == NONCE
            tx.outbox.sent(outbox_id, ["m1", "m2"], at=AT)
            found = tx.outbox.find("42", "m2")
            assert found is not None
            assert (found.nonce, found.state, found.attempts) == ("", OutboxState.SENT, 1)
            assert list(tx.outbox.message_ids("42", "a")) == ["m1", "m2"]
            assert list(tx.outbox.message_ids("43", "a")) == []
            assert not tx.outbox.is_ambiguous("42", "a")

    def test_postponed_message(self, store: Store) -> None:
        """S54: a postponed message keeps its nonce, its next time and the number of tries."""
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(outgoing("a"))
            tx.outbox.postpone(outbox_id, until=AT + hours(1))
            tx.outbox.postpone(outbox_id, until=AT + hours(2))
            waiting = tx.outbox.next("42")
        assert waiting is not None
        assert (waiting.not_before, waiting.attempts, waiting.nonce, waiting.repeated) == (
            AT + hours(2),
            2,
            NONCE,
            False,
        )

    def test_unsure_once_is_sent_again(self, store: Store) -> None:
        """S55: a message that may have arrived goes once more, marked, and stays ambiguous."""
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(outgoing("a"))
            tx.outbox.unsure(outbox_id, at=AT, until=AT + hours(1))
            waiting = tx.outbox.next("42")
            assert waiting is not None
            assert (waiting.repeated, waiting.not_before, waiting.nonce) == (
                True,
                AT + hours(1),
                NONCE,
            )
            assert tx.outbox.is_ambiguous("42", "a")
            tx.outbox.sent(outbox_id, ["m1"], at=AT)
            assert tx.outbox.is_ambiguous("42", "a")
            assert not tx.outbox.is_ambiguous("42", "b")

    def test_unsure_twice_is_given_up(self, store: Store) -> None:
        """S56: after the second time nobody knows, the message is never sent again."""
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(outgoing("a"))
            following = tx.outbox.add(outgoing("b"))
            tx.outbox.unsure(outbox_id, at=AT, until=AT)
            tx.outbox.unsure(outbox_id, at=AT, until=AT)
            assert _next(tx, "42") == following
            given_up = tx.outbox.latest("42", "a")
            assert given_up is not None
            assert (given_up.state, given_up.nonce) == (OutboxState.UNSURE, "")
            assert tx.outbox.is_ambiguous("42", "a")
            assert [entry["key"] for entry in payloads(tx, "message.unsure")] == ["a"]

    def test_failed_message(self, store: Store) -> None:
        """S57: a message that cannot be delivered stays, with the reason in the journal."""
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(outgoing("a"))
            tx.outbox.fail(outbox_id, "the person blocked the bot", at=AT)
            failed = tx.outbox.latest("42", "a")
            assert failed is not None
            assert (failed.state, failed.nonce) == (OutboxState.FAILED, "")
            (entry,) = payloads(tx, "message.failed")
        assert entry == {
            "outbox_id": str(outbox_id),
            "chat_id": "42",
            "key": "a",
            "reason": "the person blocked the bot",
        }

    def test_finished_message_does_not_move(self, store: Store) -> None:
        """S58: what is delivered or given up cannot be confirmed, postponed or failed again."""
        with store.transaction() as tx:
            outbox_id = tx.outbox.add(outgoing("a"))
            tx.outbox.sent(outbox_id, ["m1"], at=AT)
            with pytest.raises(StoreConflict):
                tx.outbox.sent(outbox_id, ["m2"], at=AT)
            with pytest.raises(StoreConflict):
                tx.outbox.postpone(outbox_id, until=AT)
            with pytest.raises(StoreConflict):
                tx.outbox.unsure(outbox_id, at=AT, until=AT)
            with pytest.raises(StoreConflict):
                tx.outbox.fail(outbox_id, "no", at=AT)
            with pytest.raises(StoreConflict):
                tx.outbox.sent(outbox_id + 1, ["m2"], at=AT)
            assert list(tx.outbox.message_ids("42", "a")) == ["m1"]

    def test_find_gives_what_stands_there_now(self, store: Store) -> None:
        """S59: a message id leads to what was last delivered under it, in its own chat only."""
        with store.transaction() as tx:
            card = tx.outbox.add(outgoing("card"))
            tx.outbox.sent(card, ["m1"], at=AT)
            edit = tx.outbox.add(replace(outgoing("card:done"), edits="card"))
            assert _found(tx, "42", "m1") == card
            tx.outbox.sent(edit, ["m1"], at=AT)
            assert _found(tx, "42", "m1") == edit
            assert _found(tx, "43", "m1") is None
            assert _found(tx, "42", "m2") is None
            assert list(tx.outbox.message_ids("42", "card")) == ["m1"]

    def test_latest_by_prefix(self, store: Store) -> None:
        """S5A: the newest message is found by how its key begins, delivered or not."""
        with store.transaction() as tx:
            one, two, other = (
                tx.outbox.add(outgoing(key)) for key in ("card:a:0", "card:a:1", "card:b:0")
            )
            tx.outbox.sent(two, ["m1"], at=AT)
            found = {
                prefix: row.outbox_id if (row := tx.outbox.latest("42", prefix)) else None
                for prefix in ("card:a:", "card:a:0", "card:", "", "card:c", "card:%")
            }
            assert tx.outbox.latest("43", "card:") is None
        assert found == {
            "card:a:": two,
            "card:a:0": one,
            "card:": other,
            "": other,
            "card:c": None,
            "card:%": None,
        }


class InboxCards:
    """What people sent."""

    def test_update_is_kept_and_handled_once(self, store: Store) -> None:
        """S60: an update seen twice is kept once, waits until handled, and never comes back."""
        with store.transaction() as tx:
            assert tx.inbox.keep("9", '{"b": 1}', at=AT)
            assert tx.inbox.keep("10", '{"a": 1}', at=AT)
            assert not tx.inbox.keep("9", '{"c": 1}', at=AT)
            assert list(tx.inbox.unhandled()) == [("9", '{"b": 1}'), ("10", '{"a": 1}')]
            tx.inbox.handled("9", at=AT)
            assert list(tx.inbox.unhandled()) == [("10", '{"a": 1}')]
            assert [tx.inbox.is_waiting(name) for name in ("9", "10", "11")] == [False, True, False]
            assert not tx.inbox.keep("9", '{"b": 1}', at=AT)
            for update_id in ("9", "11"):
                with pytest.raises(StoreConflict, match=update_id):
                    tx.inbox.handled(update_id, at=AT)

    def test_allow_once(self, store: Store) -> None:
        """S61: a key is allowed once in a while, and a clock set back does not silence it."""
        with store.transaction() as tx:
            asked = [
                tx.inbox.allow_once(key, at=AT + timedelta(seconds=second), every_seconds=60)
                for key, second in (
                    ("a", 0),
                    ("a", 59),
                    ("b", 59),
                    ("a", 60),
                    ("a", 61),
                    ("a", -3600),
                    ("a", -3599),
                )
            ]
        assert asked == [True, False, True, True, False, True, False]


def _next(tx: Transaction, chat_id: str) -> int | None:
    waiting = tx.outbox.next(chat_id)
    return None if waiting is None else waiting.outbox_id


def _found(tx: Transaction, chat_id: str, message_id: str) -> int | None:
    found = tx.outbox.find(chat_id, message_id)
    return None if found is None else found.outbox_id
