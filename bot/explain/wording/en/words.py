"""Lists of names in English."""

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Return names as a list: "BTC", "BTC and ETH", "BTC, ETH and SOL"."""
    if len(names) < 2:  # noqa: PLR2004  # one name is no list
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def listed_short(names: Sequence[str], most: int = 4) -> str:
    """Return at most ``most`` names, and how many more there are: "BTC, ETH, SOL and 3 more"."""
    if len(names) <= most:
        return listed(names)
    return listed([*names[: most - 1], f"{len(names) - most + 1} more"])
