"""Kraken's code of a balance -> the asset, and which part of it the balance is.

Kraken gives one coin many codes: ``XXBT`` can be sold, ``XBT.F`` earns, ``DOT28.S`` is bonded.
Nothing is guessed: the plain code must be in Kraken's own list of assets, the suffix in the table.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bot.venues.troubles import malformed
from core.domain.errors import AccountProblem
from core.domain.units import Asset


class Part(StrEnum):
    """Which part of a balance a code stands for."""

    FREE = "free"
    LOCKED = "locked"
    STAKED = "staked"


SUFFIXES: Mapping[str, Part] = {
    "B": Part.STAKED,  # yield-bearing
    "F": Part.STAKED,  # earning by itself
    "M": Part.STAKED,  # opt-in rewards
    "P": Part.STAKED,  # parachains
    "S": Part.STAKED,  # staked
    "HOLD": Part.LOCKED,  # paid in, not yet cleared
}
"""What follows the first dot. Source: kraken.md section 7."""

BONDED: Mapping[str, str] = {
    "ATOM21": "ATOM",
    "DOT28": "DOT",
    "ETH2": "ETH",
    "FLOW14": "FLOW",
    "FLOWH": "FLOW",
    "GRT28": "GRT",
    "KAVA21": "KAVA",
    "KSM07": "KSM",
    "MATIC04": "MATIC",
    "SCRT21": "SCRT",
    "SOL03": "SOL",
}
"""Staked coins under a name of their own, by Kraken's name: mostly the coin and its days."""

RENAMED: Mapping[str, str] = {
    "FEE": "KFEE",
    "LUNA": "LUNC",
    "LUNA2": "LUNA",
    "REP": "REPV1",
    "REPV2": "REP",
    "UST": "USTC",
    "XBT": "BTC",
    "XDG": "DOGE",
}
"""Kraken's short names that everybody else, and so every market, calls otherwise."""


class Codes:
    """Kraken's codes as its list of assets stands."""

    def __init__(self, short_names: Mapping[str, str]) -> None:
        """Know the listed codes and their short names."""
        self._names = {name: name for name in short_names.values()} | dict(short_names)

    @classmethod
    def listed(cls, answer: Mapping[str, Any]) -> "Codes":
        """Return the codes of an answer of Assets.

        Raises:
            FeedUnavailable: the answer is no list of assets.
        """
        names = {}
        for code, row in answer.items():
            name = row.get("altname") if isinstance(row, Mapping) else None
            if not isinstance(name, str) or not name:
                raise malformed(f"Kraken lists the asset {code!r} without a name")
            names[code] = name
        if not names:
            raise malformed("Kraken lists no assets")
        return cls(names)

    def read(self, code: str) -> tuple[Asset, Part]:
        """Return the asset of a code, and the part.

        Raises:
            AccountProblem: code or suffix is not known; the text names it.
        """
        base, dot, suffix = code.partition(".")
        part = SUFFIXES.get(suffix) if dot else Part.FREE
        if part is None:
            raise AccountProblem(
                f"Kraken reports a balance {code!r}, and the ending {suffix!r} is not known here. "
                "Nothing is traded until it is: what it stands for must not be guessed. Turn it "
                f"back into plain {base} at Kraken, or wait for an Evenkeel that knows it."
            )
        if base in BONDED:
            return Asset(BONDED[base]), Part.STAKED if part is Part.FREE else part
        name = self._names.get(base)
        if name is None:
            raise AccountProblem(
                f"Kraken reports a balance {code!r} that is not in its own list of assets. "
                "Nothing is traded until it is clear what it is. Sell or move it at Kraken, or "
                "wait for an Evenkeel that knows it."
            )
        return Asset(RENAMED.get(name, name)), part

    def read_past(self, code: str) -> Asset:
        """Return the asset of a code in an old entry of the ledger.

        Kraken drops a coin from its list when it is no longer traded; such a coin keeps its code.

        Raises:
            AccountProblem: the suffix is not known.
        """
        if "." not in code and code not in self._names and code not in BONDED:
            return Asset(code)
        return self.read(code)[0]

    def lists(self, code: str) -> bool:
        """Say whether a code is known without a doubt."""
        base, dot, suffix = code.partition(".")
        return (base in self._names or base in BONDED) and (not dot or suffix in SUFFIXES)
