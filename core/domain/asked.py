"""What can be asked of the records: a closed set, whatever the words were."""

from enum import StrEnum


class Intent(StrEnum):
    """What a question is about. Source: METHODS 7.7."""

    WHY_TRADE = "why_trade"
    WHY_NO_TRADE = "why_no_trade"
    WHY_PAUSED = "why_paused"
    WHY_REGIME = "why_regime"
    COST = "cost"
    TAX = "tax"
    WHAT_CHANGED = "what_changed"
    PERFORMANCE = "performance"
    HOW_IT_WORKS = "how_it_works"
    UNSUPPORTED = "unsupported"


class Subject(StrEnum):
    """What ``how_it_works`` is about; each has a fixed text."""

    OVERVIEW = "overview"
    BANDS = "bands"
    CONFIRMATION = "confirmation"
    COSTS = "costs"
    PAUSE = "pause"
    APPROVAL = "approval"
    MARKET = "market"


class Cause(StrEnum):
    """What a daily look came to, in one word. Source: METHODS 0.1, the gates in their order."""

    DATA = "data"
    HALTED = "halted"
    PAUSED = "paused"
    STRESS = "stress"
    INSIDE = "inside"
    WAITING = "waiting"
    ORDERS = "orders"
    COSTS = "costs"
    LIMITS = "limits"
    OPEN = "open"
    PROPOSED = "proposed"
