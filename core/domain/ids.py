"""Names that follow from what they name: equal inputs, equal ids."""

import base64
from hashlib import sha256

# Crockford's alphabet in lower case: no letter that looks like a digit.
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
PROPOSAL_ID_LENGTH = 8


def proposal_id(decision_id: str, reshows: int) -> str:
    """Return the eight characters that name the proposal of a decision.

    Args:
        decision_id: the decision the plan comes from.
        reshows: how many cards were shown before for the same reason.
    """
    seed = sha256(f"{decision_id}:{reshows}".encode()).digest()
    return base64.b32encode(seed).translate(_LETTERS).decode()[:PROPOSAL_ID_LENGTH]


def client_order_id(proposal: str, leg: int, attempt: int) -> str:
    """Return the client id of one attempt at one leg, in UUID form.

    Source: METHODS 8.5: the first 32 hex digits of a SHA-256 over proposal, leg and attempt.
    """
    name = sha256(f"{proposal}:{leg}:{attempt}".encode()).hexdigest()[:32]
    return "-".join((name[:8], name[8:12], name[12:16], name[16:20], name[20:]))
