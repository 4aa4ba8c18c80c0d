"""Who acts by a command: a person of this installation, with his own rights and under his own name.

Whoever may start a command on this machine may name anybody; the journal keeps both, the person
and the account of the machine.
"""

import getpass

from anlan.kernel.base.errors import NotFoundError, NotPermittedError
from anlan.kernel.base.permissions import Principal, decide
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.principals import principal_of


def person(username: str, permission: str) -> Principal:
    """Return who acts, if one of his posts gives the permission; he reaches what that post reaches."""
    found = User.objects.filter(username=username.strip().lower(), is_active=True).first()
    if found is None:
        raise NotFoundError(f"没有账号 {username}，或已停用", code="app.unknown_person")
    principal = principal_of(found)
    if not decide(principal, permission).allowed:
        raise NotPermittedError(f"{found.name} 没有权限 {permission}", permission=permission)
    return principal


def door() -> str:
    """Return the door of a command as the journal names it."""
    return f"command:{getpass.getuser()}"
