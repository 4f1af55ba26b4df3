"""A paper account out of a backup -> whether the paper exchange would have made it."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.exchange.account_file import AccountFile
from bot.store.archive_check import check_objects, check_pages
from core.domain.units import Asset

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check_account(file: Path) -> None:
    """Check that a file is a paper account, whole, with its own tables and no others.

    Raises:
        StoreCorrupt: it is not.
    """
    check_pages(file)
    with TemporaryDirectory(prefix=".model-", dir=file.parent) as scratch:
        model = Path(scratch) / file.name
        AccountFile(model, quote=Asset("USD"), opened_at=_ANY_TIME).close()
        check_objects(file, model)
