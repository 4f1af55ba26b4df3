"""``python -m tests.pictures``: take the README's pictures from real runs.

The Telegram picture is the card and its report as the real program sent them to a local Bot API
server, drawn as a phone would draw them. The console picture is what ``evenkeel run`` printed.
Needs Chromium for the first one.
"""

import asyncio
import html
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.e2e.phone import ANN
from tests.e2e.program import Program, stop
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_records import Message

PICTURES = Path("deploy/pictures")
PATIENCE = 90.0
CONSOLE_LINES = 62

PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #d7e3ec; font: 15px/1.35 "Noto Sans", "DejaVu Sans", sans-serif; }}
main {{ width: 390px; padding: 14px 10px; }}
.message {{ background: #fff; border-radius: 14px; padding: 8px 12px; margin-top: 10px;
  white-space: pre-wrap; box-shadow: 0 1px 1px #0002; overflow-wrap: anywhere; }}
pre {{ font: 12.6px/1.35 "DejaVu Sans Mono", monospace; margin: 4px 0; white-space: pre; }}
.row {{ display: flex; gap: 4px; margin-top: 4px; }}
.row span {{ flex: 1; background: #8fa9bccc; color: #fff; border-radius: 8px;
  text-align: center; padding: 8px; }}
</style><main>{messages}</main>"""


async def _story(folder: Path) -> list[str]:
    """Run the program on a local Telegram; return its first card about drift, and the report."""
    async with TelegramEmulator() as tg:
        tg.person(ANN, first_name="Ann")
        program = Program.prepared(folder, tg)
        async with program.running() as process:
            _, funded = await _agree(tg, after=0)
            card, report = await _agree(tg, after=funded)
            await stop(process)
    return [card, _drawn(report)]


async def _agree(tg: TelegramEmulator, after: Message | int) -> tuple[str, Message]:
    """Approve the next card in its two steps; return the card as it was, and its report."""
    card = await tg.wait_for(_asks("Approve"), PATIENCE, chat_id=ANN, after=after)
    shown = _drawn(card)
    await tg.wait_answered(tg.person(ANN).tap(card, "Approve"), PATIENCE)
    second = await tg.wait_for(_asks("Confirm"), PATIENCE, chat_id=ANN, after=card)
    await asyncio.sleep(3.5)
    tg.person(ANN).tap(second, "Confirm")
    return shown, await tg.wait_for("carried out\n", PATIENCE, chat_id=ANN, after=second)


def _asks(label: str) -> Callable[[Message], bool]:
    return lambda message: label in message.buttons


def _drawn(message: Message) -> str:
    rows = "".join(
        '<div class="row">'
        + "".join(f"<span>{html.escape(button.text)}</span>" for button in row)
        + "</div>"
        for row in message.keyboard or ()
    )
    return f'<div class="message">{message.html}</div>{rows}'


def _photograph(page: str, target: Path, height: int) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("Chromium is needed for the Telegram picture: sudo apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        options = (
            "--headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=2"
        )
        subprocess.run(
            [
                browser,
                *options.split(),
                f"--user-data-dir={folder}/profile",
                f"--window-size=410,{height}",
                f"--screenshot={target.absolute()}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


def _console(target: Path) -> None:
    """Run the demonstration without a terminal and draw the beginning of what it prints."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "bot.cli.main", "run", "--days", "35", "--data", data]
        environment = {key: value for key, value in os.environ.items() if "TOKEN" not in key}
        printed = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment,
            timeout=120,
        ).stdout
    lines = printed.splitlines()[:CONSOLE_LINES]
    console = Console(record=True, width=84, file=StringIO())
    for line in lines:
        style = "dim" if line.startswith("──") else "bold" if line.startswith("PAPER") else ""
        console.print(Text(line, style))
    console.save_svg(str(target), title="evenkeel run")


def main() -> None:
    """Take both pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        messages = asyncio.run(_story(Path(folder)))
    _photograph(PAGE.format(messages="".join(messages)), PICTURES / "telegram.png", 940)
    _console(PICTURES / "console.svg")
    print(f"{PICTURES / 'telegram.png'} and {PICTURES / 'console.svg'} are new")


if __name__ == "__main__":
    main()
