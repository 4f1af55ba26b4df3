"""What travels in a button: ``v1|<button>|<subject>|<nonce>``, at most 64 bytes."""

import re
from typing import Final

from bot.chat.render.words import Words
from bot.chat.requests import Button, Press

RESUME_SUBJECT: Final = "resume"
"""Stands in place of a proposal's id in the button that overrides a stress pause."""

_DATA = re.compile(
    rf"v1\|([{''.join(Button)}])\|([0-9a-z]{{8}}|{RESUME_SUBJECT})\|([0-9A-Za-z_-]{{22}})"
)


def label_of(button: Button, words: Words) -> str:
    """Return what stands on a button."""
    return words.say(f"button.{button.name}")


def callback_data(press: Press) -> str:
    """Return what a button carries."""
    return f"v1|{press.button}|{press.proposal_id}|{press.nonce}"


def parse_callback(data: str) -> Press | None:
    """Return the press that ``data`` stands for; None for anything this bot never sent."""
    match = _DATA.fullmatch(data)
    return None if match is None else Press(Button(match[1]), match[2], match[3])
