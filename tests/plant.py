"""A small plant for tests: one site, one tank, one gateway, some datastreams with limits."""

from dataclasses import dataclass

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.places.rules import div_of
from anlan.kernel.search.services import index_subjects
from anlan.kernel.sensing.models import Datastream, Gateway
from anlan.kernel.sensing.services import equipment, limits
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from anlan.kernel.subjects.services.kinds import define_kind

NINGDONG = div_of("640181100")
ZONE = 6401
TANK_SCHEMA = {"type": "object", "properties": {"volume_m3": {"type": "number", "minimum": 0}}}


@dataclass(frozen=True, slots=True)
class Plant:
    """What a test gets to play with."""

    organisation: Organisation
    site: Subject
    tank: Subject
    gateway: Gateway
    streams: tuple[Datastream, ...]


def build_plant(
    code: str = "demo",
    div: int = NINGDONG,
    zone: int | None = ZONE,
    streams: int = 2,
    shard: int = 0,
) -> Plant:
    """Make a plant through the services, as the system: level in %, HH 90, H 80, silent 60 s."""
    with unit_of_work(machine("test")):
        moment = now()
        firm = Organisation.objects.create(
            name=f"{code} 化工（演示）", kind="firm", created_at=moment, updated_at=moment
        )
        define_kind(
            code="enterprise", title="企业", title_en="Enterprise", schema={"type": "object"}
        )
        define_kind(code="tank", title="储罐", title_en="Tank", schema=TANK_SCHEMA)
        site = subjects.register_subject(
            kind="enterprise",
            name=f"{code} 厂区",
            code=code,
            organisation_id=firm.id,
            place=journal.Place(div=div, zone=zone),
            lon_lat=(106.6, 38.1),
        )
        tank = subjects.register_subject(kind="tank", name=f"{code} T101", parent_id=site.id)
        gateway = equipment.register_gateway(
            organisation_id=firm.id,
            site_id=site.id,
            firm_code=code,
            code="G1",
            name=f"{code} 网关",
            shard=shard,
        )
        level = equipment.define_property(code="level", title="液位", title_en="Level", unit="%")
        made = []
        for index in range(streams):
            stream = equipment.register_datastream(
                gateway=gateway,
                subject_id=tank.id,
                observed_property=level,
                tag=f"T101.LI{index}",
                name=f"液位 {index}",
                resolution=0.1,
            )
            limits.file_limit(datastream_id=stream.id, condition="HH", value=90.0, deadband=1.0)
            limits.file_limit(datastream_id=stream.id, condition="H", value=80.0, deadband=1.0)
            made.append(stream)
        index_subjects([site.id, tank.id])  # as the worker does behind every act
    return Plant(firm, site, tank, gateway, tuple(made))
