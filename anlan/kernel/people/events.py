"""What happens to people, posts and sessions.

Names of persons stay out of the public half of the journal (practice P21): an event tells ids,
the private half (`change`) tells the rest.
"""

from dataclasses import dataclass
from typing import Any

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationState:
    """An organisation as others may know it."""

    id: str
    name: str
    kind: str
    credit_code: str | None
    territory_code: str
    zone: int | None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleState:
    """A role with what it may do."""

    id: str
    code: str
    permissions: list[str]
    ceiling: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserState:
    """An account; `live` closes the streams of a user whose `sessions_epoch` grew."""

    user_id: str
    administrator: str
    is_active: bool
    sessions_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewState:
    """That a person has kept a view of a page; what it is called and asks is in the private half."""

    id: str
    user_id: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """A sign-in, a refusal or a sign-out, and from which address; `user_id` is null when no such account exists.

    `session` names the session as the live stream's tickets do; the key itself stays inside.
    """

    user_id: str | None
    how: str
    reason: str = ""
    session: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedElsewhere:
    """An account came in from an address while it was in use at others: perhaps more than one person's."""

    user_id: str
    address: str
    others: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostState:
    """A post in an organisation."""

    id: str
    organisation_id: str
    role: str
    territory_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingState:
    """Who holds a post, and the epoch his sessions must now have."""

    id: str
    post_id: str
    user_id: str
    held_from: str
    held_to: str | None
    appointed_by: str
    sessions_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeGrantState:
    """A further territory or zone that an organisation reaches: who asked, approved, ended it, and why."""

    id: str
    organisation_id: str
    territory_code: str
    zone: int | None
    reason: str
    valid_from: str
    valid_to: str | None
    asked_by: str
    approved_by: str
    ended_by: str
    end_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReachState:
    """How an organisation is related to a site."""

    id: str
    organisation_id: str
    site: str
    relation: str
    matter: str
    valid_from: str
    valid_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """A one-time link; never its token."""

    id: str
    user_id: str
    purpose: str
    expires_at: str
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorState:
    """Whether a person has a second factor; never its secret or a code."""

    user_id: str
    is_enrolled: bool
    recovery_left: int
    sessions_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactState:
    """Whether a person's phone is known; never what it is, nor a part of it."""

    user_id: str
    kind: str
    is_known: bool
    sensitivity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSearched:
    """Somebody looked for a person by a number; how many were found, never the number."""

    kind: str
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityKeyState:
    """A security key of a person, by its number and kind; its name is his own affair."""

    id: str
    user_id: str
    kind: str
    keys_left: int
    recovery_left: int
    sessions_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceState:
    """That a person has set something for himself, and under which name; what he set is his own."""

    id: str
    name: str
    recipients: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyShiftState:
    """Who is on duty for a post, from when to when."""

    id: str
    organisation_id: str
    post_id: str
    user_id: str
    starts_at: str
    ends_at: str


def _without_address(state: dict[str, Any]) -> dict[str, Any]:
    """Return a sign-in as it was told before its address was."""
    return {**state, "address": ""}


def _of_a_division(state: dict[str, Any]) -> dict[str, Any]:
    """Return a share as it was told before zones were shared as well."""
    return {**state, "zone": None}


ORGANISATION_REGISTERED = EventType("people.organisation.registered", OrganisationState, "登记单位")
ORGANISATION_CHANGED = EventType("people.organisation.changed", OrganisationState, "单位变更")
ROLE_CHANGED = EventType("people.role.changed", RoleState, "岗位角色变更")
USER_CREATED = EventType("people.user.created", UserState, "建立账号")
USER_CHANGED = EventType("people.user.changed", UserState, "账号变更")
PASSWORD_CHANGED = EventType("people.user.password_changed", UserState, "修改口令")
SIGNED_IN = EventType(
    "people.user.signed_in", SignInState, "登录", schema=2, from_before=_without_address
)
SIGN_IN_REFUSED = EventType(
    "people.user.sign_in_refused", SignInState, "登录被拒", schema=2, from_before=_without_address
)
USED_ELSEWHERE = EventType("people.user.used_elsewhere", UsedElsewhere, "账号同时在多处使用")
SIGNED_OUT = EventType(
    "people.user.signed_out", SignInState, "退出", schema=2, from_before=_without_address
)
SECOND_FACTOR_ENROLLED = EventType("people.second_factor.enrolled", SecondFactorState, "启用双因素")
SECOND_FACTOR_RESET = EventType("people.second_factor.reset", SecondFactorState, "重置双因素")
RECOVERY_CODES_RENEWED = EventType("people.recovery_codes.renewed", SecondFactorState, "更换恢复码")
RECOVERY_CODE_USED = EventType("people.recovery_code.used", SecondFactorState, "使用恢复码")
CONTACT_CHANGED = EventType("people.contact.changed", ContactState, "变更电话")
CONTACT_REVEALED = EventType("people.contact.revealed", ContactState, "查看完整电话")
CONTACT_SEARCHED = EventType("people.contact.searched", ContactSearched, "按电话查人")
CONTACT_FORGOTTEN = EventType("people.contact.forgotten", ContactState, "到期删除电话")
KEY_ADDED = EventType("people.security_key.added", SecurityKeyState, "登记安全密钥")
KEY_RENAMED = EventType("people.security_key.renamed", SecurityKeyState, "安全密钥改名")
KEY_REMOVED = EventType("people.security_key.removed", SecurityKeyState, "移除安全密钥")
PASSWORD_RESET = EventType("people.user.password_reset", UserState, "重设口令")
USER_UNLOCKED = EventType("people.user.unlocked", UserState, "解除账号锁定")
LINK_ISSUED = EventType("people.link.issued", LinkState, "发出一次性链接")
POST_CREATED = EventType("people.post.created", PostState, "设立岗位")
POST_MOVED = EventType("people.post.moved", PostState, "岗位改属单位")
APPOINTED = EventType("people.post.appointed", HoldingState, "任职")
VACATED = EventType("people.post.vacated", HoldingState, "离任")
VIEW_KEPT = EventType("people.view.kept", ViewState, "保存视图")
VIEW_REMOVED = EventType("people.view.removed", ViewState, "删除视图", is_end=True)
SCOPE_ASKED = EventType(
    "people.scope.asked", ScopeGrantState, "拟共享属地", schema=3, from_before=_of_a_division
)
SCOPE_GRANTED = EventType(
    "people.scope.granted", ScopeGrantState, "授予属地范围", schema=3, from_before=_of_a_division
)
SCOPE_ENDED = EventType(
    "people.scope.ended", ScopeGrantState, "共享提前结束", schema=3, from_before=_of_a_division
)
SCOPE_MOVED = EventType(
    "people.scope.moved",
    ScopeGrantState,
    "属地范围改属单位",
    schema=3,
    from_before=_of_a_division,
)
SITE_REACH_GRANTED = EventType("people.site_reach.granted", SiteReachState, "授予企业管辖")
SITE_REACH_ENDED = EventType("people.site_reach.ended", SiteReachState, "企业监管终止")
SITE_REACH_MOVED = EventType("people.site_reach.moved", SiteReachState, "企业管辖改属单位")
PREFERENCE_KEPT = EventType("people.preference.kept", PreferenceState, "保存个人设置")
DUTY_SHIFT_ADDED = EventType("people.duty_shift.added", DutyShiftState, "排班")
DUTY_SHIFT_MOVED = EventType("people.duty_shift.moved", DutyShiftState, "排班改属单位")
