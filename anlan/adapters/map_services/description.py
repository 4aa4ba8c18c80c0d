"""What a bureau says of the government's map services: `services.toml` in `region_dir`, and who opens them.

Credentials stand in a file of their own (`map_secrets_file`, for its owner only) and are named here.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.base.described import read_secrets, read_toml
from anlan.kernel.base.wrong_words import in_chinese

SERVICES_FILE = "services.toml"
MERCATOR = "EPSG:3857"
Kind = Literal["wmts", "wms", "wfs", "arcgis", "mvt"]
AxisOrder = Literal["auto", "xy", "yx"]
#: Parameters by which services are opened; their values have no place in an address.
_CREDENTIALS = {"tk", "token", "key", "ak", "apikey", "api_key", "access_token", "accesstoken"}
#: What decides which picture comes; a new title does not make the tiles that are kept another's.
_FETCHED = {
    "kind",
    "url",
    "layer",
    "style",
    "matrix_set",
    "crs",
    "version",
    "axis_order",
    "dpi",
    "format",
}
_PLACES = ("{z}", "{x}", "{y}")
Word = Annotated[str, Field(max_length=200)]


class MapService(BaseModel):
    """One service: what is asked of it, who made and who approved what it shows."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    title_en: Annotated[str, Field(max_length=60)] = ""
    kind: Kind
    url: Annotated[str, Field(max_length=500)]
    #: Where a WMTS whose tiles have addresses of a template (`{TileMatrix}`) says how it is cut.
    capabilities: Annotated[str, Field(max_length=500)] = ""
    layer: Word = ""
    style: Word = ""
    matrix_set: Word = ""
    crs: Annotated[str, Field(pattern=r"^EPSG:\d{4,6}$")] = "EPSG:4490"
    #: Of WMS and WFS; WMTS has one only.
    version: Literal["", "1.1.1", "1.3.0", "1.1.0", "2.0.0"] = ""
    #: Which coordinate stands first where the service's own word is wrong: x (east) or y (north).
    axis_order: AxisOrder = "auto"
    #: What the scales of a WMTS are meant for: pixels of 0.28 mm (`ogc`), or 96 to the inch.
    dpi: Literal["auto", "ogc", "96"] = "auto"
    format: Literal["image/png", "image/jpeg"] = "image/png"
    #: The whole ground, in the place of our own, or something that is laid over it.
    role: Literal["ground", "overlay"] = "overlay"
    shown: bool = False
    source: Annotated[str, Field(min_length=1, max_length=200)]
    source_en: Word = ""
    map_approval: Annotated[str, Field(max_length=100)] = ""
    min_zoom: Annotated[int, Field(ge=0, le=22)] = 0
    max_zoom: Annotated[int, Field(ge=0, le=22)] = 18
    opacity: Annotated[float, Field(ge=0.1, le=1)] = 1.0
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#4fc7ba"
    #: For how many days a tile is taken as it was fetched; after that it is fetched again.
    keep_days: Annotated[int, Field(ge=0, le=3650)] = 30
    #: Name of a parameter, or of a header, to the name of the secret that is sent in it.
    query_secrets: dict[str, str] = {}
    header_secrets: dict[str, str] = {}

    @property
    def host(self) -> str:
        """Return the one host, with its port, that this service is fetched from."""
        return urlsplit(self.url).netloc.lower()

    @property
    def is_picture(self) -> bool:
        """Return whether it gives pictures; else it gives features."""
        return self.kind in {"wmts", "wms", "arcgis"}

    @property
    def digest(self) -> str:
        """Return what changes with what is fetched; tiles are kept under it."""
        return sha256(self.model_dump_json(include=_FETCHED).encode()).hexdigest()[:12]

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        for wrong in (_address(self.url), _kind(self), _capabilities(self)):
            if wrong:
                raise ValueError(wrong)
        if self.min_zoom > self.max_zoom:
            raise ValueError("min_zoom 大于 max_zoom")
        return self


def _address(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "url 应为 http:// 或 https:// 开头的完整地址"
    if parts.username or parts.password:
        return "url 里不能写用户名和口令：放进密钥文件，用 header_secrets 引用"
    named = {name.lower() for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    if found := sorted(named & _CREDENTIALS):
        return f"url 里不能写凭据（{'、'.join(found)}）：放进密钥文件，用 query_secrets 引用"
    return None


def _capabilities(one: MapService) -> str | None:
    """Return what is wrong with where a templated WMTS describes itself."""
    if ("{TileMatrix}" in one.url) is not bool(one.capabilities):
        return "网址是模板（含 {TileMatrix}）的 wmts 要写 capabilities，别的不写"
    if one.capabilities and urlsplit(one.capabilities).netloc.lower() != one.host:
        return "capabilities 要和 url 在同一台主机上"
    return _address(one.capabilities) if one.capabilities else None


def _kind(one: MapService) -> str | None:
    """Return what its kind needs and does not have."""
    templated = all(place in one.url for place in _PLACES)
    rules: dict[str, list[tuple[bool, str]]] = {
        "wmts": [(bool(one.layer), "wmts 要写 layer"), (bool(one.matrix_set), "wmts 要写 matrix_set")],
        "wms": [(bool(one.layer), "wms 要写 layer"), (one.version in {"", "1.1.1", "1.3.0"}, "wms 的 version 只有 1.1.1 和 1.3.0")],
        "wfs": [(bool(one.layer), "wfs 要写 layer（要素类型名）"), (one.version in {"", "1.1.0", "2.0.0"}, "wfs 的 version 只有 1.1.0 和 2.0.0")],
        "arcgis": [(one.url.rstrip("/").endswith("/MapServer"), "arcgis 的 url 到 …/MapServer 为止")],
        "mvt": [
            (templated, "mvt 的 url 要有 {z}、{x}、{y}"),
            (bool(one.layer), "mvt 要写 layer（瓦片里的图层名）"),
            (one.crs == MERCATOR, "mvt 只能用 EPSG:3857 网格的：经纬度网格的矢量瓦片不能无损改切，请改用该服务的 wmts 或 wfs"),
        ],
    }  # fmt: skip
    if not one.is_picture and one.role == "ground":
        return '只有 wmts、wms、arcgis 能作整幅底图（role = "ground"）'
    return next((words for is_right, words in rules[one.kind] if not is_right), None)


class Described(BaseModel):
    """Everything that is said of services, and the secrets that open them; these are never printed."""

    model_config = ConfigDict(frozen=True)

    services: tuple[MapService, ...] = ()
    secrets: dict[str, SecretStr] = {}

    def find(self, name: str) -> MapService | None:
        """Return a service by its id."""
        return next((one for one in self.services if one.id == name), None)

    def query_of(self, one: MapService) -> dict[str, str]:
        """Return the parameters that open a service."""
        return {name: self.secrets[of].get_secret_value() for name, of in one.query_secrets.items()}

    def headers_of(self, one: MapService) -> dict[str, str]:
        """Return the headers that open a service."""
        return {
            name: self.secrets[of].get_secret_value() for name, of in one.header_secrets.items()
        }


def read_services(folder: Path, secrets_file: Path) -> Described:
    """Read what is described in a folder; nothing there is nothing said.

    Raises ConfigurationError with a line for each thing that is wrong.
    """
    file = folder / SERVICES_FILE
    if not file.exists():
        return Described()
    raw, lines = read_toml(file)
    wrong = [f"{file.name}：不认识 {name}" for name in sorted(set(raw) - {"service"})]
    found: list[MapService] = []
    secrets = read_secrets(secrets_file)
    headers = [n for n, text in enumerate(lines, 1) if re.match(r"\s*\[\[\s*service\s*\]\]", text)]
    for number, one in enumerate(raw.get("service", [])):
        where = f"{file.name} 第 {headers[number] if number < len(headers) else '?'} 行起"
        try:
            made = MapService.model_validate(one)
        except ValidationError as error:
            wrong += [f"{where}（{_called(one)}）{words}" for words in in_chinese(error)]
            continue
        wrong += [f"{where}（{made.id}）{words}" for words in _beside(made, found, secrets)]
        found.append(made)
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return Described(services=tuple(found), secrets=secrets)


def _beside(one: MapService, before: list[MapService], secrets: dict[str, SecretStr]) -> list[str]:
    """Return what is wrong between a service and the others, or the secrets."""
    named = {**one.query_secrets, **one.header_secrets}
    missing = [f"密钥文件里没有 {of}" for of in named.values() if of not in secrets]
    return missing + (["id 重复"] if any(one.id == other.id for other in before) else [])


def _called(raw: Any) -> str:
    return str(raw.get("id", "没有 id")) if isinstance(raw, dict) else "不是表"
