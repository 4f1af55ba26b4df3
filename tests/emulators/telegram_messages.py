"""The methods of the Bot API that write into chats: send, edit, delete, pin, answer.

Each takes the world and the parameters and returns the `result`, or raises ApiError and changes
nothing.
"""

from __future__ import annotations

import hashlib

from tests.emulators.telegram_checks import (
    MAX_ANSWER,
    check_document,
    measure_photo,
    read_keyboard,
    read_version,
)
from tests.emulators.telegram_html import utf16_length
from tests.emulators.telegram_records import Answer, Chat, Message, Version
from tests.emulators.telegram_wire import Json, Params, Upload, bad_request
from tests.emulators.telegram_world import World

_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
     "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)  # fmt: skip
_QUERY_GONE = "query is too old and response timeout expired or query ID is invalid"
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def send_message(world: World, params: Params) -> object:
    """Send a text."""
    return _send(world, params, read_version(params, "text"))


def send_photo(world: World, params: Params) -> object:
    """Send an uploaded picture with a caption; it must come as a file with a name."""
    upload = _required_upload(params, "photo")
    width, height = measure_photo(upload)
    photo = {**_file(world, upload), "width": width, "height": height}
    return _send(world, params, read_version(params, "caption"), {"photo": [photo]}, upload)


def send_document(world: World, params: Params) -> object:
    """Send an uploaded file with a caption."""
    upload = _required_upload(params, "document")
    check_document(upload)
    document = {**_file(world, upload), "file_name": upload.file_name}
    return _send(world, params, read_version(params, "caption"), {"document": document}, upload)


def _send(
    world: World,
    params: Params,
    version: Version,
    media: Json | None = None,
    upload: Upload | None = None,
) -> Json:
    """Put a new message of the bot into its chat."""
    chat = world.chat_for_bot(params.integer("chat_id"))
    message = Message(
        chat=chat,
        message_id=0,
        date=world.now(),
        sender=world.bot,
        now=version,
        from_bot=True,
        disable_notification=params.flag("disable_notification"),
        protect_content=params.flag("protect_content"),
        thread_id=_topic(chat, params),
        reply_to=_replied(chat, params),
        media=media or {},
        upload=upload,
    )
    message.message_id = world.new_message_id(chat)
    return world.add(message).wire()


def _topic(chat: Chat, params: Params) -> int | None:
    """Return the topic to send to; the general one (1) must be left out."""
    if "message_thread_id" not in params:
        return None
    thread_id = params.integer("message_thread_id")
    if thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return thread_id


def _replied(chat: Chat, params: Params) -> Message | None:
    """Return the message that is replied to."""
    reply = params.nested("reply_parameters")
    if not reply:
        return None
    replied = chat.log.get(reply["message_id"])
    if replied is not None and not replied.deleted:
        return replied
    if not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return None


def _required_upload(params: Params, name: str) -> Upload:
    """Return the uploaded file; the emulator knows neither addresses nor ids of earlier files."""
    upload = params.upload(name)
    if upload is None:
        raise bad_request(f"there is no {name} in the request")
    return upload


def _file(world: World, upload: Upload) -> Json:
    """Store a file so that getFile finds it."""
    file_id = hashlib.sha256(upload.data).hexdigest()[:24]
    world.files[file_id] = upload
    return {"file_id": file_id, "file_unique_id": file_id[:12], "file_size": len(upload.data)}


def edit_message_text(world: World, params: Params) -> object:
    """Replace a text; without reply_markup the keyboard goes away."""
    message = _own_message(world, params, "edit")
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, message, read_version(params, "text"))


def edit_message_caption(world: World, params: Params) -> object:
    """Replace the caption of a photo or document; without reply_markup the keyboard goes away."""
    message = _own_message(world, params, "edit")
    if not message.media:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, message, read_version(params, "caption"))


def edit_message_reply_markup(world: World, params: Params) -> object:
    """Replace or remove the keyboard only."""
    message = _own_message(world, params, "edit")
    markup = params.nested("reply_markup")
    now = message.now
    keyboard = read_keyboard(markup)
    return _edit(world, message, Version(now.text, now.html, now.entities, keyboard, markup))


def _edit(world: World, message: Message, version: Version) -> Json:
    """Give a message its new version; one that looks the same is refused."""
    if version.looks_like(message.now):
        raise bad_request(_NOT_MODIFIED)
    message.history.append(message.now)
    message.now = version
    message.edit_date = world.now()
    world.changed(message)
    return message.wire()


def _own_message(world: World, params: Params, purpose: str) -> Message:
    """Return the bot's message the parameters name."""
    message = _message(world, params, purpose)
    if not message.from_bot:
        raise bad_request(f"message can't be {purpose}ed")
    return message


def _message(world: World, params: Params, purpose: str) -> Message:
    """Return the message the parameters name."""
    chat = world.chat_for_bot(params.integer("chat_id"))
    message = chat.log.get(params.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message


def delete_message(world: World, params: Params) -> object:
    """Delete a message: the bot's own, any in a private chat, any where the bot is an admin."""
    message = _message(world, params, "delete")
    if not (message.from_bot or message.chat.kind == "private" or message.chat.bot_is == "admin"):
        raise bad_request("message can't be deleted")
    message.deleted = True
    world.changed(message)
    return True


def pin_chat_message(world: World, params: Params) -> object:
    """Pin a message; in groups only an admin may."""
    message = _message(world, params, "pin")
    if message.chat.kind != "private" and message.chat.bot_is != "admin":
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message.pinned = True
    world.changed(message)
    return True


def answer_callback_query(world: World, params: Params) -> object:
    """Answer a press of a button, once."""
    query = world.queries.get(params.text("callback_query_id"))
    if query is None:
        raise bad_request(_QUERY_GONE)
    if query.answers or query.expired:
        query.refused_answers += 1
        raise bad_request(_QUERY_GONE)
    if utf16_length(params.text("text")) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answers += 1
    world.answers.append(Answer(query.query_id, params.text("text"), params.flag("show_alert")))
    world.pulse.beat()
    return True


def send_chat_action(world: World, params: Params) -> object:
    """Show that the bot is typing, or the like."""
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.actions.append((world.chat_for_bot(params.integer("chat_id")).chat_id, action))
    return True
