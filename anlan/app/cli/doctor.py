"""`anlan doctor`: what is wrong here, and what to do about it."""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

MARKS = {"ok": "✓", "warning": "!", "broken": "✗"}


@told
def command(
    mlps: Annotated[
        bool,
        typer.Option(
            "--mlps",
            help="等保三级（GB/T 22239-2019）逐条：设置、现状、证据。Level 3, clause by clause.",
        ),
    ] = False,
    sbom: Annotated[
        Path | None,
        typer.Option(
            "--sbom",
            metavar="FILE",
            help="写出软件物料清单（CycloneDX 1.6），逐包列出许可证。Bill of materials, with licences.",
        ),
    ] = None,
) -> None:
    """检查这套安装，说明哪里不对、怎么办。Explain what is wrong here; exit 1 if something is broken."""
    if sbom is not None:
        raise typer.Exit(code=1 if _bill_of_materials(sbom) else 0)
    # the doctor signs nothing, and must speak where the secret itself is what is missing
    os.environ.setdefault("ANLAN_SECRET_KEY_FOR_TESTS", "the doctor signs nothing")
    start_django("anlan_app")
    for name in ("httpx", "nats"):  # what they say of each look, the finding says in a line
        logging.getLogger(name).setLevel(logging.CRITICAL)
    from anlan.app.doctor import examine
    from anlan.kernel.base.config import config

    if mlps:
        raise typer.Exit(code=1 if _level_three() else 0)
    broken = 0
    for name, finding in examine(config()):
        broken += finding.level == "broken"
        typer.echo(f"{MARKS[finding.level]} [{name}] {finding.zh} · {finding.en}")
        if finding.remedy:
            typer.echo(f"    → {finding.remedy}")
    raise typer.Exit(code=1 if broken else 0)


def _level_three() -> int:
    """Print every clause with its setting, how it stands and its evidence; return how many are broken."""
    from anlan.app.mlps import answers
    from anlan.app.mlps_elsewhere import ELSEWHERE
    from anlan.kernel.base.config import config

    broken = 0
    for answer in answers(config()):
        clause = answer.clause
        broken += answer.level == "broken"
        typer.echo(f"{MARKS[answer.level]} {clause.number} {clause.asks} · {clause.asks_en}")
        typer.echo(f"    设置 setting   {answer.setting}")
        typer.echo(f"    现状 here      {answer.state}")
        for evidence in clause.evidence:
            typer.echo(f"    证据 evidence  {evidence}")
    for one in ELSEWHERE:
        typer.echo(f"– {one.number} {one.asks} · {one.asks_en}")
        typer.echo(f"    非本程序 not ours  {one.whose} · {one.whose_en}")
    return broken


def _bill_of_materials(file: Path) -> int:
    """Write the bill and print each package's licence; return how many licences are not taken."""
    from anlan.app.bill_of_materials import CHECKOUT, document, parts

    lock = CHECKOUT / "web" / "package-lock.json"
    found = parts(lock if lock.exists() else None)
    file.write_text(document(found), encoding="utf-8")
    wrong = [one for one in found if one.verdict in {"refused", "unknown"}]
    for one in found:
        mark = {"taken": "✓", "as_package": "✓", "unknown": "✗", "refused": "✗"}[one.verdict]
        typer.echo(f"{mark} {one.kind:4} {one.name} {one.version}  {one.licence or '?'}")
    if not lock.exists():
        typer.echo("! 没有 web/package-lock.json，清单不含网页包 · without the web pages' packages")
    typer.echo(
        f"{file}：{len(found)} 个包，{len(wrong)} 个许可证不可用"
        f" · packages, of which not to be used: {len(wrong)}"
    )
    return len(wrong)
