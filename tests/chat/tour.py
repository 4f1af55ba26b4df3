"""A tour of all that the chat says, once in each language: what is taken down on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from tests.chat.world import ANN, Shown, World

FOREIGN: Final = "Kraken: EService:Unavailable"
"""What adapters say comes in their own words, whatever the language of the chat."""

LOOKING: Final = (
    *("/status", "/plan", "/why", "/why btc", "/regime", "/history", "/digest", "/settings"),
)
STRANGE: Final = ("/start", "/help", "/why xyz", "/xyz", "/approve", "/approve 7f3k9q2m")


@dataclass
class Tour:
    """A language, and what is said in it.

    Attributes:
        place: where the tour is now.
        stops: by place, what was said in order: lines of messages, labels, answers to taps.
        tables: every line of every table.
        heard: the keys of the chat's own texts that were needed.
    """

    language: str
    place: str = ""
    stops: dict[str, list[str]] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)

    def note(self, stop: str, *lines: str) -> None:
        """Take down lines at a stop."""
        self.stops.setdefault(f"{self.place}: {stop}", []).extend(lines)

    def see(self, stop: str, shown: Shown, *toasts: str) -> None:
        """Take down one message, and answers to taps."""
        self.note(stop, *shown.words.plain.split("\n"), *shown.buttons, *toasts)
        self.tables += tables_of(shown.words.pages)

    def hear(self, stop: str, made: World, *toasts: str) -> None:
        """Take down everything that has arrived in the world's chats, and answers to taps."""
        for shown in made.deliver():
            self.see(stop, shown)
        self.note(stop, *toasts)

    async def ask(self, made: World, *commands: str, person: str = ANN, at: str = "") -> None:
        """Send commands one by one, a stop for each."""
        for command in commands:
            before = len(made.shown)
            await made.send(person, command)
            for shown in made.shown[before:]:
                self.see(f"{at}{command}", shown)


def tables_of(pages: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of all tables, as a client shows them."""
    for page in pages:
        for part in page.split("<pre>")[1:]:
            yield from unescape(part.split("</pre>")[0]).split("\n")
