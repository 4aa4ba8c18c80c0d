"""The first people of an installation: three administrators (三员) that exclude one another."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.people.models import AdministratorKind, User
from anlan.kernel.people.services.sessions import issue_first_link
from anlan.kernel.people.services.users import create_user

KINDS = (AdministratorKind.SYSTEM, AdministratorKind.SECURITY, AdministratorKind.AUDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who is to be one."""

    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Who has become one, and the token of the link by which he comes in; it is shown once."""

    user: User
    link_token: str = field(repr=False)


def create_first_administrators(
    *, named: Mapping[AdministratorKind, Named]
) -> list[FirstAdministrator]:
    """Open the three accounts, each of another named person; refused once there is any.

    None has a password: each sets his own when he comes by his link (GB/T 22239-2019, 8.1.4.2 b).
    """
    if User.objects.exclude(administrator=AdministratorKind.NONE).exists():
        raise ConflictError("已有管理员，不能再次初始化", code="people.administrators_exist")
    if set(named) != set(KINDS):
        raise InvalidError("须指定系统、安全、审计三名管理员", code="people.three_needed")
    people = list(named.values())
    if any(not one.name.strip() for one in people):
        raise InvalidError("管理员须实名", code="people.name_missing")
    if len({one.username for one in people}) < len(KINDS) or len(
        {one.name.strip() for one in people}
    ) < len(KINDS):
        raise InvalidError("三名管理员须为不同的人", code="people.one_person_twice")
    made = []
    for kind in KINDS:
        user = create_user(
            username=named[kind].username, name=named[kind].name.strip(), administrator=kind
        )
        made.append(FirstAdministrator(user=user, link_token=issue_first_link(user=user)))
    return made
