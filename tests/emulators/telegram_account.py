"""The methods of the Bot API about the bot itself, and the table of all methods."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from tests.emulators import telegram_messages as messages
from tests.emulators.telegram_checks import read_commands
from tests.emulators.telegram_records import Chat
from tests.emulators.telegram_wire import ApiError, Json, Params, bad_request
from tests.emulators.telegram_world import World

Method = Callable[[World, Params], object | Awaitable[object]]

_MAX_TIMEOUT_S = 50
_MAX_UPDATES = 100
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def get_me(world: World, params: Params) -> object:
    """Return the bot's own User."""
    powers = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return {**world.bot, **dict.fromkeys(powers, False), "can_join_groups": True}


async def get_updates(world: World, params: Params) -> object:
    """Wait for updates and return them; the offset confirms the ones before it."""
    allowed = params.nested("allowed_updates")
    if allowed is not None:
        world.updates.allow(allowed)
    limit = params.integer("limit", _MAX_UPDATES)
    timeout = min(params.integer("timeout", 0), _MAX_TIMEOUT_S)
    return await world.updates.poll(
        params.integer("offset", 0), min(max(limit, 1), _MAX_UPDATES), timeout
    )


def set_webhook(world: World, params: Params) -> object:
    """Note a webhook address: polling is refused from now on. The emulator never posts to it."""
    url = params.text("url")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    return _change_webhook(world, params, url)


def delete_webhook(world: World, params: Params) -> object:
    """Allow polling again."""
    return _change_webhook(world, params, "")


def _change_webhook(world: World, params: Params, url: str) -> bool:
    """Set or clear the webhook address, dropping what waits when asked to."""
    world.updates.webhook_url = url
    if params.flag("drop_pending_updates"):
        world.updates.drop()
    return True


def get_webhook_info(world: World, params: Params) -> object:
    """Return the webhook address, if any, and how many updates wait."""
    updates = world.updates
    return {
        "url": updates.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": updates.pending,
    }


def set_my_commands(world: World, params: Params) -> object:
    """Replace the command list of one scope and language."""
    world.commands[_menu(world, params)] = read_commands(params.nested("commands"))
    return True


def delete_my_commands(world: World, params: Params) -> object:
    """Remove the command list of one scope and language."""
    world.commands.pop(_menu(world, params), None)
    return True


def get_my_commands(world: World, params: Params) -> object:
    """Return the command list of exactly this scope and language."""
    return world.commands.get(_menu(world, params), [])


def menu_key(scope: Json, language: str) -> tuple[str, str]:
    """Return the key under which the commands of a scope are kept."""
    return json.dumps(scope, sort_keys=True), language


def _menu(world: World, params: Params) -> tuple[str, str]:
    """Check the scope and return its key."""
    scope = params.nested("scope") or {"type": "default"}
    if scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if any(name not in scope for name in _SCOPES[scope["type"]]):
        raise bad_request("can't parse BotCommandScope: field missing")
    if "chat_id" in scope:
        scope = {**scope, "chat_id": world.chat_for_bot(int(scope["chat_id"])).chat_id}
    return menu_key(scope, params.text("language_code"))


def get_chat(world: World, params: Params) -> object:
    """Return a chat with the two fields the full form always has."""
    chat = world.chat_for_bot(params.integer("chat_id"))
    accepted = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts"), False)
    gifts = {**accepted, "premium_subscription": False, "gifts_from_channels": False}
    extra = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return {**chat.wire(), **extra}


def get_chat_member(world: World, params: Params) -> object:
    """Return what a person, or the bot, is in a chat."""
    chat = world.chat_for_bot(params.integer("chat_id"))
    user_id = params.integer("user_id")
    if user_id == world.bot["id"]:
        return member(world.bot, "administrator" if _bot_rules(chat) else "member")
    if user_id not in world.people:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member(world.people[user_id], "member")


def _bot_rules(chat: Chat) -> bool:
    """Whether the bot is an admin of this chat."""
    return chat.bot_is == "admin"


def member(user: Json, status: str) -> Json:
    """Return a ChatMember; an administrator has all rights."""
    wire: Json = {"user": user, "status": status}
    if status == "kicked":
        wire["until_date"] = 0
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
            "can_restrict_members can_promote_members can_change_info can_invite_users "
            "can_post_stories can_edit_stories can_delete_stories can_pin_messages"
        )
        wire |= dict.fromkeys(rights.split(), True)
    return wire


def get_file(world: World, params: Params) -> object:
    """Return where to download a file the bot sent."""
    file_id = params.text("file_id")
    if file_id not in world.files:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    size = len(world.files[file_id].data)
    return {
        "file_id": file_id,
        "file_unique_id": file_id[:12],
        "file_size": size,
        "file_path": file_id,
    }


def succeed(world: World, params: Params) -> object:
    """Do nothing, successfully (logOut, close)."""
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "deleteMyCommands": delete_my_commands,
    "getMyCommands": get_my_commands,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getFile": get_file,
    "logOut": succeed,
    "close": succeed,
    "sendMessage": messages.send_message,
    "sendPhoto": messages.send_photo,
    "sendDocument": messages.send_document,
    "editMessageText": messages.edit_message_text,
    "editMessageCaption": messages.edit_message_caption,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "pinChatMessage": messages.pin_chat_message,
    "answerCallbackQuery": messages.answer_callback_query,
    "sendChatAction": messages.send_chat_action,
}
_BY_LOWER_NAME = {name.lower(): name for name in METHODS}


def documented_name(name: str) -> str:
    """Return a method's name as the documentation spells it; the server ignores case.

    Raises:
        ApiError: 404 for a method the emulator does not have.
    """
    try:
        return _BY_LOWER_NAME[name.lower()]
    except KeyError:
        raise ApiError(404, "method not found") from None
