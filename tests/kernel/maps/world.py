"""Subjects on both sides of a county line, some on one spot, some at their own place; and who looks at them."""

import math
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import mapbox_vector_tile
from django.contrib.gis.geos import Point

from anlan.kernel.base.clock import now
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import EVERYTHING, Principal, Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.maps import queries, services
from anlan.kernel.maps.models import LayerVersion
from anlan.kernel.maps.rules import SUBJECTS, Tile
from anlan.kernel.places.rules import div_of, div_range
from anlan.kernel.subjects.models import Subject, SubjectKind
from anlan.kernel.subjects.services.kinds import define_kind

ZONE = 64018101
SITES = ("S" * 25 + "1", "S" * 25 + "2")
TOWNSHIPS = ("640181001", "640181002", "640121100", "640122200")
#: What somebody may reach; people reach one to three of them.
REACHES = {
    "township": Scope(divs=(div_range("640181001"),)),
    "township next door": Scope(divs=(div_range("640121100"),)),
    "county": Scope(divs=(div_range("640181"),)),
    "county next door": Scope(divs=(div_range("640121"),)),
    "province": Scope(divs=(div_range("64"),)),
    "part of a township": Scope(divs=((div_of("640121100"), div_of("640121100") + 9_999),)),
    "zone": Scope(zones=(ZONE,)),
    "site": Scope(sites=SITES[:1]),
    "site next door": Scope(sites=SITES[1:]),
    "everything": EVERYTHING,
    "another province": Scope(divs=(div_range("65"),)),
}
KINDS = ("enterprise", "tank", "mine")


def person(scope: Scope, name: str = "someone") -> Principal:
    return Principal(actor=f"user:{name}", name=name, scope=scope, ceiling=3)


def load(seed: int = 7) -> None:
    """Load a hundred subjects, most of them on the same 200 m, and count every county."""
    random = Random(seed)  # noqa: S311 - the same places each time
    with unit_of_work(machine("test")):
        for code in KINDS:
            define_kind(code=code, title=code, title_en=code, schema={"type": "object"})
        kinds = list(SubjectKind.objects.filter(code__in=KINDS))
        places = [(106.31 + random.gauss(0, 0.001), 38.09) for _ in range(60)]
        places += [(106.3125, 38.0905)] * 6  # on one spot, and never to be parted
        places += [(106.3 + random.gauss(0, 0.4), 38.0 + random.gauss(0, 0.3)) for _ in range(10)]
        made = [_subject(n, random, kinds, place) for n, place in enumerate(places)]
        made += [_subject(n, random, kinds, None) for n in range(90, 94)]
        made += [_subject(n, random, kinds, places[0], status="retired") for n in range(94, 100)]
        Subject.objects.bulk_create(made)
        count_all()


def _subject(
    n: int,
    random: Random,
    kinds: list[SubjectKind],
    place: tuple[float, float] | None,
    status: str = "active",
) -> Subject:
    moment = now()
    return Subject(
        id=new_ulid(),
        created_at=moment,
        updated_at=moment,
        kind=random.choice(kinds),
        name=f"对象{n}",
        name_en=f"Subject {n}" if n % 2 else "",
        div=div_of(random.choice(TOWNSHIPS)),
        zone=ZONE if n % 4 == 0 else None,
        site=SITES[n % 3] if n % 3 < 2 else None,
        location=Point(*place, srid=4326) if place else None,
        status=status,
    )


def count_all() -> None:
    """Count every county that has subjects anew, in the unit of work that is open."""
    services.note_changes(queries.uncounted_counties(SUBJECTS))
    for one in LayerVersion.objects.order_by("county"):
        services.rebuild(one)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the list shows somebody: of the placed ones where each is, and of which kind."""

    places: dict[str, tuple[float, float]]
    kinds: Counter[str]


def seen(who: Principal) -> Seen:
    with unit_of_work(who, read_only=True):
        rows = Subject.objects.exclude(status="retired").filter(location__isnull=False)
        found = [(one.id, one.location, one.kind.code) for one in rows.select_related("kind")]
    return Seen(
        {key: (place.x, place.y) for key, place, _ in found if place},
        Counter(kind for _, _, kind in found),
    )


def tile_at(zoom: int, lon: float, lat: float) -> Tile:
    """Return the tile that a place lies in, as OGC 17-083r4 has it."""
    side = 2**zoom
    mercator = math.asinh(math.tan(math.radians(lat)))
    return Tile(
        zoom, math.floor((lon + 180) / 360 * side), math.floor((1 - mercator / math.pi) / 2 * side)
    )


def features(content: bytes) -> list[dict[str, Any]]:
    """Return the properties of a tile's features."""
    if not content:
        return []
    layers = mapbox_vector_tile.decode(content)
    assert set(layers) == {"subjects"}
    return [one["properties"] for one in layers["subjects"]["features"]]


def is_cell(feature: dict[str, Any]) -> bool:
    return "/" in feature["id"]


def drawn(who: Principal, zoom: int, places: list[tuple[float, float]]) -> list[dict[str, Any]]:
    """Return what somebody's tiles of a zoom hold, wherever anything lies for anybody."""
    tiles = {tile_at(zoom, *place) for place in places}
    with unit_of_work(who, read_only=True):
        return [
            one
            for tile in sorted(tiles, key=lambda one: (one.x, one.y))
            for one in features(queries.tile(SUBJECTS, tile, who.scope))
        ]
