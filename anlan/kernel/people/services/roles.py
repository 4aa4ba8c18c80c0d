"""Roles as data: the shipped catalogue is loaded again after every upgrade."""

from collections.abc import Iterable

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.people import events
from anlan.kernel.people.catalogue import RoleInput, shipped
from anlan.kernel.people.models import Role


def load_roles(*, roles: Iterable[RoleInput] | None = None) -> list[Role]:
    """Bring roles to what the catalogue says and return those that changed; repeatable."""
    known = {role.code: role for role in Role.objects.all()}
    changed = []
    for given in shipped() if roles is None else roles:
        role = known.get(given.code)
        if role is None:
            changed.append(create_role(role=given))
        elif _state(role) != given:
            changed.append(_change_role(role, given))
    return changed


def create_role(*, role: RoleInput) -> Role:
    """Add a role."""
    moment = now()
    made = Role(code=role.code, created_at=moment)
    return _written(made, role)


def _change_role(role: Role, given: RoleInput) -> Role:
    role.version += 1
    return _written(role, given)


def _written(role: Role, given: RoleInput) -> Role:
    """Write a role and its journal row."""
    role.title, role.title_en = given.title, given.title_en
    role.family, role.ceiling = given.family, given.ceiling
    role.permissions = list(given.permissions)
    role.updated_at = now()
    role.save()
    state = events.RoleState(
        id=role.id, code=role.code, permissions=role.permissions, ceiling=role.ceiling
    )
    about = journal.Subject(id=role.id, version=role.version, place=journal.Place())
    journal.record(events.ROLE_CHANGED, state, about)
    return role


def _state(role: Role) -> RoleInput:
    return RoleInput(
        code=role.code,
        title=role.title,
        title_en=role.title_en,
        family=role.family,
        ceiling=role.ceiling,
        permissions=tuple(role.permissions),
    )
