"""Cells -> lines of fixed width that a phone shows without wrapping."""

from collections.abc import Iterable, Iterator, Sequence

WIDTH = 34
"""Monospace characters on a phone's line."""


def aligned(rows: Sequence[Sequence[str]], sides: str, gaps: Sequence[str]) -> tuple[str, ...]:
    """Return rows as lines of equal columns.

    Args:
        rows: cells, as many in every row.
        sides: ``<`` or ``>`` per column.
        gaps: what stands before each column but the first.
    """
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(len(sides))]
    lines = []
    for row in rows:
        parts = zip(row, sides, widths, ("", *gaps), strict=True)
        line = "".join(f"{gap}{cell:{side}{width}}" for cell, side, width, gap in parts)
        lines.append(line.rstrip())
    return tuple(lines)


def fits(lines: Iterable[str]) -> bool:
    """Tell whether every line fits a phone."""
    return all(len(line) <= WIDTH for line in lines)


def first_that_fits(layouts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first layout that fits; when none does, the last one, its long lines broken."""
    lines: tuple[str, ...] = ()
    for lines in layouts:
        if fits(lines):
            return lines
    return tuple(piece for line in lines for piece in _broken(line))


def spread(left: str, right: str) -> str:
    """Return ``left`` and ``right`` at both ends of a line."""
    return f"{left}{right:>{max(WIDTH - len(left), len(right) + 1)}}"


def shortened(name: str, longest: int) -> str:
    """Return a name with its middle left out when it is longer than ``longest``."""
    if len(name) <= longest:
        return name
    tail = (longest - 1) // 2
    return f"{name[: longest - 1 - tail]}…{name[len(name) - tail :]}"


def _broken(line: str) -> Iterator[str]:
    """Break a line at the width, the rest indented; nothing is lost."""
    indent = "    "
    yield line[:WIDTH]
    rest, step = line[WIDTH:], WIDTH - len(indent)
    for start in range(0, len(rest), step):
        yield indent + rest[start : start + step]
