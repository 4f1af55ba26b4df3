"""A journal entry's stored texts -> its hash, without parsing the payload again."""

import json
from functools import lru_cache
from hashlib import sha256

from core.codec import CHAIN_TAG


@lru_cache(maxsize=256)
def _quoted(text: bytes) -> bytes:
    return json.dumps(text.decode(), ensure_ascii=False).encode()


def seal(seq: int, ts: bytes, kind: bytes, actor: bytes, payload: bytes, prev: bytes) -> str:
    """Return the hash of an entry from its stored texts, in hex.

    Equals ``core.codec.chain_hash`` of the same entry: the keys stand in order, ``payload`` is
    canonical already. ``ts`` and ``prev`` must need no escapes. Source: METHODS 8.8.

    Raises:
        UnicodeDecodeError: kind or actor are not UTF-8.
    """
    return sha256(
        b'%b{"actor":%b,"kind":%b,"payload":%b,"prev":"%b","seq":"%d","ts":"%b"}'
        % (CHAIN_TAG, _quoted(actor), _quoted(kind), payload, prev, seq, ts)
    ).hexdigest()
