"""How proposals are answered where nobody is asked."""

from enum import StrEnum


class Answering(StrEnum):
    """How the automatic person answers every proposal."""

    ALL = "all"
    NONE = "none"
