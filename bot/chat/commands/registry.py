"""Every command, button and reply, each behind the gate; there is no other way in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.chat.commands import (
    about,
    asking,
    charts,
    controls,
    deciding,
    looking,
    market,
    questions,
    reviews,
    unknown,
)
from bot.chat.gate import Guarded
from bot.chat.requests import Button, Command, Press, Reply, Role
from bot.chat.visit import MenuLine
from core.domain.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Registry:
    """What answers which act.

    Attributes:
        commands: the line of the menu and what it leads to, in the order of the menu.
        buttons: what a press leads to.
        reply: what a reply to one of the bot's messages leads to.
        unknown: what everything else leads to.

    Raises:
        InvariantBroken: a handler does not stand behind the gate, or a button leads nowhere.
    """

    commands: tuple[tuple[MenuLine, Guarded], ...]
    buttons: Mapping[Button, Guarded]
    reply: Guarded
    unknown: Guarded

    def __post_init__(self) -> None:
        """Refuse whatever was not put behind the gate by ``needs``."""
        for name, handler in self.all():
            if not isinstance(handler, Guarded):
                raise InvariantBroken(f"the handler of {name} has no gate; decorate it with needs")
        if missing := set(Button) - set(self.buttons):
            raise InvariantBroken(f"the buttons {sorted(missing)} lead nowhere")

    def all(self) -> tuple[tuple[str, Guarded], ...]:
        """Return every handler with its name."""
        return (
            *((f"/{line.name}", handler) for line, handler in self.commands),
            *((f"button {button.name}", handler) for button, handler in self.buttons.items()),
            ("reply", self.reply),
            ("unknown", self.unknown),
        )

    def find(self, act: Command | Press | Reply | None) -> Guarded:
        """Return what an act leads to."""
        match act:
            case Command(name=name):
                known = {line.name: handler for line, handler in self.commands}
                return known.get(name, self.unknown)
            case Press(button=button):
                return self.buttons[button]
            case Reply():
                return self.reply
            case None:
                return self.unknown

    def menu(self, role: Role) -> tuple[MenuLine, ...]:
        """Return the commands of a role; an approver may do what a viewer may."""
        return tuple(
            line
            for line, handler in self.commands
            if role is Role.APPROVER or handler.rule.role is Role.VIEWER
        )


STANDARD: Final = Registry(
    commands=(
        (MenuLine("status"), looking.status),
        (MenuLine("plan"), looking.plan),
        (MenuLine("approve"), deciding.approve),
        (MenuLine("reject"), deciding.reject),
        (MenuLine("why"), asking.why),
        (MenuLine("ask"), questions.ask),
        (MenuLine("regime"), market.regime),
        (MenuLine("history"), asking.history),
        (MenuLine("chart"), charts.chart),
        (MenuLine("review"), reviews.review),
        (MenuLine("digest"), asking.digest),
        (MenuLine("pause"), controls.pause),
        (MenuLine("resume"), controls.resume),
        (MenuLine("halt"), controls.halt),
        (MenuLine("settings"), about.settings),
        (MenuLine("help"), about.help_),
        (MenuLine("start"), about.start),
    ),
    buttons={
        Button.APPROVE: deciding.press_approve,
        Button.REJECT: deciding.press_reject,
        Button.DETAILS: deciding.press_details,
        Button.LATER: deciding.press_later,
        Button.CONFIRM: deciding.press_confirm,
        Button.RESUME: controls.press_resume,
    },
    reply=deciding.answer_reason,
    unknown=unknown.unknown,
)
