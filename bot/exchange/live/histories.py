"""Kraken's histories, read to the end although rows are added while they are read.

Kraken gives 50 rows a page, newest first, with the number of all. A row that is added shifts every
later page; one that an impatient server leaves out would be missing for ever. So pages are read
until as many different rows are there as Kraken counts, whatever order they came in.
"""

from collections.abc import Mapping
from typing import Any

from bot.exchange.live.amounts import count_of
from bot.exchange.live.private import KrakenPrivate
from bot.venues.troubles import malformed
from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

Rows = dict[str, Mapping[str, Any]]

MOST_ROUNDS = 4
"""How often a history is read from its beginning before it is given up."""


class History:
    """One history of an account. What was read before an answer failed is not asked for again."""

    def __init__(self, kraken: KrakenPrivate, method: str, field: str) -> None:
        """Read the rows under ``field`` of the answers to ccxt's raw ``method``."""
        self._kraken = kraken
        self._method = method
        self._field = field
        self._begun: tuple[int | None, Rows] = (None, {})

    async def since(self, second: int | None) -> Rows:
        """Return every row after this second, by id; None = from the first one on.

        Raises:
            FeedUnavailable: an answer cannot be believed, or rows stay missing.
            AccountProblem: Kraken refuses the key.
        """
        if self._begun[0] != second:
            self._begun = (second, {})
        rows = self._begun[1]
        for round_ in range(MOST_ROUNDS):
            if await self._read_through(rows, second, may_skip=round_ == 0):
                self._begun = (None, {})
                return rows
        self._begun = (None, {})
        raise FeedUnavailable(
            f"Kraken counts more rows in its {self._field} than it gives; ask again later",
            trouble=Trouble.LATE,
        )

    async def _read_through(self, rows: Rows, second: int | None, *, may_skip: bool) -> bool:
        """Read page after page into ``rows``; tell whether all are there."""
        offset = 0
        while True:
            page, count = await self._page(second, offset)
            is_known = page.keys() <= rows.keys()
            rows.update(page)
            if len(rows) >= count:
                return True
            if not page:
                return False
            offset += len(page)
            if is_known and may_skip:
                offset = max(offset, len(rows))

    async def _page(self, second: int | None, offset: int) -> tuple[Rows, int]:
        start = {} if second is None else {"start": str(second)}
        result = await self._kraken.ask(self._method, ofs=str(offset), **start)
        page, count = result.get(self._field), count_of(result.get("count"))
        if not isinstance(page, Mapping) or count is None:
            raise malformed(f"Kraken gave a page of its {self._field} without rows or their number")
        for name, row in page.items():
            if not isinstance(row, Mapping):
                raise malformed(
                    f"Kraken gave the row {name!r} of its {self._field} without content"
                )
        return dict(page), count
