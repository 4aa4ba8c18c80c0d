"""`anlan people`: the first administrators of an installation; help for who cannot get in."""

from datetime import datetime
from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(
    help="建立首批管理员，帮助无法登录的人。First administrators; help for who cannot get in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ACTOR = "command_line"
ONCE = """  每个链接只能用一次，一天内有效，只在这里显示；凭它设置口令，再启用双因素。
  Each link works once, within a day, and is shown only here: set a password, then a second factor."""


@app.command("first-administrators")
@told
def first_administrators(
    system: Annotated[
        str,
        typer.Option(
            prompt="系统管理员 system (username:姓名)",
            help="系统管理员，用户名:姓名。The system administrator, username:name.",
        ),
    ],
    security: Annotated[
        str,
        typer.Option(
            prompt="安全管理员 security (username:姓名)",
            help="安全管理员，用户名:姓名。The security administrator, username:name.",
        ),
    ],
    audit: Annotated[
        str,
        typer.Option(
            prompt="审计管理员 audit (username:姓名)",
            help="审计管理员，用户名:姓名。The audit administrator, username:name.",
        ),
    ],
) -> None:
    """建立系统、安全、审计三名管理员，打印一次性链接。Make the three administrators, print their links.

    已有管理员时拒绝；没有默认口令。Refused once there is any; there is no default password.
    """
    start_django("anlan_app")
    from anlan.kernel.base.permissions import machine
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.people.models import AdministratorKind
    from anlan.kernel.people.services.administrators import (
        KINDS,
        Named,
        create_first_administrators,
    )

    def named(text: str) -> Named:
        username, _, name = text.partition(":")
        return Named(username=username.strip(), name=name.strip())

    given = dict(zip(KINDS, map(named, (system, security, audit)), strict=True))
    with unit_of_work(machine(ACTOR)):
        made = create_first_administrators(named=given)
    for one in made:
        title = AdministratorKind(one.user.administrator).label
        _show(f"{title} {one.user.name} ({one.user.username})", one.link_token)
    typer.echo(ONCE)


@app.command()
@told
def link(username: Annotated[str, typer.Argument(help="用户名 username")]) -> None:
    """为忘记口令的人重设口令，打印一次性链接。Reset a forgotten password, print a link."""
    start_django("anlan_app")
    from anlan.kernel.base.permissions import machine
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.people.queries.directory import account
    from anlan.kernel.people.services import sessions, users

    with unit_of_work(machine(ACTOR)):
        user = users.reset_password(user=account(username))
        token = sessions.issue_first_link(user=user)
    _show(f"{user.name} ({user.username})", token)
    typer.echo(ONCE)


@app.command("reset-second-factor")
@told
def reset_second_factor(username: Annotated[str, typer.Argument(help="用户名 username")]) -> None:
    """重置丢失的双因素；下次登录须重新启用。Reset a lost second factor; it is set up again at the next log-in."""
    start_django("anlan_app")
    from anlan.kernel.base.permissions import machine
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.people.queries.directory import account
    from anlan.kernel.people.services import second_factor

    with unit_of_work(machine(ACTOR)):
        user = second_factor.reset(user=account(username))
    typer.echo(f"{user.name} ({user.username}): 双因素已重置 second factor reset")


@app.command()
@told
def unlock(
    username: Annotated[str, typer.Argument(help="用户名 username")],
    who: Annotated[
        str,
        typer.Option(
            "--as", metavar="账号", help="以谁的名义和权限。Whose account acts, and is recorded."
        ),
    ],
) -> None:
    """解除因多次输错口令而锁定的账号。Take the lock off an account that was guessed at too often."""
    start_django("anlan_app")
    from anlan.app import acting
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.people.queries.directory import account
    from anlan.kernel.people.services import guessing

    with unit_of_work(acting.person(who, "people.user.edit")):
        # who may start this command may name anybody: a lone administrator is not locked out for good
        user = guessing.unlock(user=account(username), is_own_allowed=True)
    typer.echo(f"{user.name} ({user.username}): 已解除锁定 unlocked")


def _show(who: str, token: str) -> None:
    """Print a link to the terminal; it is written nowhere else."""
    from anlan.kernel.base.config import config

    typer.echo(f"  {who}\n      {config().public_url}/link#{token}")


@app.command("forget")
@told
def forget(
    kind: Annotated[str, typer.Argument(metavar="类别", help="个人信息的类别。The class.")],
    before: Annotated[
        datetime, typer.Option("--before", help="清除此日之前的。What is older than this day.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="理由，记入日志。Why; it is recorded.")],
) -> None:
    """按类别和日期清除个人信息（类别见 docs/personal-data.md）。Let personal data go by class and date."""
    start_django("anlan_worker")
    from anlan.kernel.base.clock import SHANGHAI
    from anlan.kernel.base.forgetting import AT_ONCE
    from anlan.kernel.base.permissions import machine
    from anlan.kernel.base.services.forgetting import forget as let_go
    from anlan.kernel.base.unit_of_work import unit_of_work

    day = before.replace(tzinfo=SHANGHAI)
    rows, more = 0, True
    while more:
        with unit_of_work(machine(ACTOR)):
            gone = let_go(kind, day, reason)
        rows, more = rows + gone, gone >= AT_ONCE
    typer.echo(f"{rows} 行已清除 rows let go")
