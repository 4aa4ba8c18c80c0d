"""The lists of people: their columns, one row by id, and whose duty shifts a person may see."""

from typing import Any, TypeVar

from django.db.models import Manager, Model, Q, QuerySet

from anlan.kernel.base.errors import NotFoundError, StaleVersionError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Facts, Principal
from anlan.kernel.people.models import DutyShift, Organisation, Role, User
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.people.queries.second_factor import IS_ENROLLED
from anlan.kernel.places.rules import div_of

Row = TypeVar("Row", bound=Model)

_ID = Field(path="id", sortable=True)
_VERSION = Field(path="version", kind="int")

ORGANISATIONS = ListSpec(
    fields={
        "id": _ID,
        "name": Field(path="name", sortable=True, title="名称"),
        "name_en": Field(path="name_en", title="英文名称"),
        "kind": Field(path="kind", sortable=True, title="类别"),
        "credit_code": Field(path="credit_code", title="统一社会信用代码"),
        "parent_id": Field(path="parent_id"),
        "territory_code": Field(path="territory_code", sortable=True, title="属地区划代码"),
        "zone": Field(path="zone", kind="int", title="功能区"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "version": _VERSION,
    },
    sort="name",
)
ROLES = ListSpec(
    fields={
        "id": _ID,
        "code": Field(path="code", sortable=True),
        "title": Field(path="title", title="角色"),
        "title_en": Field(path="title_en"),
        "family": Field(path="family", sortable=True),
        "ceiling": Field(path="ceiling", kind="int", title="敏感级别上限"),
        "permissions": Field(path="permissions"),
        "version": _VERSION,
    },
    sort="code",
)
USERS = ListSpec(
    fields={
        "id": _ID,
        "username": Field(path="username", sortable=True, title="用户名"),
        "name": Field(path="name", sortable=True, title="姓名"),
        "administrator": Field(path="administrator", title="管理员"),
        "is_active": Field(path="is_active", kind="bool", title="启用"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "must_change_password": Field(path="must_change_password", kind="bool"),
        "has_second_factor": Field(path="has_second_factor", kind="bool", title="双因素"),
        "last_login": Field(path="last_login", kind="time", title="上次登录"),
        "version": _VERSION,
    },
    sort="username",
)
POSTS = ListSpec(
    fields={
        "id": _ID,
        "title": Field(path="title", sortable=True, title="岗位"),
        "title_en": Field(path="title_en"),
        "role": Field(path="role__code", sortable=True),
        "role_title": Field(path="role__title", title="角色"),
        "organisation_id": Field(path="organisation_id"),
        "organisation_name": Field(path="organisation__name", sortable=True, title="单位"),
        "territory_code": Field(path="territory_code", title="分管属地"),
        "version": _VERSION,
    },
    sort="organisation_name",
)
HOLDINGS = ListSpec(
    fields={
        "id": _ID,
        "post_id": Field(path="post_id"),
        "post_title": Field(path="post__title", title="岗位"),
        "organisation_name": Field(path="post__organisation__name", sortable=True, title="单位"),
        "user_id": Field(path="user_id"),
        "user_name": Field(path="user__name", sortable=True, title="姓名"),
        "held_from": Field(path="held_from", kind="time", sortable=True, title="任职"),
        "held_to": Field(path="held_to", kind="time", title="离任"),
        "appointed_by": Field(path="appointed_by", title="任命人"),
        "version": _VERSION,
    },
    sort="-held_from",
)
SHIFTS = ListSpec(
    fields={
        "id": _ID,
        "organisation_id": Field(path="organisation_id"),
        "organisation_name": Field(path="organisation__name", title="单位"),
        "post_id": Field(path="post_id"),
        "post_title": Field(path="post__title", title="岗位"),
        "user_id": Field(path="user_id"),
        "user_name": Field(path="user__name", title="姓名"),
        "starts_at": Field(path="starts_at", kind="time", sortable=True, title="接班"),
        "ends_at": Field(path="ends_at", kind="time", sortable=True, title="交班"),
        "version": _VERSION,
    },
    sort="starts_at",
)


def users() -> QuerySet[User]:
    """Return the accounts as their list shows them."""
    return User.objects.annotate(has_second_factor=IS_ENROLLED)


def one(rows: Manager[Row], key: str) -> Row:
    """Return one row by its id, or say that there is none."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFoundError(f"没有 {key}", code="people.not_found")
    return found


def account(username: str) -> User:
    """Return an account by its name, locked for a change."""
    found = User.objects.select_for_update().filter(username=username.strip().lower()).first()
    if found is None:
        raise NotFoundError(f"没有用户 {username}", code="people.not_found")
    return found


def at_version(rows: Manager[Row], key: str, version: int) -> Row:
    """Return one row for a change, locked, if nobody changed it since the caller read it."""
    found = rows.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise NotFoundError(f"没有 {key}", code="people.not_found")
    if getattr(found, "version") != version:  # noqa: B009 - Row is any model with a version
        raise StaleVersionError("已被他人修改", version=getattr(found, "version"))  # noqa: B009
    return found


def role(code: str) -> Role:
    """Return a role by its code."""
    found = Role.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError(f"没有角色 {code}", code="people.not_found")
    return found


def row(spec: ListSpec, rows: Manager[Any] | QuerySet[Any], key: str) -> dict[str, Any]:
    """Return one row under the names that its list has."""
    paths = {field.path for field in spec.fields.values()}
    return spec.renamed(rows.filter(pk=key).values(*paths)[0])


def facts_of(organisation: Organisation) -> Facts:
    """Return where an organisation is, for the decision on acts about it."""
    return Facts(div=div_of(organisation.territory_code), zone=organisation.zone)


def shifts_reached(principal: Principal) -> QuerySet[DutyShift]:
    """Return the shifts of a person's own organisations and of those in his territory or zone."""
    own = {post.organisation_id for post in posts_of_actor(principal.actor)}
    reached = [
        one.id
        for one in Organisation.objects.only("id", "territory_code", "zone")
        if one.id in own or principal.scope.sees(facts_of(one))
    ]
    here = Q(exercise_id=principal.exercise_id) if principal.exercise_id else Q(exercise_id=None)
    return DutyShift.objects.filter(here, organisation__in=reached)
