"""`anlan region`: build a region pack into GeoJSON, load it into the database."""

from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(
    help="区域包:构建与装载。Build and load a region.", no_args_is_help=True, rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(help="区域包的名称。The pack's name.")]


@app.command()
@told
def build(name: Name = "lingwu") -> None:
    """从已安装的软件包构建 GeoJSON。Write the GeoJSON files out of the installed packages."""
    from anlan.app.region.build import build_region
    from anlan.app.region.geojson import write_region
    from anlan.kernel.base.config import config

    folder = config().path("region_dir")
    region = build_region(name)
    write_region(region, folder)
    typer.echo(f"{region.pack.name}: {len(region.divisions)} 区划 divisions -> {folder}")


@app.command()
@told
def load(name: Name = "lingwu") -> None:
    """装载区划、功能区和居民点(可重复)。Load divisions, zones and settlements; safe to repeat."""
    start_django("anlan_app")
    from anlan.app.region.build import build_region
    from anlan.app.region.load import load_region

    typer.echo(f"{load_region(build_region(name))} 行有变化 rows changed")
