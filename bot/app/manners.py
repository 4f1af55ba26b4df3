"""How venues are asked in a run."""

from bot.settings import Settings
from bot.venues.connection import POLITE, Manners


def manners_of(settings: Settings) -> Manners:
    """Return the manners of a run: the pace that a venue allows, unless it is a test server."""
    return POLITE if settings.file.exchange.paced else Manners(is_paced=False)
