"""What is monitored at a kind of installation, as data (practice P16), and the workbook that registers so many of them.

A template brings tags with property, unit and resolution, and limits with what they rest on. Where no standard gives a
figure the cell is left open: the workbook is not entered until the firm has filled it from its design.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anlan.app.register.export import Cells, Contents
from anlan.app.register.sheets import FIRMS
from anlan.kernel.base.errors import InvalidError

FOLDER = Path(__file__).parent / "plants"
BASES = "bases"
#: More of one kind in one workbook is a slip of the hand.
MOST_OF_A_KIND = 200
#: What people write in gateways' topics as well.
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a limit rests on, and what is done first when it is passed."""

    standard: str
    clause: str
    clause_en: str
    confidence: str
    reason: str
    reason_en: str
    action: str
    action_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantTag:
    """One tag: `limits` is {condition: value in `unit`}, None where the firm's design must say it."""

    key: str
    name: str
    name_en: str
    property: str
    unit: str
    resolution: float
    basis: Basis | None
    limits: dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantTemplate:
    """What is monitored at one kind of installation; `kind` is the kind of its subject."""

    code: str
    order: int
    title: str
    title_en: str
    kind: str
    tags: tuple[PlantTag, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of a template."""

    template: PlantTemplate
    count: int


@cache
def plant_templates() -> dict[str, PlantTemplate]:
    """Return all templates that ship, by code, in the order in which they are shown."""
    bases = {code: Basis(**row) for code, row in _read(FOLDER / f"{BASES}.toml").items()}
    found = [_template(file, bases) for file in FOLDER.glob("*.toml") if file.stem != BASES]
    return {one.code: one for one in sorted(found, key=lambda one: one.order)}


def wanted_of(said: Iterable[str]) -> list[Wanted]:
    """Read `code:count`, each template once. Raises InvalidError, which names what cannot be."""
    found: dict[str, Wanted] = {}
    for one in said:
        code, _, text = one.partition(":")
        template = plant_templates().get(code)
        if template is None or code in found:
            raise InvalidError(
                f"没有这个模板，或写了两次：{code}", code="register.no_such_plant", plant=code
            )
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_OF_A_KIND:
            raise InvalidError(
                f"数量须为 1 至 {MOST_OF_A_KIND} 的整数：{one}",
                code="register.bad_count",
                plant=code,
                most=MOST_OF_A_KIND,
            )
        found[code] = Wanted(template, int(text))
    if not found:
        raise InvalidError("一个模板也没有选", code="register.no_plant")
    return list(found.values())


def book_of(wanted: Sequence[Wanted], *, site: str, gateway: str) -> Contents:
    """Return the firm's workbook with the rows of these installations filled in.

    Raises InvalidError for a code of the site or the gateway that could not stand in a topic.
    """
    for code in (site, gateway):
        if not _CODE.fullmatch(code):
            raise InvalidError(
                f"编码只用字母、数字、- 和 _：{code}", code="register.bad_code", said=code
            )
    where = {"site": site, "gateway": gateway}
    pages: dict[str, list[Cells]] = {
        "gateways": [{"site": site, "code": gateway, "name": f"{site} 采集网关", "name_en": f"{site} gateway"}],
        "subjects": [], "datastreams": [], "limits": [],
    }  # fmt: skip
    for subject, template in _named(wanted):
        pages["subjects"].append({"site": site, "kind": template.kind} | subject)
        for tag in template.tags:
            at = where | {"tag": f"{subject['code']}.{tag.key}"}
            pages["datastreams"].append(at | {"subject": subject["code"]} | _stream(tag))
            pages["limits"] += [at | row for row in _limits(tag)]
    return Contents(
        "plant",
        "按模板预填的登记簿",
        "Register filled from templates",
        {sheet: lambda key=sheet.key: pages.get(key, []) for sheet in FIRMS},  # type: ignore[misc]
    )


def _named(wanted: Sequence[Wanted]) -> Iterator[tuple[dict[str, str], PlantTemplate]]:
    """Yield every installation with a code and names of its own; people write theirs over them."""
    for one in wanted:
        for number in range(1, one.count + 1):
            named = {
                "code": f"{one.template.code}_{number:02d}",
                "name": f"{one.template.title} {number}",
                "name_en": f"{one.template.title_en} {number}",
            }
            yield named, one.template


def _stream(tag: PlantTag) -> Cells:
    said: Cells = {
        "property": tag.property,
        "name": tag.name,
        "name_en": tag.name_en,
        "unit": tag.unit,
        "resolution": tag.resolution,
    }
    return said


def _limits(tag: PlantTag) -> Iterator[Cells]:
    """Yield rows; what is done first stands in the reason, where whoever sees the alarm reads it."""
    if tag.basis is None:
        return
    basis = tag.basis
    for condition, value in tag.limits.items():
        yield {
            "condition": condition,
            "value": value,
            "standard": basis.standard,
            "clause": basis.clause,
            "clause_en": basis.clause_en,
            "confidence": basis.confidence,
            "reason": f"{basis.reason}。先期处置：{basis.action}",
            "reason_en": f"{basis.reason_en}. First: {basis.action_en}",
        }


def _template(file: Path, bases: dict[str, Basis]) -> PlantTemplate:
    said = _read(file)
    tags = tuple(_tag(row, bases) for row in said.pop("tag"))
    return PlantTemplate(code=file.stem, tags=tags, **said)


def _tag(said: dict[str, Any], bases: dict[str, Basis]) -> PlantTag:
    basis = bases[said.pop("basis")] if "basis" in said else None
    limits = {
        one: None if value == "?" else float(value) for one, value in said.pop("limits", {}).items()
    }
    resolution = float(said.pop("resolution"))
    return PlantTag(basis=basis, limits=limits, resolution=resolution, **said)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
