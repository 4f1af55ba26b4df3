"""Entries of Kraken's ledger -> flows: why each balance changed, and what that was worth.

Coins that move between the owner's own balances (staked, earning, back again) stay what they are:
they make no flow. A kind of entry that is not in the table is never guessed.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.exchange.live.amounts import amount_of, instant_of
from bot.venues.troubles import malformed
from core.domain.errors import AccountProblem
from core.domain.portfolio import Flow, FlowKind
from core.domain.units import ZERO, Asset, Money, exact

TRADE_TYPE = "trade"
PAIRED = frozenset({TRADE_TYPE, "spend", "receive"})
"""Types that come in pairs, one balance against another."""


class Meaning(StrEnum):
    """Why an entry is there.

    MOVED: between the owner's own balances. CAME_OR_WENT: in or out, as the sign says; the
    Futures wallet and a correction of Kraken's are outside the portfolio.
    """

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRADE = "trade"
    FEE = "fee"
    REWARD = "reward"
    MOVED = "moved"
    CAME_OR_WENT = "came or went"


_BY_TYPE: Mapping[str, Meaning] = {
    "adjustment": Meaning.CAME_OR_WENT,
    "conversion": Meaning.TRADE,
    "credit": Meaning.CAME_OR_WENT,
    "custodytransfer": Meaning.CAME_OR_WENT,
    "deposit": Meaning.DEPOSIT,
    "dividend": Meaning.REWARD,
    "fee": Meaning.FEE,
    "invite bonus": Meaning.REWARD,
    "margin": Meaning.TRADE,
    "nftcreatorfee": Meaning.FEE,
    "nftrebate": Meaning.REWARD,
    "nfttrade": Meaning.TRADE,
    "receive": Meaning.TRADE,
    "reward": Meaning.REWARD,
    "rollover": Meaning.FEE,
    "sale": Meaning.TRADE,
    "settled": Meaning.TRADE,
    "spend": Meaning.TRADE,
    "staking": Meaning.REWARD,
    "trade": Meaning.TRADE,
    "withdrawal": Meaning.WITHDRAWAL,
}
_BY_SUBTYPE: Mapping[tuple[str, str], Meaning] = {
    ("earn", "airdrop"): Meaning.REWARD,
    ("earn", "allocation"): Meaning.MOVED,
    ("earn", "autoallocation"): Meaning.MOVED,
    ("earn", "deallocation"): Meaning.MOVED,
    ("earn", "delistingconversion"): Meaning.TRADE,
    ("earn", "migration"): Meaning.MOVED,
    ("earn", "reward"): Meaning.REWARD,
    ("transfer", ""): Meaning.CAME_OR_WENT,
    ("transfer", "airdrop"): Meaning.REWARD,
    ("transfer", "delistingconversion"): Meaning.TRADE,
    ("transfer", "spotfromfutures"): Meaning.CAME_OR_WENT,
    ("transfer", "spotfromstaking"): Meaning.MOVED,
    ("transfer", "spottofutures"): Meaning.CAME_OR_WENT,
    ("transfer", "spottostaking"): Meaning.MOVED,
    ("transfer", "stakingfromspot"): Meaning.MOVED,
    ("transfer", "stakingtospot"): Meaning.MOVED,
}
"""Kraken's words for why. Source: kraken.md section 5, and public importers of its ledger."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; ``amount`` is before the fee, and negative when it left."""

    id: str
    group: str
    at: datetime
    type: str
    subtype: str
    asset: Asset
    amount: Decimal
    fee: Decimal

    @property
    def meaning(self) -> Meaning | None:
        """Why it is there; None when Kraken's words are not known."""
        return _BY_SUBTYPE.get((self.type, self.subtype)) or _BY_TYPE.get(self.type)

    def taken_as_told(self, accepted: Collection[str]) -> "Entry":
        """Return it as something that came or went, if a person accepted it and nobody knows it."""
        if self.id not in accepted or self.meaning is not None:
            return self
        return replace(self, type="adjustment", subtype="")


def entry_of(name: str, row: Mapping[str, Any], asset_of: Callable[[str], Asset]) -> Entry:
    """Return one row of the ledger.

    Args:
        name: its id.
        row: as Kraken told it.
        asset_of: knows Kraken's codes.

    Raises:
        FeedUnavailable: the row cannot be believed; the text names it.
        AccountProblem: its code is not known.
    """
    amount, fee, at = amount_of(row.get("amount")), amount_of(row.get("fee")), row.get("time")
    instant = instant_of(at)
    texts = [row.get(part) for part in ("refid", "type", "subtype", "asset")]
    group, kind, subtype, code = (text if isinstance(text, str) else None for text in texts)
    if amount is None or fee is None or instant is None or not group or not kind or not code:
        raise malformed(f"Kraken's ledger has an entry {name} that cannot be read")
    return Entry(name, group, instant, kind, subtype or "", asset_of(code), amount, fee)


def groups_of(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the entries that belong together, such as the two sides of a trade."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.group].append(entry)
    return list(groups.values())


def is_half(group: Sequence[Entry]) -> bool:
    """Say whether only one side of a pair is there; the other may come later."""
    signs = {entry.amount > ZERO for entry in group if entry.amount}
    return all(entry.type in PAIRED for entry in group) and len(signs) == 1


@exact
def flows_of(
    groups: Iterable[Sequence[Entry]], quote: Asset, references: Mapping[str, str]
) -> tuple[Flow, ...]:
    """Return the flows of groups of entries, oldest first.

    Args:
        groups: see ``groups_of``.
        quote: the currency that values are in.
        references: client ids by group, where an order has one.

    Raises:
        AccountProblem: an entry of a kind that is not known.
    """
    flows: list[Flow] = []
    for group in groups:
        price = _price(group, quote)
        for entry in group:
            flows += _flows(entry, _kind(entry, group), price, references.get(entry.group, ""))
    return tuple(sorted(flows, key=lambda flow: (flow.occurred_at, flow.flow_id)))


def _flows(
    entry: Entry, kind: FlowKind | None, price: Mapping[Asset, Decimal], reference: str
) -> Iterator[Flow]:
    """Yield the change and its fee, each only if it is one."""
    changes = [(entry.id, kind, entry.amount), (f"{entry.id}:fee", FlowKind.FEE, -entry.fee)]
    unit = price.get(entry.asset)
    for name, why, amount in changes:
        if why is not None and amount:
            value = None if unit is None else Money(amount * unit)
            yield Flow(name, entry.asset, why, amount, value, entry.at, reference)


def _kind(entry: Entry, group: Sequence[Entry]) -> FlowKind | None:
    """Return why a balance changed; None when nothing changed but its place."""
    meaning = entry.meaning
    if meaning is None or entry.type == "conversion":
        if not any(_nets(group).values()):
            return None
        if meaning is None:
            raise AccountProblem(
                f"Kraken's ledger has the entry {entry.id} of a kind that is not known here "
                f"({entry.type!r}, {entry.subtype!r}): whether it is income, a trade or a move "
                "must not be guessed. Nothing is traded until you looked at it at Kraken and put "
                f'accept_entries = ["{entry.id}"] under [exchange]; then it counts as a deposit or '
                "a withdrawal."
            )
    if meaning is Meaning.MOVED:
        # Between two assets it is more than a move: a coin was replaced by another.
        return FlowKind.TRADE if len(_nets(group)) > 1 else None
    if meaning is Meaning.CAME_OR_WENT:
        return FlowKind.DEPOSIT if entry.amount > ZERO else FlowKind.WITHDRAWAL
    return FlowKind(meaning.value)


def _nets(group: Sequence[Entry]) -> dict[Asset, Decimal]:
    nets: dict[Asset, Decimal] = defaultdict(lambda: ZERO)
    for entry in group:
        nets[entry.asset] += entry.amount
    return nets


def _price(group: Sequence[Entry], quote: Asset) -> dict[Asset, Decimal]:
    """Return what a unit of each asset was worth: known for the quote, and what it bought."""
    price = {quote: Decimal(1)}
    nets = {asset: net for asset, net in _nets(group).items() if net}
    if len(nets) == 2 and quote in nets:  # noqa: PLR2004  # one asset against the quote
        paid = nets.pop(quote)
        ((asset, got),) = nets.items()
        if paid * got < ZERO:
            price[asset] = -paid / got
    return price
