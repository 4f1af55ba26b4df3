"""Documents of older revisions, read as if they had been written today.

Stored texts are never rewritten: their digests stand in the journal. So what cannot be decoded any
more is put into today's shape after it was parsed and before it becomes a value. Fields that are
younger than a document need nothing: the codec gives them their defaults.

Revision 0001 wrote an engine state's ``regime`` and ``stress`` as bare names.
"""

from typing import Any

from bot.ports.messages import Message
from core.domain.decision import Decision
from core.domain.state import EngineState


def upgraded(hint: Any, tree: Any) -> Any:  # noqa: ANN401  # any type, any JSON value
    """Return the parsed document ``tree``, which describes a ``hint``, in today's shape.

    A tree of the wrong shape comes back as it is; to decode it fails as it should.
    """
    if hint is EngineState:
        return _state(tree)
    if hint is Decision:
        return _decision(tree)
    return _message(tree) if hint == Message else tree


def _state(tree: Any) -> Any:  # noqa: ANN401  # any JSON value
    if not isinstance(tree, dict):
        return tree
    fresh = dict(tree)
    for name, field in (("regime", "published"), ("stress", "phase")):
        if isinstance(tree.get(name), str):
            fresh[name] = {field: tree[name]}
    return fresh


def _decision(tree: Any) -> Any:  # noqa: ANN401  # any JSON value
    if not isinstance(tree, dict) or "next_state" not in tree:
        return tree
    return {**tree, "next_state": _state(tree["next_state"])}


def _message(tree: Any) -> Any:  # noqa: ANN401  # any JSON value
    """A digest carries the state and whole decisions; no other message does."""
    if not isinstance(tree, dict) or not isinstance(tree.get("decisions"), list):
        return tree
    decisions = [_decision(row) for row in tree["decisions"]]
    return {**tree, "decisions": decisions, "state": _state(tree.get("state"))}
