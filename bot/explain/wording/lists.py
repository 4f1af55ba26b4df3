"""Names -> a list as it is spoken in a language."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists names.

    Attributes:
        last: what joins the last name to the others, with its spaces.
        more: how many names were left out, gap ``count``, always more than one.
    """

    last: str
    more: str

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list: "BTC", "BTC and ETH", "BTC, ETH and SOL"."""
        if len(names) < 2:  # noqa: PLR2004  # one name is no list
            return "".join(names)
        return f"{', '.join(names[:-1])}{self.last}{names[-1]}"

    def listed_short(self, names: Sequence[str], most: int = 4) -> str:
        """Return at most ``most`` names, and how many more there are: "BTC, ETH, SOL and 3 more".

        Args:
            names: the names.
            most: how many parts the list may have, 2 or more.
        """
        if len(names) <= most:
            return self.listed(names)
        more = self.more.format(count=len(names) - most + 1)
        return self.listed([*names[: most - 1], more])
