"""Register the invented firms, their equipment, gateways, datastreams and limits: one firm, one transaction."""

from dataclasses import asdict
from math import cos, radians
from typing import Any

from shapely import Point

from anlan.app.demo.instruments import register_instruments
from anlan.app.demo.limits import DemoLimit, limits_of
from anlan.app.demo.mapping import SubjectMapping, TagMapping
from anlan.app.demo.plants import Plant
from anlan.app.demo.series import Series
from anlan.app.demo.troubles import read_troubles, troubles_of
from anlan.app.region.build import Region
from anlan.kernel.base.journal import Place
from anlan.kernel.people.models import Organisation, OrganisationKind, SiteRelation
from anlan.kernel.people.services import organisations
from anlan.kernel.places.rules import div_of
from anlan.kernel.sensing.models import Device, Gateway, ObservedProperty
from anlan.kernel.sensing.services import equipment, limits
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject

GATEWAY = "G1"
MATTER = "hazchem"
#: Equipment stands in rows of so many, so many metres apart.
IN_A_ROW = 4
APART_M = 90.0
METRES_A_DEGREE = 111_320.0


def load_plant(
    plant: Plant, region: Region, bureaus: dict[str, Organisation], series: dict[str, Series]
) -> Gateway:
    """Register one firm or station whole; the caller's transaction makes it all or nothing."""
    organisation = _load_firm(plant, region) if plant.is_firm else bureaus[plant.in_charge]
    site = _register_site(plant, region, organisation) if plant.is_firm else None
    made = [
        _register_equipment(plant, mapping, number, site, region, organisation)
        for number, mapping in enumerate(plant.subjects())
    ]
    gateway = equipment.register_gateway(
        organisation_id=organisation.id,
        site_id=(site or made[0]).id,
        firm_code=plant.code,
        code=GATEWAY,
        name=f"{plant.name}采集网关",
        name_en=f"{plant.name_en}, gateway",
    )
    if site is not None:
        _grant_reach(site, organisation, bureaus[plant.in_charge])
    properties = {row.code: row for row in ObservedProperty.objects.all()}
    for subject, mapping in zip(made, plant.subjects(), strict=True):
        behind = register_instruments(plant, gateway, subject, mapping)
        for tag in mapping.tags:
            name = f"{mapping.key}.{tag.tag}"
            _register_tag(gateway, subject, name, tag, properties, behind.get(tag.tag))
    _file_limits(gateway, plant, series)
    if site is not None:
        _register_unplaced(plant, site)
    return gateway


def _load_firm(plant: Plant, region: Region) -> Organisation:
    return Organisation.objects.filter(
        credit_code=plant.credit_code
    ).first() or organisations.create_organisation(
        name=plant.name,
        name_en=plant.name_en,
        kind=OrganisationKind.FIRM,
        credit_code=plant.credit_code,
        territory_code=region.township_at(Point(plant.location)),
        zone=region.zone_at(Point(plant.location)),
        is_invented=True,
    )


def _place(region: Region, location: tuple[float, float]) -> Place:
    point = Point(location)
    return Place(div=div_of(region.township_at(point)), zone=region.zone_at(point))


def _register_site(plant: Plant, region: Region, organisation: Organisation) -> Subject:
    return subjects.register_subject(
        kind=subjects.SITE_KIND,
        name=plant.name,
        name_en=plant.name_en,
        code=plant.code,
        organisation_id=organisation.id,
        place=_place(region, plant.location),
        lon_lat=plant.location,
        attributes={"firm_code": plant.code},
        is_invented=True,
    )


def _register_equipment(
    plant: Plant,
    mapping: SubjectMapping,
    number: int,
    site: Subject | None,
    region: Region,
    organisation: Organisation,
) -> Subject:
    return subjects.register_subject(
        kind=mapping.kind,
        name=mapping.name,
        name_en=mapping.name_en,
        code=f"{plant.code}-{mapping.key}",
        parent_id=site.id if site else None,
        organisation_id=organisation.id,
        place=None if site else _place(region, plant.location),
        lon_lat=position(plant.location, number),
        attributes=mapping.attributes,
        is_invented=True,
    )


def position(centre: tuple[float, float], number: int) -> tuple[float, float]:
    """Return where the number-th piece of equipment stands: rows of four east of the gate."""
    lon, lat = centre
    row, column = divmod(number, IN_A_ROW)
    east_m, south_m = (column + 1) * APART_M, row * APART_M
    return (
        lon + east_m / (METRES_A_DEGREE * cos(radians(lat))),
        lat - south_m / METRES_A_DEGREE,
    )


def _grant_reach(site: Subject, firm: Organisation, supervisor: Organisation) -> None:
    organisations.grant_site_reach(organisation=firm, site=site.id, relation=SiteRelation.OWNER)
    organisations.grant_site_reach(
        organisation=supervisor, site=site.id, relation=SiteRelation.SUPERVISOR, matter=MATTER
    )


def _register_tag(
    gateway: Gateway,
    subject: Subject,
    name: str,
    tag: TagMapping,
    properties: dict[str, ObservedProperty],
    device: Device | None,
) -> None:
    equipment.register_datastream(
        gateway=gateway,
        subject_id=subject.id,
        observed_property=properties[tag.property],
        tag=name,
        name=f"{subject.name} {tag.name}",
        name_en=_name_en(subject, tag, properties[tag.property]),
        unit=tag.unit,
        resolution=tag.resolution,
        device=device,
    )


def _name_en(subject: Subject, tag: TagMapping, measured: ObservedProperty) -> str:
    """Name a point in English by what is measured; A and B of a pair keep their letter."""
    letter = tag.name[-2:] if tag.name[-2:] in {" A", " B"} else ""
    what = tag.name_en or f"{measured.title_en.lower()}{letter}"
    # a detector is named after what it measures already
    return f"{subject.name_en} {'concentration' if what in subject.name_en else what}"


def _file_limits(gateway: Gateway, plant: Plant, series: dict[str, Series]) -> None:
    """File every limit of a plant's tags, but of those that nobody has filed one for."""
    ids = dict(gateway.datastreams.values_list("tag", "id"))
    troubles = troubles_of(plant.code)
    filings = [
        _filing(ids[name], limit)
        for name, tag in plant.mapping.tags()
        if name not in troubles.unlimited
        for limit in limits_of(tag, plant.mapping, series)
    ]
    for stuck in troubles.stuck:
        details = dict(stuck.limit)
        condition, value = details.pop("condition"), details.pop("value")
        filings.append(
            limits.Filing(
                datastream_id=ids[stuck.tag], condition=condition, value=value, details=details
            )
        )
    limits.file_limits(filings)


def _register_unplaced(plant: Plant, site: Subject) -> None:
    """Register equipment of the site whose place on the map nobody has entered."""
    for row in read_troubles()["unplaced"]:
        if row["firm"] == plant.code:
            details = {key: value for key, value in row.items() if key != "firm"}
            subjects.register_subject(parent_id=site.id, is_invented=True, **details)


def load_entries(region: Region) -> None:
    """Enter the firms of the register that are not right: one that nobody supervises, one entered twice."""
    raw = read_troubles()
    for row in raw["unsupervised"]:
        point = Point(row["location"])
        if Subject.objects.filter(code=row["code"]).exists():
            continue
        firm = _enter_firm(row, region, credit_code=row["credit_code"])
        site = subjects.register_subject(
            kind=subjects.SITE_KIND,
            name=row["name"],
            name_en=row["name_en"],
            code=row["code"],
            organisation_id=firm.id,
            place=_place(region, (point.x, point.y)),
            lon_lat=(point.x, point.y),
            is_invented=True,
        )
        organisations.grant_site_reach(organisation=firm, site=site.id, relation=SiteRelation.OWNER)
    for row in raw["doubled"]:
        if not Organisation.objects.filter(name=row["name"]).exists():
            _enter_firm(row, region)


def _enter_firm(
    row: dict[str, Any], region: Region, credit_code: str | None = None
) -> Organisation:
    point = Point(row["location"])
    return organisations.create_organisation(
        name=row["name"],
        name_en=row["name_en"],
        kind=OrganisationKind.FIRM,
        credit_code=credit_code,
        territory_code=region.township_at(point),
        zone=region.zone_at(point),
        is_invented=True,
    )


def _filing(datastream_id: str, limit: DemoLimit) -> limits.Filing:
    details = asdict(limit)
    condition, value = details.pop("condition"), details.pop("value")
    return limits.Filing(
        datastream_id=datastream_id, condition=condition, value=value, details=details
    )
