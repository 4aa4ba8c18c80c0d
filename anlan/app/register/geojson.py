"""Sites and equipment from a GeoJSON file (RFC 7946): the properties are the columns, the point the place.

A feature with a credit code is a site, any other is equipment; both may stand in one file.
"""

import json
from pathlib import Path
from typing import Any

from anlan.kernel.base.english import heading
from anlan.kernel.base.errors import InvalidError

#: The column that only sites have, by its key and by its titles.
_OF_SITES = {"credit_code", "统一社会信用代码", heading("credit_code")}


def tables(source: Path) -> dict[str, list[list[Any]]]:
    """Return the features as the tables `sites` and `subjects`, a head and a line for each feature.

    A line is left empty in the table that its feature does not belong to, so that a row keeps the
    number of its feature. Raises InvalidError for what is no collection of points.
    """
    rows = [_row(number, one) for number, one in enumerate(_features(source), start=1)]
    are_sites = [bool(_OF_SITES & row.keys()) for row in rows]
    found = {}
    for name, wanted in (("sites", True), ("subjects", False)):
        mine = [
            row if is_site is wanted else {} for row, is_site in zip(rows, are_sites, strict=True)
        ]
        head = list(dict.fromkeys(key for row in mine for key in row))
        if head:
            found[name] = [head, *([row.get(key, "") for key in head] for row in mine)]
    return found


def _features(source: Path) -> list[Any]:
    try:
        found = json.loads(source.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InvalidError(f"没有文件 {source}", code="app.no_file") from error
    except (ValueError, RecursionError, OSError) as error:
        raise InvalidError("不是可读的 GeoJSON", code="register.not_geojson") from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise InvalidError("不是 GeoJSON 的 FeatureCollection", code="register.not_geojson")
    return features


def _row(number: int, feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise InvalidError(f"第 {number} 个要素没有属性", code="register.not_geojson")
    row = {str(key): _cell(value) for key, value in feature["properties"].items()}
    shape = feature.get("geometry")
    if shape is None:
        return row
    place = shape.get("coordinates") if isinstance(shape, dict) else None
    if not isinstance(place, list) or shape.get("type") != "Point" or len(place) < 2:
        raise InvalidError(f"第 {number} 个要素不是点", code="register.not_a_point")
    return row | {"lon": place[0], "lat": place[1]}


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
