"""`anlan region`: build a region pack and a base map, load the pack into the database."""

from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli import region_services
from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(
    help="区域包与底图:构建与装载。Build and load a region; build a base map.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(region_services.app, name="services")
Name = Annotated[str, typer.Argument(help="区域包的名称。The pack's name.")]
Maps = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="说明本单位地图数据的 TOML 文件(docs/maps.md):只构建底图。"
        "A TOML file that describes your own maps: builds the base map only.",
    ),
]


@app.command()
@told
def build(name: Name = "lingwu", maps: Maps = None) -> None:
    """构建 GeoJSON 和底图(PMTiles)。Write the GeoJSON files and the base map's tiles."""
    from anlan.kernel.base.config import config

    folder = config().path("region_dir")
    if maps is not None:
        from anlan.app.base_map.build import build_described
        from anlan.app.base_map.description import read_description

        build_described(read_description(maps), folder, typer.echo)
        typer.echo(f"底图 base map -> {folder}")
        return
    from anlan.app.base_map.invented.make import build_invented
    from anlan.app.region.build import build_region
    from anlan.app.region.geojson import write_region

    region = build_region(name)
    write_region(region, folder)
    drawn = build_invented(region, name, folder)
    counts = f"{len(region.divisions)} 区划 divisions, {drawn} 底图要素 of the base map"
    typer.echo(f"{region.pack.name}: {counts} -> {folder}")


@app.command()
@told
def load(name: Name = "lingwu") -> None:
    """装载区划、功能区和居民点(可重复)。Load divisions, zones and settlements; safe to repeat."""
    start_django("anlan_app")
    from anlan.app.region.build import build_region
    from anlan.app.region.load import load_region

    typer.echo(f"{load_region(build_region(name))} 行有变化 rows changed")
