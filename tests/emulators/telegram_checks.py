"""What the server refuses: texts, keyboards, pictures and command lists that break its limits.

Source: reference/telegram.md sections 3, 7 and 8.
"""

from __future__ import annotations

import re
import struct

from tests.emulators.telegram_html import Formatted, parse_html, trim, utf16_length
from tests.emulators.telegram_records import Button, Keyboard, Version
from tests.emulators.telegram_wire import Json, Params, Upload, bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ANSWER = 200
_MAX_RAW_BYTES = 32_768
_MAX_CALLBACK_BYTES = 64
_MAX_BUTTONS, _MAX_BUTTONS_IN_ROW, _MAX_BUTTON_TEXT = 100, 8, 256
_MAX_COMMANDS, _MAX_DESCRIPTION = 100, 256
_MAX_PHOTO_BYTES, _MAX_FILE_BYTES = 10 * 1024**2, 50 * 1024**2
_MAX_PHOTO_SIDES, _MAX_PHOTO_RATIO = 10_000, 20
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_URL = re.compile(r"(https?|tg)://\S+")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_ACTIONS = frozenset(
    {"callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
     "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game"}
)  # fmt: skip


def read_version(params: Params, field: str) -> Version:
    """Read the text ("text", 4096 units) or caption ("caption", 1024 units) and the keyboard.

    Raises:
        ApiError: 400 for an empty text, one that is too long, bad markup or a bad keyboard.
    """
    source = params.text(field)
    if len(source.encode()) > _MAX_RAW_BYTES:
        raise bad_request("Text is too long")
    formatted = _format(source, params, f"{field}_entities" if field == "caption" else "entities")
    if field == "text" and not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > (MAX_TEXT if field == "text" else MAX_CAPTION):
        raise bad_request(f"message {'caption ' if field == 'caption' else ''}is too long")
    markup = params.nested("reply_markup")
    return Version(formatted.text, source, formatted.entities, read_keyboard(markup), markup)


def _format(source: str, params: Params, entities: str) -> Formatted:
    """Apply the parse mode; without one the entities come ready-made."""
    mode = params.text("parse_mode").lower()
    if mode == "html":
        return parse_html(source)
    if mode:
        raise bad_request("unsupported parse_mode (the emulator reads HTML only)")
    ready = params.nested(entities) or []
    for entity in ready:
        if entity["offset"] < 0 or entity["offset"] + entity["length"] > utf16_length(source):
            raise bad_request("ENTITY_BOUNDS_INVALID")
    return trim(Formatted(source, ready))


def read_keyboard(markup: object) -> Keyboard:
    """Read the rows of an inline keyboard; other kinds of reply markup have no inline buttons.

    Raises:
        ApiError: 400 BUTTON_DATA_INVALID over 64 bytes, and other code words.
    """
    if not isinstance(markup, dict) or "inline_keyboard" not in markup:
        return []
    rows = [[_read_button(button) for button in row] for row in markup["inline_keyboard"]]
    if sum(map(len, rows)) > _MAX_BUTTONS or any(len(row) > _MAX_BUTTONS_IN_ROW for row in rows):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return [row for row in rows if row]


def _read_button(wire: Json) -> Button:
    """Read one inline button, which does exactly one thing."""
    text, data, url = wire.get("text", ""), wire.get("callback_data"), wire.get("url")
    if not text or utf16_length(text) > _MAX_BUTTON_TEXT:
        raise bad_request("BUTTON_TEXT_INVALID")
    if len(_ACTIONS.intersection(wire)) != 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    if data is not None and not 1 <= len(data.encode()) <= _MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not _URL.fullmatch(url):
        raise bad_request("BUTTON_URL_INVALID")
    return Button(text, data, url)


def read_commands(wire: object) -> list[Json]:
    """Read the list of setMyCommands.

    Raises:
        ApiError: 400 for more than 100 commands, bad names or descriptions.
    """
    if not isinstance(wire, list):
        raise bad_request("parameter commands is required")
    if len(wire) > _MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in wire:
        if not _COMMAND.fullmatch(command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(command.get("description", "")) <= _MAX_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return wire


def measure_photo(upload: Upload) -> tuple[int, int]:
    """Return width and height of a PNG (a JPEG is not looked into and counts as 1280 x 720).

    Raises:
        ApiError: 400 when it is no picture, over 10 MB, too large or too narrow.
    """
    if len(upload.data) > _MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    if upload.data.startswith(_JPEG):
        return 1280, 720
    if not upload.data.startswith(_PNG) or upload.data[12:16] != b"IHDR":
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", upload.data[16:24].ljust(8, b"\0"))
    too_narrow = max(width, height, 1) > _MAX_PHOTO_RATIO * min(width, height)
    if width + height > _MAX_PHOTO_SIDES or too_narrow:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def check_document(upload: Upload) -> None:
    """Refuse an empty file and one over 50 MB."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > _MAX_FILE_BYTES:
        raise bad_request("file is too big")
