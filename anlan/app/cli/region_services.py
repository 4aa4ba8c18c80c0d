"""`anlan region services`: the government's map services, as they are described and as they answer."""

from typing import Annotated

import typer

from anlan.app.cli.refusal import told

app = typer.Typer(
    help="政务地图服务。The government's map services.", no_args_is_help=True, rich_markup_mode=None
)
At = Annotated[
    str,
    typer.Option(help="在哪里取一块:经度,纬度。Where one tile is asked for: longitude,latitude."),
]


@app.command()
@told
def check(at: At = "106.34,38.10") -> None:
    """逐个问一遍并列表(docs/maps.md)。Ask each one and print what it answers; exits with 1 if any fails."""
    from anlan.adapters.map_services.description import SERVICES_FILE, read_services
    from anlan.app.map_services.check import look
    from anlan.app.map_services.served import AUTHORITY
    from anlan.kernel.base.config import config

    settings = config()
    folder = settings.path("region_dir")
    described = read_services(folder, settings.path("map_secrets_file"))
    if not described.services:
        typer.echo(f"{folder / SERVICES_FILE}：没有写服务 · describes no services")
        return
    try:
        east, north = (float(part) for part in at.split(","))
    except ValueError as error:
        raise typer.BadParameter("--at 经度,纬度 · longitude,latitude") from error
    failed = 0
    for one in look(described, (east, north), settings.path("tls_dir") / AUTHORITY):
        failed += bool(one.wrong)
        state = f"✗ {one.wrong}" if one.wrong else f"✓ {one.took_ms} ms"
        typer.echo(f"{one.service.id:<16} {one.service.kind:<7} {state}")
        for words in (one.cut, f"轴序 axes {one.axis_order}" if one.axis_order else "", *one.notes):
            if words:
                typer.echo(f"{'':<16} {words}")
    if failed:
        raise typer.Exit(code=1)
