"""What a bureau says of its own maps: one TOML file that names the sources and what is in them."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anlan.app.base_map.layers import LAYERS
from anlan.app.region.errors import RegionSourceError

RELIEF = "relief"
_TOP = {"title", "source", "source_en", "map_approval", "invented", "layer"}
_LAYER = {
    "of",
    "file",
    "table",
    "crs",
    "encoding",
    "name",
    "name_en",
    "class",
    "classes",
    "population",
    "is",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who made a map and who approved it (审图号); it stands beside the map wherever it is shown."""

    title: str
    source: str
    source_en: str = ""
    map_approval: str = ""
    is_invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file, the layers that are read from it, and the columns that say what a feature is."""

    file: Path
    of: tuple[str, ...]
    table: str = ""
    crs: str = ""
    encoding: str = ""
    name: str = ""
    name_en: str = ""
    kind: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    population: str = ""
    #: The class of every feature of the file, where no column says it.
    all_are: str = ""

    @property
    def layer(self) -> str:
        """Return the one layer that a table is read for."""
        return self.of[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A base map as its maker describes it."""

    origin: Origin
    sources: tuple[Source, ...]


def read_description(file: Path) -> Description:
    """Read the TOML file; files are named relative to it. Raises RegionSourceError."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegionSourceError(f"{file}：不是 TOML · is no TOML: {error}") from error
    _refuse_unknown(file, raw, _TOP)
    if not raw.get("layer"):
        raise RegionSourceError(f"{file}：没有 [[layer]] · has no [[layer]]")
    if not raw.get("source"):
        raise RegionSourceError(
            f"{file}：缺少 source，图上须写明来源 · source is missing: the map must name it"
        )
    origin = Origin(
        title=raw.get("title", file.stem),
        source=raw["source"],
        source_en=raw.get("source_en", ""),
        map_approval=raw.get("map_approval", ""),
        is_invented=bool(raw.get("invented", False)),
    )
    return Description(origin=origin, sources=tuple(_source(file, one) for one in raw["layer"]))


def _source(file: Path, raw: dict[str, Any]) -> Source:
    _refuse_unknown(file, raw, _LAYER)
    if not raw.get("file"):
        raise RegionSourceError(f"{file}：[[layer]] 缺少 file · a [[layer]] has no file")
    source = file.parent / str(raw["file"])
    if not source.exists():
        raise RegionSourceError(f"{source}：没有这个文件 · there is no such file")
    of = raw.get("of", list(LAYERS) if _is_osm(source) else None)
    if of is None:
        raise RegionSourceError(f"{file}：{raw['file']} 缺少 of · has no `of`; {_known()}")
    layers = (of,) if isinstance(of, str) else tuple(of)
    if not layers or (unknown := sorted(set(layers) - {*LAYERS, RELIEF})):
        raise RegionSourceError(f"{file}：没有图层 {unknown} · no such layer; {_known()}")
    if len(layers) > 1 and not _is_osm(source):
        raise RegionSourceError(
            f"{file}：{raw['file']} 只能有一个 of · only an OSM file may be read for several layers"
        )
    made = Source(
        file=source,
        of=layers,
        table=raw.get("table", ""),
        crs=raw.get("crs", ""),
        encoding=raw.get("encoding", ""),
        name=raw.get("name", ""),
        name_en=raw.get("name_en", ""),
        kind=raw.get("class", ""),
        kinds={str(key): value for key, value in raw.get("classes", {}).items()},
        population=raw.get("population", ""),
        all_are=raw.get("is", ""),
    )
    _check_classes(file, made)
    return made


def _check_classes(file: Path, source: Source) -> None:
    """Refuse a class that its layer does not have."""
    if source.layer == RELIEF:
        return
    known = LAYERS[source.layer].classes
    named = {*source.kinds.values(), *([source.all_are] if source.all_are else [])}
    if unknown := sorted(named - set(known)):
        raise RegionSourceError(
            f"{file}：{source.layer} 没有类别 {unknown} · has no such class; {', '.join(known)}"
        )


def _refuse_unknown(file: Path, raw: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(raw) - known):
        raise RegionSourceError(
            f"{file}：不认识 {', '.join(unknown)} · not known here; {', '.join(sorted(known))}"
        )


def _known() -> str:
    return ", ".join([*LAYERS, RELIEF])


def _is_osm(file: Path) -> bool:
    return file.name.endswith((".osm.pbf", ".pbf", ".osm"))
