"""`anlan doctor`: what is wrong here, and what to do about it."""

import os

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

MARKS = {"ok": "✓", "warning": "!", "broken": "✗"}


@told
def command() -> None:
    """检查这套安装，说明哪里不对、怎么办。Explain what is wrong here; exit 1 if something is broken."""
    # the doctor signs nothing, and must speak where the secret itself is what is missing
    os.environ.setdefault("ANLAN_SECRET_KEY_FOR_TESTS", "the doctor signs nothing")
    start_django("anlan_app")
    from anlan.app.doctor import examine
    from anlan.kernel.base.config import config

    broken = 0
    for name, finding in examine(config()):
        broken += finding.level == "broken"
        typer.echo(f"{MARKS[finding.level]} [{name}] {finding.zh} · {finding.en}")
        if finding.remedy:
            typer.echo(f"    → {finding.remedy}")
    raise typer.Exit(code=1 if broken else 0)
