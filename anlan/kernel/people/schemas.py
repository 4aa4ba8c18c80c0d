"""JSON shapes of people."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, StringConstraints

from anlan.kernel.base.body import Body

#: PostgreSQL keeps no NUL; a body with one is refused at the door.
NO_NUL = r"^[^\x00]*$"
Word = Annotated[str, StringConstraints(max_length=64, pattern=NO_NUL)]
Title = Annotated[str, StringConstraints(max_length=60, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(max_length=120, pattern=NO_NUL)]
#: Long enough for any sentence, short enough that hashing it is no attack.
Secret = Annotated[str, StringConstraints(max_length=256, pattern=NO_NUL)]
Key = Annotated[str, StringConstraints(max_length=26, pattern=r"^[0-9A-Z]*$")]


KeyKind = Literal["webauthn", "sm2"]
FactorKind = Literal["totp", "webauthn", "sm2"]


class SignInBody(Body):
    """Name and password."""

    username: Word
    password: Secret


class LinkBody(Body):
    """The token of a one-time link."""

    token: Secret


class PasswordBody(Body):
    """The old password and the new one."""

    old: Secret
    new: Secret


class SessionUser(Schema):
    """Who is signed in."""

    id: str
    name: str
    username: str
    administrator: str


class OrganisationRef(Schema):
    """An organisation by name; `name_en` is empty where it has none."""

    id: str
    name: str
    name_en: str


class SessionPost(Schema):
    """One post of who is signed in."""

    id: str
    title: str
    title_en: str
    role: str
    organisation: OrganisationRef


class ExerciseRef(Schema):
    """The drill that a session takes part in."""

    id: str
    name: str


class SessionOut(Schema):
    """What the web application must know of this session; `user` is null before the log-in."""

    user: SessionUser | None
    posts: list[SessionPost]
    permissions: list[str]
    #: Highest label that may be taken out: 0 public, 1 internal, 2 personal, 3 work secret.
    ceiling: int
    demo: bool
    notice: str
    exercise: ExerciseRef | None
    #: Whether this is a screen on a wall, which reads and does nothing.
    display: bool
    must_change_password: bool
    #: Whether the old password is asked for when a new one is set.
    has_password: bool
    #: `needed`: the password was right, the code is awaited; `must_enrol`: nothing opens before.
    second_factor: Literal["none", "needed", "must_enrol", "enrolled"]
    #: By what this person can prove himself; said once the password was right.
    second_factor_kinds: list[FactorKind]
    #: Kinds of keys that can be registered here; none where the address is a number.
    key_kinds: list[KeyKind]
    csrf_token: str
    server_time: int


class CodeBody(Body):
    """A code of the authenticator app, or a recovery code."""

    code: Word


class OfferBody(Body):
    """Proof of who asks for a second factor: the password, and a code where there is one already."""

    password: Secret
    code: Word = ""


class OfferOut(Schema):
    """The secret for the app, as text and as the address that a QR code carries; shown once."""

    secret: str
    uri: str


class RecoveryCodesOut(Schema):
    """Codes that each stand for the app once; shown once."""

    codes: list[str]


class PhoneBody(Body):
    """A phone number as people write it; empty takes it away where one is set."""

    phone: Word


class MailBody(Body):
    """A mail address; empty takes it away."""

    mail: Annotated[str, StringConstraints(max_length=254, pattern=NO_NUL)]


class RevealBody(Body):
    """Why a phone is looked at in full."""

    reason: Name


class PhoneOut(Schema):
    """A phone in full."""

    phone: str


class FoundOut(Schema):
    """The ids of accounts that were found."""

    users: list[str]


class FirstLinkOut(Schema):
    """The token of a link by which somebody comes in once to set his password; shown once."""

    link_token: str
    hours: int


class TicketOut(Schema):
    """A ticket for the live stream."""

    ticket: str
    expires_at: datetime


class OrganisationOut(Schema):
    """An organisation in a list."""

    id: str
    name: str
    name_en: str
    kind: str
    credit_code: str | None
    parent_id: str | None
    territory_code: str
    zone: int | None
    is_invented: bool
    #: Names and codes under which the firm was also entered: `名称 代码；…`.
    other_names: str
    version: int


class OrganisationBody(Body):
    """A new organisation; a firm has its 统一社会信用代码 (GB 32100-2015)."""

    name: Name
    name_en: Name = ""
    kind: Literal["bureau", "government", "agency", "firm", "team"]
    credit_code: Word | None = None
    territory_code: Word = ""
    zone: int | None = None


class OrganisationPatch(Body):
    """What may be changed of an organisation; its kind and code stay. `zone` makes it the zone's own."""

    name: Annotated[Name, StringConstraints(min_length=1, strip_whitespace=True)]
    name_en: Name
    territory_code: Word
    zone: int | None


class RoleOut(Schema):
    """A role in a list."""

    id: str
    code: str
    title: str
    title_en: str
    family: str
    ceiling: int
    permissions: list[str]
    version: int


class UserOut(Schema):
    """An account in a list; never its password."""

    id: str
    username: str
    name: str
    administrator: str
    #: The first that holds: stopped, asleep (unused for 90 days), waiting (for a first password).
    standing: Literal["stopped", "asleep", "waiting", "active"]
    #: The posts held today, `单位 · 岗位；…`.
    posts: str
    posts_en: str
    is_active: bool
    is_invented: bool
    must_change_password: bool
    has_second_factor: bool
    #: By wrong tries at its name, at some address or wherever its owner has not signed in before.
    is_locked: bool
    #: Masked, `138******01`; empty where none is known.
    phone: str
    last_login: datetime | None
    version: int


class UserBody(Body):
    """A new account, with a temporary password or to be entered by a first link."""

    username: Word
    name: Title
    password: Secret | None = None


class UserPatch(Body):
    """What may be changed of an account: its owner's name, whether it may be used."""

    name: Title | None = None
    is_active: bool | None = None


class PostOut(Schema):
    """A post in a list."""

    id: str
    title: str
    title_en: str
    role: str
    role_title: str
    role_title_en: str
    organisation_id: str
    organisation_name: str
    organisation_name_en: str
    territory_code: str | None
    #: Whether somebody holds it today.
    is_held: bool
    version: int


class PostBody(Body):
    """A new post."""

    organisation_id: Key
    role: Word
    title: Title = ""
    title_en: Title = ""
    territory_code: Word | None = None


class HoldingOut(Schema):
    """Who holds a post."""

    id: str
    post_id: str
    post_title: str
    post_title_en: str
    organisation_name: str
    organisation_name_en: str
    user_id: str
    user_name: str
    held_from: datetime
    held_to: datetime | None
    appointed_by: str
    version: int


class HoldingBody(Body):
    """An appointment."""

    user_id: Key


class DutyShiftOut(Schema):
    """A shift in a list."""

    id: str
    organisation_id: str
    organisation_name: str
    post_id: str
    post_title: str
    user_id: str
    user_name: str
    starts_at: datetime
    ends_at: datetime
    version: int


class DutyShiftBody(Body):
    """A new shift; times carry their offset."""

    user_id: Key
    post_id: Key
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class NamesOut(Schema):
    """The names behind `actor` columns."""

    names: dict[str, Any]


class ViewOut(Schema):
    """How I look at a page: `question` is the query of its address."""

    id: str
    page: str
    name: str
    question: str
    version: int


class ViewsOut(Schema):
    """My views."""

    items: list[ViewOut]


class ViewBody(Body):
    """A view to keep; `page` is a path of this application."""

    page: Annotated[str, StringConstraints(max_length=200, pattern=r"^/([^/\x00?#][^\x00?#]*)?$")]
    name: Title
    question: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00#]*$")] = ""
