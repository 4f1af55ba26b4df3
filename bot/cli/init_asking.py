"""Where answers come from: a person at a terminal, who is asked again, or options."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import typer

from core.domain.errors import InputInvalid

T = TypeVar("T")
WIDTH = 79


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be known.

    Attributes:
        flag: the option that answers it without a terminal.
        title: the prompt.
        words: what a person should know before answering, one paragraph or list line each.
        default: what an empty answer means; None = there must be an answer.
        is_secret: the answer is not shown while it is typed.
        ready: an answer that is there already, from the environment or an older file.
    """

    flag: str
    title: str
    words: tuple[str, ...] = ()
    default: str | None = None
    is_secret: bool = False
    ready: str | None = None


class Asker(Protocol):
    """Gets answers."""

    def ask(self, question: Question, check: Callable[[str], T]) -> T:
        """Return the checked answer to a question."""
        ...

    def confirm(self, title: str, *, default: bool) -> bool:
        """Return whether the person agrees."""
        ...

    def say(self, *lines: str) -> None:
        """Show something."""
        ...

    def warn(self, text: str) -> None:
        """Show something that should not be missed."""
        ...

    def has(self, flag: str) -> bool:
        """Tell whether an option was given."""
        ...


class Person:
    """A person at a terminal: what cannot be is said, and asked for again."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """Ask for everything but what options already tell.

        Args:
            given: answers by option.
        """
        self._given = dict(given)

    def ask(self, question: Question, check: Callable[[str], T]) -> T:
        """Return the checked answer; an option's answer is taken when it holds, and only once."""
        given = self._given.pop(question.flag, None)
        if given is not None:
            try:
                value = check(given)
            except InputInvalid as error:
                self._say_why(f"{question.flag}: {error}")
            else:
                shown = "given" if question.is_secret else given
                self.say(f"{question.title}: {shown}")
                return value
        self.say("", *question.words)
        while True:
            try:
                return check(self._typed(question))
            except InputInvalid as error:
                self._say_why(str(error))

    def confirm(self, title: str, *, default: bool) -> bool:
        """Return whether the person agrees; an empty answer is the default."""
        return typer.confirm(title, default=default)

    def say(self, *lines: str) -> None:
        """Show lines, broken where a terminal ends."""
        for line in lines:
            indent = " " * (len(line) - len(line.lstrip()))
            typer.echo(textwrap.fill(line, WIDTH, subsequent_indent=indent) if line else "")

    def warn(self, text: str) -> None:
        """Show a warning between the questions."""
        self.say(f"  Warning: {text}")

    def has(self, flag: str) -> bool:
        """Tell whether an option was given."""
        return flag in self._given

    def _typed(self, question: Question) -> str:
        fallback = question.default if question.ready is None else ""
        text: str = typer.prompt(
            question.title,
            default="" if fallback is None else fallback,
            show_default=bool(fallback),
            hide_input=question.is_secret,
        )
        return question.ready if question.ready is not None and not text.strip() else text

    def _say_why(self, reason: str) -> None:
        self.say(f"  {_sentence(reason)}")


class Options:
    """Nobody to ask: every answer is an option, or what an empty answer means."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """Answer from options.

        Args:
            given: answers by option.
        """
        self._given = given

    def ask(self, question: Question, check: Callable[[str], T]) -> T:
        """Return the checked answer.

        Raises:
            InputInvalid: naming the option that is missing or wrong.
        """
        text = self._given.get(question.flag, question.ready)
        if text is None:
            text = question.default
        if text is None:
            raise InputInvalid(
                f"{question.flag} is missing, and there is no terminal to ask at; give it, "
                "`evenkeel init --help` shows how",
                code="MISSING_OPTION",
            )
        try:
            return check(text)
        except InputInvalid as error:
            raise InputInvalid(f"{question.flag}: {error}", code=error.code) from None

    def confirm(self, title: str, *, default: bool) -> bool:
        """Agree: who gave the options meant them."""
        del title, default
        return True

    def say(self, *lines: str) -> None:
        """Show nothing: there is nobody to read it."""
        del lines

    def warn(self, text: str) -> None:
        """Put a warning where a log takes it up."""
        typer.echo(f"evenkeel: warning: {text}", err=True)

    def has(self, flag: str) -> bool:
        """Tell whether an option was given."""
        return flag in self._given


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
