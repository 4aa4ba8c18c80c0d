"""The lists of people: their columns, one row by id, and whose duty shifts a person may see."""

from typing import Any, TypeVar

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Manager,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, NullIf

from anlan.kernel.base import queries
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Facts, Principal
from anlan.kernel.people.models import (
    AdministratorKind,
    Contact,
    ContactKind,
    DutyShift,
    Organisation,
    OrganisationKind,
    Post,
    Role,
    User,
)
from anlan.kernel.people.queries.holdings import holdings, posts_of_actor
from anlan.kernel.people.queries.locks import locked_names
from anlan.kernel.people.queries.second_factor import IS_ENROLLED
from anlan.kernel.people.rules import SLEEPS_AFTER
from anlan.kernel.places.rules import div_of

Row = TypeVar("Row", bound=Model)

_ID = Field(path="id", sortable=True)
_VERSION = Field(path="version", kind="int")
#: How an account stands; the first that holds, in this order.
STANDINGS = {"stopped": "已停用", "asleep": "休眠", "waiting": "待设口令", "active": "在用"}

ORGANISATIONS = ListSpec(
    fields={
        "id": _ID,
        "name": Field(path="name", sortable=True, title="单位名称"),
        "name_en": Field(path="name_en", title="英文名称"),
        "kind": Field(
            path="kind", sortable=True, title="类别", words=dict(OrganisationKind.choices)
        ),
        "credit_code": Field(path="credit_code", title="统一社会信用代码"),
        "parent_id": Field(path="parent_id"),
        "territory_code": Field(path="territory_code", sortable=True, title="属地区划代码"),
        "zone": Field(path="zone", kind="int", title="功能区"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "other_names": Field(path="other_names", title="其他名称与代码"),
        "search": Field(path="search"),
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
        "administrator": Field(
            path="administrator", title="管理员", words=dict(AdministratorKind.choices)
        ),
        "standing": Field(path="standing", title="状态", words=STANDINGS),
        "posts": Field(path="posts", title="岗位"),
        "posts_en": Field(path="posts_en"),
        "is_active": Field(path="is_active", kind="bool"),
        "is_invented": Field(path="is_invented", kind="bool", title="演示"),
        "must_change_password": Field(path="must_change_password", kind="bool"),
        "has_second_factor": Field(
            path="has_second_factor",
            kind="bool",
            title="双因素",
            words={True: "已启用", False: "未启用"},
        ),
        "is_locked": Field(path="is_locked", kind="bool"),
        "phone": Field(path="phone", title="电话"),
        "last_login": Field(path="last_login", kind="time", sortable=True, title="上次登录"),
        "search": Field(path="search"),
        "version": _VERSION,
    },
    sort="username",
    label=Sensitivity.PERSONAL,
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
        "organisation_name_en": Field(path="organisation__name_en"),
        "role_title_en": Field(path="role__title_en"),
        "territory_code": Field(path="territory_code", title="分管属地"),
        "is_held": Field(
            path="is_held", kind="bool", title="任职", words={True: "有人任职", False: "空岗"}
        ),
        "search": Field(path="search"),
        "version": _VERSION,
    },
    sort="organisation_name",
)
HOLDINGS = ListSpec(
    fields={
        "id": _ID,
        "post_id": Field(path="post_id"),
        "post_title": Field(path="post__title", title="岗位"),
        "post_title_en": Field(path="post__title_en"),
        "organisation_name": Field(path="post__organisation__name", sortable=True, title="单位"),
        "organisation_name_en": Field(path="post__organisation__name_en"),
        "user_id": Field(path="user_id"),
        "user_name": Field(path="user__name", sortable=True, title="姓名"),
        "held_from": Field(path="held_from", kind="time", sortable=True, title="任职"),
        "held_to": Field(path="held_to", kind="time", title="离任"),
        "appointed_by": Field(path="appointed_by", title="任命人"),
        "version": _VERSION,
    },
    sort="-held_from",
    label=Sensitivity.PERSONAL,
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
    label=Sensitivity.PERSONAL,
)


#: What everybody who sees accounts sees of a phone.
_MASKED = Contact.objects.filter(user=OuterRef("pk"), kind=ContactKind.PHONE)


def users() -> QuerySet[User]:
    """Return the accounts as their list shows them: standing, second factor, lock, the posts held today."""
    slept = Q(last_login__lt=now() - SLEEPS_AFTER) | Q(
        last_login=None, created_at__lt=now() - SLEEPS_AFTER
    )
    standing = Case(
        When(is_active=False, then=Value("stopped")),
        When(slept, then=Value("asleep")),
        When(must_change_password=True, then=Value("waiting")),
        default=Value("active"),
    )
    return User.objects.annotate(
        has_second_factor=IS_ENROLLED,
        is_locked=Case(
            When(username__in=locked_names(), then=Value(value=True)), default=Value(value=False)
        ),
        phone=Coalesce(Subquery(_MASKED.values("masked")[:1]), Value("")),
        standing=standing,
        posts=_posts_held(F("post__organisation__name"), F("post__title"), "；"),
        posts_en=_posts_held(
            _or_chinese("post__organisation__name"), _or_chinese("post__title"), "; "
        ),
        search=_words_of("name", "username"),
    )


def organisations() -> QuerySet[Organisation]:
    """Return the organisations as their list shows them; one merged away is found by the one kept."""
    aliases = (
        Organisation.objects.filter(merged_into=OuterRef("pk")).order_by().values("merged_into")
    )
    each = Concat("name", Value(" "), Coalesce("credit_code", Value("")), output_field=CharField())
    text = aliases.annotate(text=StringAgg(each, delimiter="；", order_by="name")).values("text")
    standing = Organisation.objects.filter(merged_into=None)
    named = standing.annotate(
        other_names=Coalesce(Subquery(text, output_field=CharField()), Value(""))
    )
    return named.annotate(search=_words_of("name", "name_en", "credit_code", "other_names"))


def posts() -> QuerySet[Post]:
    """Return the posts as their list shows them; whether one is held, never by whom."""
    return Post.objects.annotate(
        is_held=Exists(holdings().filter(post=OuterRef("pk"))),
        search=_words_of("title", "title_en", "organisation__name", "organisation__name_en"),
    )


def _words_of(*columns: str) -> Concat:
    """Return what the words of a search are looked for in."""
    texts = [part for one in columns for part in (Value(" "), Coalesce(one, Value("")))]
    return Concat(Value(""), *texts, output_field=CharField())


def _or_chinese(column: str) -> Coalesce:
    return Coalesce(NullIf(f"{column}_en", Value("")), column, output_field=CharField())


def _posts_held(organisation: F | Coalesce, title: F | Coalesce, between: str) -> Coalesce:
    """Return the text of the posts that an account holds today: `单位 · 岗位；…`."""
    each = Concat(organisation, Value(" · "), title, output_field=CharField())
    held = holdings().filter(user=OuterRef("pk")).order_by().values("user")
    text = held.annotate(text=StringAgg(each, delimiter=between, order_by="held_from")).values(
        "text"
    )
    return Coalesce(Subquery(text, output_field=CharField()), Value(""))


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
    return queries.at_version(rows, key, version, code="people.not_found")


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
