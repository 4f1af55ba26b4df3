"""The people around the desk: who they are, where they are, and how loudly they are told."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from zoneinfo import ZoneInfo

from bot.app.plan import RunPlan
from bot.charts.look import Theme
from bot.chat.commands.registry import STANDARD
from bot.chat.console import ConsoleHome
from bot.chat.drawing import Draw, Drawing, no_pictures
from bot.chat.gate import People
from bot.chat.home import Home
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import Words
from bot.chat.requests import Role
from bot.clocks import SystemClock
from bot.explain.wording import wording_of
from bot.ports.messages import Loudness, MessageType
from bot.stage import AUTO
from bot.workflow.desk import Audience, Desk

CONSOLE, OWNER = "console", "owner"


def audience_of(plan: RunPlan, zone: ZoneInfo) -> Audience:
    """Return where messages go and how loudly."""
    file, messages = plan.settings.file, plan.settings.file.messages
    on_telegram = plan.is_on_telegram
    return Audience(
        approvers=tuple(map(str, file.approvers)) if on_telegram else (CONSOLE,),
        viewers=tuple(map(str, file.viewers)) if on_telegram else (),
        loudness=tuple(
            (MessageType(kind), Loudness(loud)) for kind, loud in sorted(messages.loudness.items())
        ),
        quiet_from=messages.quiet_from,
        quiet_to=messages.quiet_to,
        zone=zone,
        language=messages.language,
        pictures=messages.pictures != "off",
    )


def _is_on_telegram(plan: RunPlan) -> bool:
    return plan.settings.telegram_token is not None and plan.answering is None


def people_of(plan: RunPlan) -> People:
    """Return who may do what."""
    file = plan.settings.file
    if plan.answering is not None:
        return People.of([AUTO])
    if plan.is_on_telegram:
        return People.of(map(str, file.approvers), map(str, file.viewers))
    return People.of([OWNER])


async def home_of(
    plan: RunPlan,
    desk: Desk,
    *,
    stack: AsyncExitStack,
    goes_on: asyncio.Event,
) -> Home:
    """Return the console, or Telegram after asking whether the token is good."""
    owners = {} if plan.is_on_telegram else {CONSOLE: OWNER}
    zone = desk.audience.zone
    wording = wording_of(desk.audience.language)
    renderer = Renderer(
        clock=desk.clock, zone=zone, quote=desk.policy.quote, owners=owners, wording=wording
    )
    token = plan.settings.telegram_token
    if token is None or not plan.is_on_telegram:
        return ConsoleHome(renderer, clock=desk.clock, on_empty=_setter(goes_on))
    from bot.chat.telegram import TelegramHome
    from bot.chat.telegram_account import TelegramAccount

    account = TelegramAccount(token.get_secret_value(), plan.settings.file.telegram.base_url)
    home = TelegramHome(
        account,
        store=desk.store,
        clock=SystemClock(),
        render=renderer.render,
        menus=_menus(plan, Words(wording)),
        wording=wording,
        draw=_drawing(plan, Words(wording)),
    )
    stack.push_async_callback(home.close)
    await home.check()
    return home


def _drawing(plan: RunPlan, words: Words) -> Draw:
    """Return what makes the pictures of messages; nothing where pictures are off."""
    theme = plan.settings.file.messages.pictures
    return no_pictures if theme == "off" else Drawing(words, theme=Theme(theme))


def _setter(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def set_it() -> None:
        event.set()

    return set_it


def _menus(plan: RunPlan, words: Words) -> dict[str, list[tuple[str, str]]]:
    people = people_of(plan)
    roles = dict.fromkeys(people.viewers, Role.VIEWER)
    roles |= dict.fromkeys(people.approvers, Role.APPROVER)
    return {
        person: [(line.name, line.summary(words)) for line in STANDARD.menu(role)]
        for person, role in roles.items()
    }
