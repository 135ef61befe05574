"""Who belongs to a chat, and what they may do there: statuses, administrators' rights and members' permissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.messages import Being

GROUP_RIGHTS = (
    "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users", "can_restrict_members",
    "can_pin_messages", "can_manage_topics", "can_promote_members", "can_manage_video_chats", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_manage_tags",
)  # fmt: skip
CHANNEL_RIGHTS = (
    "can_manage_chat", "can_change_info", "can_post_messages", "can_edit_messages", "can_delete_messages",
    "can_invite_users", "can_restrict_members", "can_promote_members", "can_manage_video_chats", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_manage_direct_messages",
)  # fmt: skip
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag",
    "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
USUAL_PERMISSIONS = frozenset(PERMISSIONS) - {"can_change_info", "can_pin_messages", "can_manage_topics"}
NOT_USUALLY_GIVEN = frozenset({"can_promote_members"})


@dataclass(frozen=True, slots=True)
class Member:
    """One being's place in one chat.

    `status` is Telegram's: creator, administrator, member, restricted, left, kicked. `rights` are an administrator's,
    `permissions` a restricted member's.
    """

    being: Being
    status: str = "member"
    rights: frozenset[str] = frozenset()
    permissions: frozenset[str] = USUAL_PERMISSIONS
    anonymous: bool = False

    @property
    def present(self) -> bool:
        """Whether they are in the chat now."""
        return self.status not in ("left", "kicked")

    @property
    def runs_it(self) -> bool:
        """Whether they are an administrator or the owner."""
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Tell whether they have a right or permission of this name."""
        if self.status == "creator":
            return True
        if self.status == "administrator":
            return right in self.rights or right.startswith(("can_send_", "can_add_web"))
        if self.status in ("left", "kicked"):
            return False
        return right in (self.permissions if self.status == "restricted" else USUAL_PERMISSIONS)


def rights_of(kind: str) -> tuple[str, ...]:
    """Return the names of an administrator's rights in a chat of this kind."""
    return CHANNEL_RIGHTS if kind == "channel" else GROUP_RIGHTS


def chosen_rights(kind: str, changes: dict[str, bool]) -> frozenset[str]:
    """Return the rights a new administrator usually gets, with `changes`; LookupError for a name that is none."""
    usual = dict.fromkeys(rights_of(kind), True) | dict.fromkeys(NOT_USUALLY_GIVEN, False)
    strange = set(changes) - set(usual)
    if strange:
        raise LookupError(f"no rights in a {kind}: {sorted(strange)}; there are {sorted(usual)}")
    return frozenset(name for name, given in (usual | changes).items() if given)


def chosen_permissions(changes: dict[str, bool]) -> frozenset[str]:
    """Return what a restricted member may still do; LookupError for a name that is no permission."""
    strange = set(changes) - set(PERMISSIONS)
    if strange:
        raise LookupError(f"no such permissions: {sorted(strange)}; there are {sorted(PERMISSIONS)}")
    usual = {name: name in USUAL_PERMISSIONS for name in PERMISSIONS}
    return frozenset(name for name, given in (usual | changes).items() if given)
