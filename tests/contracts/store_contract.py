"""What every store must do, as cards S01 to S137; a subclass supplies a fixture ``store``."""

from tests.store.book_cards import BookCards
from tests.store.journal_cards import DecisionCards, JournalCards
from tests.store.message_cards import InboxCards, OutboxCards
from tests.store.order_cards import FlowCards, OrderCards
from tests.store.proposal_cards import ProposalCards
from tests.store.shortfall_cards import ShortfallCards
from tests.store.transaction_cards import MemoryCards, TransactionCards
from tests.store.watching_cards import ReadingCards, WithheldCards


class StoreContract(
    JournalCards,
    DecisionCards,
    ProposalCards,
    OrderCards,
    FlowCards,
    ShortfallCards,
    OutboxCards,
    InboxCards,
    MemoryCards,
    TransactionCards,
    ReadingCards,
    WithheldCards,
    BookCards,
):
    """All cards together."""
