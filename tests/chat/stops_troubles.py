"""The tour's stop where records are damaged: what is told, and what mending came to."""

from pathlib import Path

from core.domain.errors import InputInvalid, InvariantBroken, StoreCorrupt
from tests.chat.stops_charts import one_day, some_days
from tests.chat.stops_looking import answering, raising
from tests.chat.tour import FOREIGN, Tour
from tests.chat.world import ANN, VERA, world
from tests.store import damage


async def troubles(folder: Path, tour: Tour) -> None:
    """Damaged books that are mended or begin anew, damaged records, a full disk, and a bug."""
    database = folder / "evenkeel.db"
    async with world(folder, language=tour.language) as made:
        await one_day(made)
        await some_days(made, 2)
        damage.run(database, "DELETE FROM book_mark WHERE book = 'plain'")
        await tour.ask(made, "/review", "/review mend", at="a day ")
        await tour.ask(made, "/review mend", at="whole ")
        await tour.ask(made, "/review mend", person=VERA, at="viewer ")
        damage.run(database, "UPDATE shadow_book SET document = '{'")
        damage.run(database, "UPDATE decision SET state = '{' WHERE seq = 1")
        await tour.ask(made, "/review", "/review mend", "/review mend anew", at="the books ")
        for error in (StoreCorrupt(FOREIGN), InputInvalid(FOREIGN), InvariantBroken(FOREIGN)):
            made.front = answering(made, raising(error))
            await tour.ask(made, "/xyz", at=f"{type(error).__name__} ")
    (folder / "card").mkdir()
    database = folder / "card" / "evenkeel.db"
    async with world(folder / "card", language=tour.language) as made:
        await made.propose()
        damage.run(database, "DELETE FROM delivered")
        damage.run(database, "DELETE FROM outbox WHERE chat_id = ?", [ANN])
        await tour.ask(made, "/approve", at="no card ")
        damage.run(database, "DROP TABLE fill")
        await tour.ask(made, "/halt", at="no fills ")
        damage.run(database, "UPDATE memory SET value = '{'")
        await tour.ask(made, "/halt", "/pause", at="no memory ")
