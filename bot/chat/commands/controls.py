"""``/pause``, ``/resume`` and ``/halt``: what a person can switch."""

import json
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final

from bot.chat.gate import NOT_VALID, Place, needs
from bot.chat.render.pages import Block, text
from bot.chat.requests import Press, Role
from bot.chat.visit import Visit
from bot.ports.messages import MessageType, Notice, NoticeCode
from bot.ports.records import Transaction
from bot.workflow import controls
from bot.workflow.controls import ResumeResult
from bot.workflow.halts import cancel_open_orders
from bot.workflow.propose import new_nonce, nonce_hash

LONGEST_REASON: Final = 500
SECOND_TAP_WITHIN: Final = timedelta(minutes=10)

# What a second tap came to, by the keys of its words.
_SAID: Final = {
    ResumeResult.OVERRIDDEN: "control.resumed",
    ResumeResult.RESUMED: "control.resumed",
    ResumeResult.OFF_PEG: "control.off_peg",
    ResumeResult.HALTED: "control.is_halted",
}


@needs(Role.APPROVER, place=Place.ANYWHERE, any_age=True)
async def pause(visit: Visit) -> str:
    """Hold new proposals back and withdraw the open one."""
    is_new = controls.pause(visit.desk, visit.person)
    _tell(visit, heading="control.paused", is_told=is_new and visit.hears(MessageType.NOTICE))
    return ""


@needs(Role.APPROVER, place=Place.ANYWHERE, any_age=True)
async def halt(visit: Visit) -> str:
    """Stop everything at once, without a question; only the machine lifts it."""
    why = " ".join(visit.arguments)[:LONGEST_REASON]
    is_new = controls.halt(visit.desk, visit.person, why=why)
    _tell(visit, heading="control.halted", is_told=is_new and visit.hears(MessageType.ALARM))
    await cancel_open_orders(visit.desk)
    return ""


@needs(Role.APPROVER)
async def resume(visit: Visit) -> str:
    """End a pause; during market stress ask for a reason and a second tap."""
    reason = " ".join(visit.arguments)[:LONGEST_REASON]
    result = controls.resume(visit.desk, visit.person, reason=reason)
    if result is ResumeResult.NEEDS_REASON and reason:
        _ask_again(visit, reason)
    elif result is ResumeResult.NEEDS_REASON:
        _say(visit, "control.resume", text(visit.words.say("control.reason_needed")))
    elif result is ResumeResult.OFF_PEG:
        _say(visit, "control.resume", text(visit.words.say("control.off_peg")))
    else:
        is_new = result is ResumeResult.RESUMED
        _tell(visit, heading="control.resume", is_told=is_new and visit.hears(MessageType.NOTICE))
    return ""


@needs(Role.APPROVER)
async def press_resume(visit: Visit) -> str:
    """Take the second tap that overrides a stress pause, with the reason given before."""
    press = visit.request.act
    if not isinstance(press, Press):
        return visit.words.say(NOT_VALID)
    with visit.desk.store.transaction() as tx:
        reason = _take_reason(tx, visit, press.nonce)
    if not reason:
        return visit.words.say(NOT_VALID)
    result = controls.resume(visit.desk, visit.person, reason=reason, is_second_tap=True)
    return visit.words.say(_SAID.get(result, "control.not_paused"))


def _tell(visit: Visit, *, heading: str, is_told: bool) -> None:
    """Say how things stand, unless this chat hears of the change anyway."""
    if not is_told:
        _say(visit, heading)


def _say(visit: Visit, heading: str, *blocks: Block) -> None:
    """Say how things stand, under the heading of that key."""
    with visit.desk.store.reading() as tx:
        state = tx.memory.state()
    visit.say(visit.words.say(heading), text(*visit.reader.standing(state)), *blocks)


def _ask_again(visit: Visit, reason: str) -> None:
    nonce, hashed = new_nonce()
    until = visit.now + SECOND_TAP_WITHIN
    with visit.desk.store.transaction() as tx:
        asked = {"nonce": hashed, "until": until.isoformat(), "reason": reason}
        tx.memory.put(_name(visit), json.dumps(asked))
    visit.post(Notice(visit.desk.mode, NoticeCode.RESUME_CONFIRM), nonce=nonce)


def _take_reason(tx: Transaction, visit: Visit, nonce: str) -> str:
    """Return the reason that belongs to a second tap, once; empty when the tap is not valid."""
    asked = json.loads(tx.memory.get(_name(visit)) or "{}")
    if not asked or not compare_digest(asked["nonce"], nonce_hash(nonce)):
        return ""
    tx.memory.put(_name(visit), "")
    return str(asked["reason"]) if visit.now < datetime.fromisoformat(asked["until"]) else ""


def _name(visit: Visit) -> str:
    return f"resume:{visit.person}"
