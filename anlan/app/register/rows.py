"""What becomes of one row of each sheet: new, changed, or the same as what stands there."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib.gis.geos import Point

from anlan.app.register import place_rows, staff_rows
from anlan.app.register.known import Known
from anlan.app.register.outcome import Outcome, differing
from anlan.app.register.sheets import Row
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.people.models import Organisation, OrganisationKind
from anlan.kernel.people.services import organisations
from anlan.kernel.people.services.supervision import supervise
from anlan.kernel.sensing.models import Condition, Limit
from anlan.kernel.sensing.services import equipment, limits, upkeep
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject


def organisation(row: Row, _known: Known) -> Outcome:
    """Register a firm, or give it another name or seat."""
    found = Organisation.objects.filter(credit_code=row.of("credit_code")).first()
    wanted: dict[str, Any] = {
        "name": row.of("name"),
        "name_en": row.of("name_en") or (found.name_en if found else ""),
        "territory_code": row.of("division"),
        "zone": staff_rows.zone_of(row, found),
    }
    if found is not None and found.merged_into_id is not None:
        # an old code: the firm is in the register, under the name and code that were kept
        return Outcome.SAME
    if found is None:
        organisations.create_organisation(
            kind=OrganisationKind.FIRM, credit_code=row.of("credit_code"), **wanted
        )
        return Outcome.NEW
    if not differing(found, wanted):
        return Outcome.SAME
    organisations.change_organisation(organisation=found, **wanted)
    return Outcome.CHANGED


def site(row: Row, known: Known) -> Outcome:
    """Register a site as its firm's own; its supervision is somebody else's act."""
    owner = organisations.of_credit_code(row.of("credit_code"))
    if owner is None:
        raise InvalidError(f"没有登记单位 {row.of('credit_code')}", code="register.unknown_firm")
    found = Subject.objects.filter(kind__code=subjects.SITE_KIND, code=row.of("code")).first()
    if found is None:
        subjects.register_site(
            organisation=owner,
            name=row.of("name"),
            name_en=row.of("name_en"),
            code=row.of("code"),
            place=subjects.place_of(row.of("division"), row.whole_of("zone")),
            lon_lat=_lon_lat(row),
        )
        return Outcome.NEW
    if (
        found.organisation_id != owner.id
        or found.div != subjects.place_of(row.of("division"), None).div
    ):
        raise ConflictError(
            f"厂区 {found.code} 已登记在别的单位或区划名下，不能由导入改动",
            code="register.site_elsewhere",
        )
    owned = subjects.own_again(site=found, organisation=owner)
    outcome = _bring_to(found, row, known)
    return Outcome.CHANGED if owned else outcome


def subject(row: Row, known: Known) -> Outcome:
    """Register equipment at a site, or change its name, place or attributes."""
    at = known.site(row)
    found = known.subject_at(at, row.of("code"))
    if found is not None and found.id != at.id:
        if found.kind.code != row.of("kind"):
            raise ConflictError(
                f"{found.code} 已登记为 {found.kind.title}，类别不能改动",
                code="register.kind_stands",
            )
        if row.of("parent") and found.parent_id != known.subject(row, "parent").id:
            raise ConflictError(
                f"{found.code} 已登记在别的上级对象之下，不能由导入改动",
                code="register.parent_stands",
            )
        return _bring_to(found, row, known)
    subjects.register_subject(
        kind=row.of("kind"),
        name=row.of("name"),
        name_en=row.of("name_en"),
        code=row.of("code"),
        parent_id=(known.subject(row, "parent") if row.of("parent") else at).id,
        lon_lat=_lon_lat(row),
        attributes=_attributes(row) or {},
    )
    return Outcome.NEW


def gateway(row: Row, known: Known) -> Outcome:
    """Register a gateway, or give it another name; its credentials are made now and told once."""
    at, named = known.site(row), _named(row)
    found = known.gateway_at(at, row.of("code"))
    if found is not None:
        if not differing(found, named):
            return Outcome.SAME
        known.changed(upkeep.change_gateway(gateway_id=found.id, **named))
        return Outcome.CHANGED
    made = equipment.register_gateway_at(site_id=at.id, code=row.of("code"), **named)
    known.registered.append(made)
    return Outcome.NEW


def device(row: Row, known: Known) -> Outcome:
    """Register an instrument behind a gateway, or change what is written of it; its name is its key."""
    behind, at = known.gateway(row), known.subject(row)
    found = known.device_behind(behind, row.of("name"))
    said: dict[str, Any] = {key: row.of(key) for key in ("model", "serial") if row.of(key)}
    said |= _english(row)
    if found is not None:
        if found.subject_id != at.id:
            raise ConflictError(
                f"设备 {found.name} 已登记在别的对象上，不能由导入改动",
                code="register.device_stands",
            )
        if not differing(found, said):
            return Outcome.SAME
        known.changed(upkeep.change_device(device_id=found.id, **said))
        return Outcome.CHANGED
    equipment.register_device(gateway=behind, subject_id=at.id, name=row.of("name"), **said)
    return Outcome.NEW


def datastream(row: Row, known: Known) -> Outcome:
    """Register a point of measurement, or give it another name.

    What its readings mean is never changed, its history is judged by it: such a one is retired.
    """
    behind, at = known.gateway(row), known.subject(row)
    observed = known.observed(row)
    wanted: dict[str, Any] = {
        "subject_id": at.id,
        "observed_property": observed,
        "name": row.of("name"),
        "unit": row.of("unit") or observed.unit,
        "resolution": row.number_of("resolution"),
        "device": known.device(row, behind),
    } | _english(row)
    if (step_ms := row.whole_of("time_resolution_ms")) is not None:
        wanted["time_resolution_ms"] = step_ms
    found = known.stream_behind(behind, row.of("tag"))
    if found is None:
        equipment.register_datastream(gateway=behind, tag=row.of("tag"), **wanted)
        return Outcome.NEW
    named = _named(row)
    if meaning := [one for one in differing(found, wanted) if one not in named]:
        raise ConflictError(
            f"位号 {found.tag} 已登记，{'、'.join(meaning)} 不同；须先停用，再登记新的",
            code="register.tag_stands",
        )
    if not differing(found, named):
        return Outcome.SAME
    known.changed(upkeep.change_datastream(datastream_id=found.id, **named))
    return Outcome.CHANGED


#: What of a limit an empty cell leaves as it stands; a reason is of its own filing.
_LEFT = (
    "deadband", "on_delay_ms", "off_delay_ms", "low", "window_ms", "priority", "standard", "clause",
    "confidence",
)  # fmt: skip


def limit(row: Row, known: Known) -> Outcome:
    """File a limit, or put another in the place of one that stands."""
    behind = known.gateway(row)
    stream = known.stream_behind(behind, row.of("tag"))
    if stream is None:
        raise InvalidError(f"没有登记位号 {row.of('tag')}", code="register.unknown_tag")
    if row.of("condition") not in Condition.values:
        raise InvalidError(
            f"限值类型 {row.of('condition')} 不在 {'、'.join(Condition.values)} 之内",
            code="register.unknown_condition",
        )
    figures = {
        "value": row.number_of("value"),
        "deadband": row.number_of("deadband"),
        "on_delay_ms": row.whole_of("on_delay_ms"),
        "off_delay_ms": row.whole_of("off_delay_ms"),
        "low": row.number_of("low"),
        "window_ms": row.whole_of("window_ms"),
        "priority": row.whole_of("priority"),
    }
    said = ("standard", "clause", "clause_en", "confidence", "reason", "reason_en")
    texts = {name: row.of(name) for name in said}
    wanted: dict[str, Any] = {
        name: value for name, value in (figures | texts).items() if value not in {None, ""}
    }
    standing = known.standing(behind, stream, row.of("condition"))
    if standing is not None and not differing(standing, wanted):
        return Outcome.SAME
    if standing is not None:
        wanted = _unsaid(standing, wanted) | wanted
    made = limits.file_limit(datastream_id=stream.id, condition=row.of("condition"), **wanted)
    known.filed(behind, made)
    return Outcome.CHANGED if standing is not None else Outcome.NEW


def _unsaid(standing: Limit, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what an empty cell leaves as it stands; the clause's English goes with its clause."""
    kept = {name: getattr(standing, name) for name in _LEFT if name not in wanted}
    if wanted.get("clause", standing.clause) == standing.clause:
        kept["clause_en"] = standing.clause_en
    return kept


def supervision(row: Row, _known: Known) -> Outcome:
    """Put a firm's site under a bureau's supervision in one matter (监管)."""
    bureau = Organisation.objects.filter(name=row.of("organisation")).exclude(
        kind=OrganisationKind.FIRM
    )
    if bureau.count() != 1:
        raise InvalidError(
            f"没有（或不止一个）部门叫 {row.of('organisation')}", code="register.unknown_bureau"
        )
    made = supervise(
        organisation=bureau[0],
        site=_owned_site(row),
        matter=row.of("matter"),
        valid_from=row.moment_of("valid_from"),
        valid_to=row.moment_of("valid_to"),
    )
    return Outcome.NEW if made is not None else Outcome.SAME


#: What handles each sheet.
HANDLERS: dict[str, Callable[[Row, Known], Outcome]] = {
    "organisations": organisation,
    "sites": site,
    "subjects": subject,
    "gateways": gateway,
    "devices": device,
    "datastreams": datastream,
    "limits": limit,
    "supervisions": supervision,
    "divisions": place_rows.division,
    "zones": place_rows.zone,
    "bureaus": staff_rows.bureau,
    "posts": staff_rows.post,
    "appointments": staff_rows.appointment,
    "accounts": staff_rows.account,
}


def _owned_site(row: Row) -> str:
    owned = organisations.owned_sites(row.of("credit_code"))
    if (named := row.of("site_id")) and named in owned:
        return named
    if named or len(owned) != 1:
        known = "、".join(owned) or "无"
        raise InvalidError(
            f"请写明厂区标识；{row.of('credit_code')} 的厂区：{known}", code="register.which_site"
        )
    return owned[0]


def _bring_to(found: Subject, row: Row, known: Known) -> Outcome:
    """Change of a subject what the row says differently."""
    wanted: dict[str, Any] = {}
    named = _named(row)
    wanted |= {key: named[key] for key in differing(found, named)}
    here = (found.location.x, found.location.y) if found.location else None
    if (lon_lat := _lon_lat(row)) is not None and lon_lat != here:
        wanted["location"] = Point(*lon_lat, srid=4326)
    if (attributes := _attributes(row)) is not None and attributes != found.attributes:
        wanted["attributes"] = attributes
    if not wanted:
        return Outcome.SAME
    made = subjects.change_subject(subject_id=found.id, expected_version=found.version, **wanted)
    known.renew(made)
    return Outcome.CHANGED


def _named(row: Row) -> dict[str, Any]:
    return {"name": row.of("name")} | _english(row)


def _english(row: Row) -> dict[str, str]:
    """Return the English name where the row has one: an empty cell takes no name away."""
    return {"name_en": said} if (said := row.of("name_en")) else {}


def _lon_lat(row: Row) -> tuple[float, float] | None:
    lon, lat = row.number_of("lon"), row.number_of("lat")
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise InvalidError("经纬度须为十进制度，两个都要有", code="register.half_a_place")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidError(f"经纬度超出范围：{lon}, {lat}", code="register.place_off_earth")
    return lon, lat


def _attributes(row: Row) -> dict[str, Any] | None:
    """Return the attributes that a row says; None where the sheet has no such cell."""
    if not (text := row.of("attributes")):
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InvalidError(
            f"属性不是 JSON：{error}", code="register.attributes_not_json"
        ) from error
    if not isinstance(found, dict):
        raise InvalidError("属性须为 JSON 对象", code="register.attributes_not_object")
    return found
