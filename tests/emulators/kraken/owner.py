"""What the owner does by hand, outside any program: it appears in the ledger as Kraken words it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tests.emulators.kraken.account import Account
from tests.emulators.kraken.books import Market
from tests.emulators.kraken.identifiers import Identifiers
from tests.emulators.kraken.ledger import Change, Entry
from tests.emulators.kraken.matching import Matching
from tests.emulators.kraken.orders import Order, OrderRequest


@dataclass
class Owner:
    """The owner's hand on one account. Amounts are texts; ValueError when there is not enough."""

    account: Account
    ids: Identifiers
    matching: Matching
    market: Callable[[str], Market]
    now: Callable[[], datetime]

    def deposit(self, asset: str, amount: str, fee: str = "0") -> Entry:
        """Bring coins or money in."""
        return self._post("FT", ("deposit", ""), (asset, amount, fee))[0]

    def withdraw(self, asset: str, amount: str, fee: str = "0") -> Entry:
        """Take coins or money out."""
        self._check_free(asset, Decimal(amount) + Decimal(fee))
        return self._post("AT", ("withdrawal", ""), (asset, f"-{amount}", fee))[0]

    def reward(self, asset: str, amount: str, kind: tuple[str, str] = ("staking", "")) -> Entry:
        """Receive interest; ``kind`` may be ("earn", "reward") or ("reward", "") as well."""
        return self._post("ST", kind, (asset, amount, "0"))[0]

    def stake(self, spot: str, staked: str, amount: str) -> list[Entry]:
        """Move coins from an asset to its staked one, such as DOT to DOT28.S."""
        out = self._post("BU", ("transfer", "spottostaking"), (spot, f"-{amount}", "0"))
        return out + self._post("BU", ("transfer", "stakingfromspot"), (staked, amount, "0"))

    def unstake(self, staked: str, spot: str, amount: str) -> list[Entry]:
        """Move coins back."""
        out = self._post("BU", ("transfer", "stakingtospot"), (staked, f"-{amount}", "0"))
        return out + self._post("BU", ("transfer", "spotfromstaking"), (spot, amount, "0"))

    def allocate(
        self, source: str, target: str, amount: str, subtype: str = "autoallocation"
    ) -> list[Entry]:
        """Move coins between an asset and its earning one, such as XXBT to XBT.F."""
        rows = (source, f"-{amount}", "0"), (target, amount, "0")
        return self._post("EL", ("earn", subtype), *rows)

    def send_to_futures(self, asset: str, amount: str) -> Entry:
        """Move coins to the owner's own Futures wallet."""
        self._check_free(asset, Decimal(amount))
        return self._post("FU", ("transfer", "spottofutures"), (asset, f"-{amount}", "0"))[0]

    def bring_from_futures(self, asset: str, amount: str) -> Entry:
        """Move coins from the Futures wallet; an airdrop comes like this, too."""
        return self._post("FU", ("transfer", "spotfromfutures"), (asset, amount, "0"))[0]

    def convert(self, given: tuple[str, str], got: tuple[str, str], fee: str = "0") -> list[Entry]:
        """Swap in Kraken's app: a ``spend`` with the fee and a ``receive`` under one refid."""
        self._check_free(given[0], Decimal(given[1]) + Decimal(fee))
        refid, account, now = self.ids.next("TS"), self.account, self.now()
        spent = Change(given[0], -Decimal(given[1]), Decimal(fee))
        out = account.ledger.post(now, refid, ("spend", ""), spent)
        received = Change(got[0], Decimal(got[1]))
        return out + account.ledger.post(now, refid, ("receive", ""), received)

    def rename(self, old: str, new: str, amount: str) -> list[Entry]:
        """See an asset migrated to another one."""
        return self._post("CV", ("conversion", ""), (old, f"-{amount}", "0"), (new, amount, "0"))

    def post(self, kind: tuple[str, str], *rows: tuple[str, str, str]) -> list[Entry]:
        """Write any entry: type and subtype, then rows of asset, signed amount and fee."""
        return self._post("UN", kind, *rows)

    def trade(self, pair: str, side: str, volume: str, price: str | None = None) -> Order:
        """Trade by hand, at the market or with a limit; fees in quote.

        Raises:
            KrakenError: Kraken would not take it.
        """
        market = self.market(pair)
        request = OrderRequest(
            pair=market.pair,
            side=side,
            ordertype="market" if price is None else "limit",
            volume=Decimal(volume),
            price=None if price is None else Decimal(price),
        )
        order = self.matching.place(self.account, market, request, self.now())
        order.by_hand = True
        return order

    def _check_free(self, asset: str, amount: Decimal) -> None:
        free = self.account.available(asset)
        if amount > free:
            raise ValueError(f"{amount} of {asset} cannot leave: {free} is free")

    def _post(self, first: str, kind: tuple[str, str], *rows: tuple[str, str, str]) -> list[Entry]:
        changes = [Change(asset, Decimal(amount), Decimal(fee)) for asset, amount, fee in rows]
        return self.account.ledger.post(self.now(), self.ids.next(first), kind, *changes)
