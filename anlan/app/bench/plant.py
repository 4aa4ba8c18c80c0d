"""A plant of any size for benches and fault tests: the first datastreams by the services, the rest copied.

What is copied are whole rows, so a copy differs from its model in id, number, tag and nothing else;
a million datastreams come in by minutes instead of days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from anlan.kernel.base import journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import OrganisationKind, SiteRelation
from anlan.kernel.people.services import organisations
from anlan.kernel.places.rules import ancestors, div_of
from anlan.kernel.places.services import loading as places
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.services import equipment, limits
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.services.kinds import define_kind

COUNTY = "640181"
FIRM = "bench"
#: The limits of every datastream, and what a reading beyond them and a calm one say.
HIGH, DEADBAND = 90.0, 1.0
BEYOND, CALM = 95.0, 50.0
ACTOR = "bench"

#: Copies of the row with the lowest number, under the gateways in turn; the sequence goes along.
#: `OFFSET 0`: without it PostgreSQL makes the row anew for each of its columns, and numbers lie as far
#: apart as there are columns.
_COPY_STREAMS = """
    INSERT INTO sensing_datastream SELECT (made).* FROM (
        SELECT jsonb_populate_record(d, jsonb_build_object(
            'id', left(d.id, 16) || lpad(n::text, 10, '0'),
            'number', nextval('sensing_datastream_number'),
            'gateway_id', (%(gateways)s::text[])[1 + n %% %(count)s],
            'tag', 'T' || n
        )) AS made
        FROM sensing_datastream d, generate_series(1, %(copies)s) n WHERE d.id = %(model)s OFFSET 0
    ) copies
"""
_COPY_LIMITS = """
    INSERT INTO sensing_limit SELECT (made).* FROM (
        SELECT jsonb_populate_record(l, jsonb_build_object(
            'id', left(l.id, 16) || lpad(row_number() OVER ()::text, 10, '0'),
            'datastream_id', d.id
        )) AS made
        FROM sensing_limit l, sensing_datastream d
        WHERE l.datastream_id = %(model)s AND d.id <> %(model)s OFFSET 0
    ) copies
"""
_KEEP_LIMIT = """
    DELETE FROM sensing_limit WHERE condition = %s AND datastream_id IN (
        SELECT id FROM sensing_datastream WHERE gateway_id <> ALL (%s))
"""
_STREAMS = """
    SELECT gateway_id, array_agg(number ORDER BY number), array_agg(tag ORDER BY number)
    FROM sensing_datastream GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Box:
    """What an installer would type into one gateway: its way in, its tags and their numbers."""

    id: str
    firm: str
    code: str
    token: str
    hmac_key: str
    tags: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def user(self) -> str:
        """Its name at the doors."""
        return f"{self.firm}.{self.code}"

    @property
    def topic(self) -> str:
        """Where it publishes."""
        return f"a1/{self.firm}/{self.code}/obs"


def build_plant(
    admin_dsn: str, *, gateways: int, datastreams: int, more: Mapping[str, float] | None = None
) -> list[Box]:
    """Load a firm with so many gateways and datastreams, HH on each and `more`; Django is set up.

    `more` are further limits by condition, in % (for `silent` in s).
    """
    rows, model = _by_services(gateways)
    with unit_of_work(machine(ACTOR)):
        for condition, value in (more or {}).items():
            limits.file_limit(datastream_id=model, condition=condition, value=value)
    with psycopg.connect(admin_dsn) as admin:
        said: dict[str, Any] = {
            "gateways": [row.id for row in rows],
            "count": gateways,
            "copies": datastreams - 1,
            "model": model,
        }
        admin.execute("SELECT set_config('anlan.actor', %s, true)", [f"system:{ACTOR}"])
        admin.execute(_COPY_STREAMS, said)
        admin.execute(_COPY_LIMITS, said)
        # what autovacuum would do within a minute
        admin.execute("ANALYZE sensing_datastream, sensing_limit")
        found = {gateway: (numbers, tags) for gateway, numbers, tags in admin.execute(_STREAMS)}
    return [_box(row, *found.get(row.id, ([], []))) for row in rows]


def keep_limit(admin_dsn: str, condition: str, boxes: Iterable[Box]) -> None:
    """Take a limit from every datastream but those of some boxes, before anybody has heard of it."""
    with psycopg.connect(admin_dsn) as admin:
        admin.execute("SELECT set_config('anlan.actor', %s, true)", [f"system:{ACTOR}"])
        admin.execute(_KEEP_LIMIT, [condition, [box.id for box in boxes]])


def _box(row: Gateway, numbers: list[int], tags: list[str]) -> Box:
    return Box(
        id=row.id,
        firm=row.firm_code,
        code=row.code,
        token=row.token,
        hmac_key=row.hmac_key.split()[0],
        tags=tuple(tags),
        numbers=tuple(numbers),
    )


def _by_services(gateways: int) -> tuple[list[Gateway], str]:
    """Make the county, a firm's site, its gateways and one datastream as a person would."""
    with unit_of_work(machine(ACTOR)):
        places.load_divisions(
            rows=[places.DivisionInput(code=one, name=one) for one in ancestors(COUNTY)]
        )
        firm = organisations.create_organisation(
            name="压测企业（虚构）", kind=OrganisationKind.FIRM, is_invented=True
        )
        define_kind(
            code="enterprise", title="企业", title_en="Enterprise", schema={"type": "object"}
        )
        site = subjects.register_subject(
            kind="enterprise",
            name="压测厂区（虚构）",
            organisation_id=firm.id,
            place=journal.Place(div=div_of(COUNTY)),
            lon_lat=(106.6, 38.1),
        )
        organisations.grant_site_reach(organisation=firm, site=site.id, relation=SiteRelation.OWNER)
        rows = [
            equipment.register_gateway(
                organisation_id=firm.id,
                site_id=site.id,
                firm_code=FIRM,
                code=f"G{number}",
                name=f"压测网关 {number}",
            )
            for number in range(gateways)
        ]
        level = equipment.define_property(code="level", title="液位", title_en="Level", unit="%")
        model = equipment.register_datastream(
            gateway=rows[0],
            subject_id=site.id,
            observed_property=level,
            tag="T0",
            name="液位",
            resolution=0.1,
        )
        limits.file_limit(datastream_id=model.id, condition="HH", value=HIGH, deadband=DEADBAND)
    return rows, model.id
