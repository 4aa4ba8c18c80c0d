"""`anlan db`: prepare a database as its superuser, migrate it as its owner."""

from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(
    help="准备数据库、迁移、授权。Prepare, migrate and grant.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AdminDsn = Annotated[
    str,
    typer.Option(
        envvar="ANLAN_ADMIN_DSN",
        help="超级用户的连接串;缺省为私有数据库的 anlan_admin。The superuser's connection string.",
    ),
]


@app.command()
@told
def prepare(admin_dsn: AdminDsn = "") -> None:
    """建立角色、数据库和扩展(可重复运行)。Make roles, database and extensions; safe to repeat."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    from anlan.kernel.base import database
    from anlan.kernel.base.config import config

    name = str(conninfo_to_dict(config().database_url).get("dbname", "anlan"))
    own = make_conninfo(config().database_url, user="anlan_admin", dbname="postgres")
    made = database.prepare(admin_dsn or own, name)
    state = "新建 created" if made.created else "已有 there already"
    typer.echo(f"{made.database}: {state}; roles + {', '.join(made.roles_created) or '-'}")


@app.command()
@told
def migrate() -> None:
    """以 anlan_owner 迁移表结构,然后授权、装入岗位角色目录。Migrate, grant, load the roles."""
    start_django("anlan_owner")
    from django.core.management import call_command

    from anlan.kernel.base.database import grant
    from anlan.kernel.base.permissions import machine
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.people.services.roles import load_roles

    call_command("migrate", interactive=False, verbosity=1)
    grant()
    with unit_of_work(machine("migrate")):
        changed = load_roles()
    typer.echo(f"{len(changed)} 个岗位角色有变化 roles changed")


@app.command()
@told
def check() -> None:
    """检查迁移是否齐全。Fail when a migration is missing or not applied."""
    start_django("anlan_owner")
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True)
    call_command("migrate", check_unapplied=True, verbosity=0)
