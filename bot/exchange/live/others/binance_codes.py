"""Binance's code of a balance -> the asset, and which part of it the balance is."""

from dataclasses import dataclass

from bot.exchange.live.codes import Part
from core.domain.errors import AccountProblem
from core.domain.units import Asset

PREFIXES = {"LD": Part.STAKED}
"""What may stand before a coin: LD = lent out in Simple Earn. LDO, of its own, is a coin."""

RENAMED = {"YOYO": "YOYOW"}
"""Binance's names that every market calls otherwise."""


@dataclass(frozen=True, slots=True)
class Coins:
    """Binance's own list of coins, and what its codes stand for."""

    names: frozenset[str]

    def read(self, code: str) -> tuple[Asset, Part]:
        """Return the asset of a code, and which part of a balance it is.

        Raises:
            AccountProblem: the code is not known; the text names it.
        """
        if code in self.names:
            return Asset(RENAMED.get(code, code)), Part.FREE
        for prefix, part in PREFIXES.items():
            rest = code.removeprefix(prefix)
            if rest != code and rest in self.names:
                return Asset(RENAMED.get(rest, rest)), part
        raise AccountProblem(
            f"Binance reports a balance {code!r} that is not in its own list of coins. What it "
            "stands for must not be guessed. Sell or move it at Binance, or wait for an Evenkeel "
            "that knows it."
        )

    def knows(self, code: str) -> bool:
        """Say whether a code can be read."""
        return any(code.removeprefix(prefix) in self.names for prefix in ("", *PREFIXES))


def name_of(asset: Asset) -> str:
    """Return Binance's name of an asset."""
    return next((theirs for theirs, ours in RENAMED.items() if ours == asset), asset)
