"""Rows of the whole node that the operations touch: divisions, shares asked for, a kind, firms entered twice, a shift."""

from datetime import date, timedelta
from typing import Any

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import (
    Organisation,
)
from anlan.kernel.people.services import shares
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area
from anlan.kernel.places.services import reorganising, zones
from anlan.kernel.subjects.services.kinds import define_kind
from anlan.systems.data_quality.services import doubles as data_quality
from tests import factories, hazards


def reorganised(township: str, zone: int) -> dict[str, str]:
    """Return a township, one that was renamed, a zone that is in force and one that is closed."""
    for code in ("640181104", "640181105"):
        factories.division(code)
    closed = factories.zone(zone + 1, "停用的园区")
    with unit_of_work(machine("test")):
        act = reorganising.rename_division(
            division=queries.division("640181105"),
            name="新名镇",
            name_en="",
            on=date(2026, 1, 1),
            reason="批复",
        )
        zones.close_zone(zone=closed, on=date(2026, 1, 1))
    return {
        "township": queries.division(township).id,
        "reorganisation": act.id,
        "zone": Area.objects.get(number=zone).id,
        "closed_zone": closed.id,
    }


def asked_share(organisation: Organisation, township: str, zone: int) -> dict[str, str]:
    """Return shares of township and zone that nobody has approved yet, and a bureau without any."""
    span: dict[str, Any] = {"valid_from": now(), "valid_to": now() + timedelta(days=1)}
    with unit_of_work(machine("test")):
        asked, of_zone = (
            shares.ask_share(organisation=organisation, reason="联防", **span, **what)
            for what in ({"territory_code": township}, {"zone": zone})
        )
    return {
        "asked_share": asked.id,
        "asked_zone_share": of_zone.id,
        "receiver": factories.organisation("青铜峡局", territory_code="640381").id,
    }


def kind() -> dict[str, str]:
    """Return a kind that no subject is of, and a chemical."""
    with unit_of_work(machine("test")):
        silo = define_kind(code="silo", title="筒仓", title_en="Silo", schema={}).id
        return {"kind": silo, "chemical": hazards.chemical().id}


def doubled() -> dict[str, str]:
    """Return two entries of one firm in town, and a merge of two others."""
    names = ("鸿运煤业有限公司", "鸿运煤业有限责任公司", "远景建材有限公司", "远景建材有限责任公司")
    once, twice, kept, merged = (factories.firm(one) for one in names)
    Organisation.objects.filter(pk__in=[twice.id, merged.id]).update(credit_code=None)
    with unit_of_work(machine("test")):
        [made] = data_quality.merge_firms(
            kept_id=kept.id, merged_ids=[merged.id], reason="同一执照"
        )
    return {"once": once.id, "twice": twice.id, "merge": made.id}


def shift(organisation: Organisation, role: str = "duty_officer") -> dict[str, str]:
    held = factories.holding(factories.user(), factories.post(organisation, role))
    shift = factories.duty_shift(held.user, held.post)
    return {"shift": shift.id, "shift_user": held.user_id, "shift_post": held.post_id}
