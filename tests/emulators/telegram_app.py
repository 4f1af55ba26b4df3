"""A small real bot on python-telegram-bot, against which the emulator is tested."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telegram import InlineKeyboardButton, Update
from telegram import InlineKeyboardMarkup as Keyboard
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    TypeHandler,
)

from tests.emulators.telegram import TelegramEmulator

ANN, GROUP, SUPERGROUP = 7, -55, -1_000_000_000_077
APPROVE = Keyboard([[InlineKeyboardButton("Approve", callback_data="ok:1")]])
App = Application[Any, Any, Any, Any, Any, Any]


async def on_start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a command with a card."""
    assert update.effective_message
    await update.effective_message.reply_html("<b>Card</b>", reply_markup=APPROVE)


async def on_tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press and change the card."""
    assert update.callback_query
    await update.callback_query.answer("Thanks", show_alert=True)
    await update.callback_query.edit_message_text(f"Done: {update.callback_query.data}")


@asynccontextmanager
async def running(tg: TelegramEmulator, seen: list[Update] | None = None) -> AsyncIterator[App]:
    """Run a polling application with the two handlers, noting all updates in `seen`."""

    async def note(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if seen is not None:
            seen.append(update)
        tg.world.pulse.beat()

    builder = ApplicationBuilder().token(tg.token).base_url(tg.base_url)
    app = builder.base_file_url(tg.base_file_url).build()
    app.add_handler(TypeHandler(Update, note), group=-1)
    app.add_handler(CommandHandler("start", on_start))
    app.add_handler(CallbackQueryHandler(on_tap))
    async with app:
        await app.start()
        assert app.updater
        await app.updater.start_polling(poll_interval=0, timeout=1, error_callback=lambda _: None)
        yield app
        await app.updater.stop()
        await app.stop()
