"""The table of methods: what each may be given (Bot API 10.1) and who answers it. Anything else is 404."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.telegram_api import editing, identity, places, sending
from bots.rehearsal.telegram_api.query import Query

Handler = Callable[[Query], Any | Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method's name as documented, the parameters it knows, and its handler."""

    name: str
    parameters: frozenset[str]
    handler: Handler


TO = "business_connection_id chat_id message_thread_id direct_messages_topic_id"
HOW = "disable_notification protect_content allow_paid_broadcast message_effect_id reply_parameters"
MARKED = f"{HOW} suggested_post_parameters reply_markup"
CAPTION = "caption parse_mode caption_entities show_caption_above_media"
ONE = "business_connection_id chat_id message_id inline_message_id"
HOOK = "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token"
TEXT = "text parse_mode entities link_preview_options"

TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("getMe", "", identity.get_me),
    ("getUpdates", "offset limit timeout allowed_updates", identity.get_updates),
    ("setWebhook", HOOK, identity.set_webhook),
    ("deleteWebhook", "drop_pending_updates", identity.delete_webhook),
    ("getWebhookInfo", "", identity.get_webhook_info),
    ("close", "", identity.close),
    ("logOut", "", identity.close),
    ("sendMessage", f"{TO} {TEXT} {MARKED}", sending.send_message),
    ("sendPhoto", f"{TO} photo {CAPTION} has_spoiler {MARKED}", sending.send_photo),
    ("sendMediaGroup", f"{TO} media {HOW}", sending.send_media_group),
    ("sendChatAction", "business_connection_id chat_id message_thread_id action", sending.send_chat_action),
    ("editMessageText", f"{ONE} {TEXT} rich_message reply_markup", editing.edit_message_text),
    ("editMessageCaption", f"{ONE} {CAPTION} reply_markup", editing.edit_message_caption),
    ("editMessageMedia", f"{ONE} media reply_markup", editing.edit_message_media),
    ("editMessageReplyMarkup", f"{ONE} reply_markup", editing.edit_message_reply_markup),
    ("deleteMessage", "chat_id message_id", editing.delete_message),
    ("deleteMessages", "chat_id message_ids", editing.delete_messages),
    ("pinChatMessage", "business_connection_id chat_id message_id disable_notification", editing.pin_chat_message),
    ("unpinChatMessage", "business_connection_id chat_id message_id", editing.unpin_chat_message),
    ("setMessageReaction", "chat_id message_id reaction is_big", editing.set_message_reaction),
    ("answerCallbackQuery", "callback_query_id text show_alert url cache_time", identity.answer_callback_query),
    ("setMyCommands", "commands scope language_code", identity.set_my_commands),
    ("getMyCommands", "scope language_code", identity.get_my_commands),
    ("deleteMyCommands", "scope language_code", identity.delete_my_commands),
    ("setMyDescription", "description language_code", identity.set_description),
    ("setMyShortDescription", "short_description language_code", identity.set_description),
    ("setMyName", "name language_code", identity.set_description),
    ("getMyDescription", "language_code", identity.get_description),
    ("getMyShortDescription", "language_code", identity.get_description),
    ("getMyName", "language_code", identity.get_description),
    ("getChat", "chat_id", places.get_chat),
    ("getChatMember", "chat_id user_id", places.get_chat_member),
    ("getChatAdministrators", "chat_id return_bots", places.get_chat_administrators),
    ("getChatMemberCount", "chat_id", places.get_chat_member_count),
    ("leaveChat", "chat_id", places.leave_chat),
    ("getFile", "file_id", places.get_file),
    ("createForumTopic", "chat_id name icon_color icon_custom_emoji_id", places.create_forum_topic),
    ("closeForumTopic", "chat_id message_thread_id", places.close_forum_topic),
    ("reopenForumTopic", "chat_id message_thread_id", places.reopen_forum_topic),
)

METHODS = {name.lower(): Method(name, frozenset(known.split()), handler) for name, known, handler in TABLE}
"""By name in lower case: Telegram does not mind the case of a method's name."""
