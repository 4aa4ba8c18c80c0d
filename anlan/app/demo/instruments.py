"""The demo's instruments: which kind measures what, registered at their equipment behind its gateway."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from anlan.app.demo.mapping import HERE, SubjectMapping
from anlan.app.demo.plants import Plant
from anlan.kernel.sensing.models import Device, Gateway
from anlan.kernel.sensing.services import equipment
from anlan.kernel.subjects.models import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One kind of instrument; what measures several properties stands once at a piece of equipment."""

    name: str
    name_en: str
    model: str
    properties: tuple[str, ...]


@cache
def read_instruments() -> tuple[Instrument, ...]:
    """Read the kinds."""
    raw = tomllib.loads((HERE / "instruments.toml").read_text(encoding="utf-8"))
    return tuple(
        Instrument(**{**row, "properties": tuple(row["properties"])}) for row in raw["instrument"]
    )


def register_instruments(
    plant: Plant, gateway: Gateway, subject: Subject, mapping: SubjectMapping
) -> dict[str, Device]:
    """Register the instruments of one piece of equipment; return them by the tag that they measure."""
    behind: dict[str, Device] = {}
    named: Counter[str] = Counter()
    for instrument, tags in _groups(mapping):
        letter = tags[0][-1] if len(tags) == 1 and tags[0][-1] in "AB" else ""
        named[f"{instrument.name}{letter}"] += 1
        if (count := named[f"{instrument.name}{letter}"]) > 1:
            # behind one gateway no two have one name
            letter = f"{letter}{count}"
        device = equipment.register_device(
            gateway=gateway,
            subject_id=subject.id,
            name=f"{mapping.key} {instrument.name}{f' {letter}' if letter else ''}",
            name_en=f"{mapping.key} {instrument.name_en}{f' {letter}' if letter else ''}",
            model=instrument.model,
            serial=f"DEMO-{plant.code}-{mapping.key}-{tags[0]}",
        )
        behind |= dict.fromkeys(tags, device)
    return behind


def _groups(mapping: SubjectMapping) -> Iterator[tuple[Instrument, list[str]]]:
    """Yield each instrument of a piece of equipment with the tags that it measures."""
    for instrument in read_instruments():
        tags = [one.tag for one in mapping.tags if one.property in instrument.properties]
        if len(instrument.properties) > 1:
            if tags:
                yield instrument, tags
        else:
            yield from ((instrument, [tag]) for tag in tags)
