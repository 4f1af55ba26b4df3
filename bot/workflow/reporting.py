"""The report of an execution: owed from the moment its outcome is stored, told when it has words.

Words may take a while. Neither the account's lock nor the outcome waits for them, and a report that
a crash cut off is told after the restart.
"""

from bot.ports.messages import MessageType, Report
from bot.ports.records import Transaction
from bot.workflow.desk import Desk, post
from core.facts import execution_facts

OWED = "reports:owed"


def owe_report(tx: Transaction, proposal_id: str) -> None:
    """Note that people have yet to hear what became of a plan."""
    _keep(tx, [*owed(tx), proposal_id])


def owed(tx: Transaction) -> list[str]:
    """Return the plans whose report is not written yet, oldest first."""
    return (tx.memory.get(OWED) or "").split()


async def tell_owed(desk: Desk) -> None:
    """Write every report that is owed; safe to call again, and from two sides at once."""
    with desk.store.reading() as tx:
        waiting = owed(tx)
    for proposal_id in waiting:
        await _tell(desk, proposal_id)


async def _tell(desk: Desk, proposal_id: str) -> None:
    quote = desk.policy.quote
    with desk.store.reading() as tx:
        proposal = tx.proposals.get(proposal_id)
        orders, fills = tuple(tx.orders.of(proposal_id)), tuple(tx.orders.fills_of(proposal_id))
        legs = tuple(tx.shortfalls.of(proposal_id))
    words = None
    if proposal is not None:
        facts = execution_facts(proposal, orders, fills, shortfalls=legs, quote=quote)
        words = await desk.narrator.explain(facts)
    with desk.store.transaction() as tx:
        left = owed(tx)
        if proposal_id not in left:
            return
        _keep(tx, [name for name in left if name != proposal_id])
        if proposal is not None and words is not None:
            report = Report(desk.mode, quote, proposal, orders, fills, words)
            post(tx, desk, MessageType.REPORT, key=f"report:{proposal_id}", message=report)


def _keep(tx: Transaction, names: list[str]) -> None:
    tx.memory.put(OWED, " ".join(dict.fromkeys(names)))
