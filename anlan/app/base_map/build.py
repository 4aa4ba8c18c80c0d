"""Put a base map together: all of it is read and cut before the old one is replaced."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from anlan.app.base_map import vector
from anlan.app.base_map.archive import Contents, write_archive
from anlan.app.base_map.description import RELIEF, Description, Origin, Source
from anlan.app.base_map.layers import FIRST_ZOOM, LAST_ZOOM, LAYERS, Feature
from anlan.app.base_map.mercator import Bounds, Tile
from anlan.app.base_map.pmtiles import MVT, PNG, ArchiveError
from anlan.app.base_map.relief import Heights, relief_tiles
from anlan.app.base_map.sources import dem, geojson, ogr, osm
from anlan.app.region.errors import RegionSourceError

GROUND_FILE, RELIEF_FILE = "ground.pmtiles", "relief.pmtiles"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Hills: their heights, the box that they cover, the zooms that they are fine enough for."""

    heights: Heights
    bounds: Bounds
    zooms: tuple[int, int]


def build_described(description: Description, folder: Path, say: Say) -> None:
    """Build what a bureau has described. Raises RegionSourceError; then the old map stays."""
    features: list[Feature] = []
    with ExitStack() as open_files:
        ground = None
        for source in description.sources:
            if source.layer == RELIEF:
                if ground is not None:
                    raise RegionSourceError("只能有一个 relief · there can be one relief only")
                model = open_files.enter_context(dem.opened(source))
                ground = Ground(heights=model.heights, bounds=model.bounds, zooms=model.zooms)
                say(f"{source.file.name}: {RELIEF}, zoom {model.zooms[1]}")
                continue
            found = _read(source)
            say(f"{source.file.name}: {_told(found)}")
            features += found
        build(features, ground, description.origin, folder)


def build(features: Sequence[Feature], ground: Ground | None, origin: Origin, folder: Path) -> None:
    """Write the archives of a base map and put them in the place of the old ones."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = {
        GROUND_FILE: _vector_tiles(features, origin) if features else None,
        RELIEF_FILE: _relief_tiles(ground, origin) if ground else None,
    }
    made = {name: folder / f"{name}.new" for name in fresh}
    try:
        for name, archive in fresh.items():
            if archive is not None:
                write_archive(made[name], *archive)
        for name, file in made.items():
            if file.exists():
                file.replace(folder / name)
            else:
                (folder / name).unlink(missing_ok=True)
    except ArchiveError as error:
        raise RegionSourceError(f"底图是空的 · the map is empty: {error}") from error
    finally:
        for file in made.values():
            file.unlink(missing_ok=True)


Tiles = tuple[Iterable[tuple[Tile, bytes]], Contents]


def _vector_tiles(features: Sequence[Feature], origin: Origin) -> Tiles:
    zooms = (FIRST_ZOOM, LAST_ZOOM)
    return vector.tiles_of(features, zooms), Contents(
        name=origin.title,
        bounds=vector.bounds_of(features),
        zooms=zooms,
        tile_type=MVT,
        metadata=_said(origin)
        | {
            "signs": "".join(sorted(set("".join(one.name for one in features)))),
            "vector_layers": list(_layers_of(features)),
        },
    )


def _relief_tiles(ground: Ground, origin: Origin) -> Tiles:
    return relief_tiles(ground.heights, ground.bounds, ground.zooms), Contents(
        name=origin.title,
        bounds=ground.bounds,
        zooms=ground.zooms,
        tile_type=PNG,
        metadata=_said(origin) | {"encoding": "terrarium"},
    )


def _said(origin: Origin) -> dict[str, Any]:
    return {"origin": asdict(origin), "attribution": origin.source}


def _layers_of(features: Iterable[Feature]) -> Iterator[dict[str, Any]]:
    """Yield what tools of others want to know of each layer (TileJSON 3)."""
    there = {one.layer for one in features}
    for name in (one for one in LAYERS if one in there):
        fields = {"class": "String", "name": "String", "name_en": "String", "population": "Number"}
        yield {"id": name, "fields": fields, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM}


def _read(source: Source) -> list[Feature]:
    name = source.file.name.lower()
    if name.endswith((".geojson", ".json")):
        return geojson.read(source)
    return osm.read(source) if name.endswith((".pbf", ".osm")) else ogr.read(source)


def _told(features: Sequence[Feature]) -> str:
    counts = {name: sum(one.layer == name for one in features) for name in LAYERS}
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)
