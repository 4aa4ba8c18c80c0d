"""Real rows at three sites, and a person in every role on every side of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.services import answers
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import DeadLetter, Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.documents import services as documents
from anlan.kernel.documents.models import Document
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.people.models import (
    AdministratorKind,
    Organisation,
    OrganisationKind,
    Post,
    PostHolding,
    Role,
    ScopeGrant,
    SecondFactor,
    SiteReach,
    User,
)
from anlan.kernel.people.queries.sessions import SEEN, SIGNED_IN
from anlan.kernel.people.services import contacts
from anlan.kernel.places.models import Area, Division, Reorganisation
from anlan.kernel.places.rules import div_of
from anlan.kernel.sensing.models import (
    Datastream,
    Device,
    Gateway,
    Limit,
    QuarantinedMessage,
    Suppression,
)
from anlan.kernel.sensing.services import equipment, keys, suppressions, upkeep
from anlan.kernel.subjects.models import Subject, SubjectKind
from anlan.systems.data_quality.models import FirmMerge
from tests import bulletins, escalations, factories, hazards, honesty, permits
from tests.app.authorisation import node_rows
from tests.app.authorisation.kept_message import quarantined
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.kernel.messaging.channel import dead_dispatch
from tests.plant import Plant, build_plant

COUNTY, NEXT_COUNTY, SHARER, PROVINCE = "640181", "640121", "640122", "640000"
TOWNSHIP = "640181103"
ZONE = 64018101
VERSIONED = (
    Alarm, Area, Datastream, DeadLetter, Dispatch, Device, Division, Document, FirmMerge, Gateway, Limit,
    Organisation, Post, PostHolding, QuarantinedMessage, Reorganisation, ScopeGrant, SiteReach, Subject, SubjectKind, Suppression,
    User, *bulletins.MODELS, *hazards.MODELS, *honesty.MODELS, *permits.MODELS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(honesty.HonestyRows, bulletins.DeskRows):
    """What the operations touch: one of each at a site, then what belongs to no site."""

    site: str
    installation: str
    draft_permit: str
    issued_permit: str
    running_permit: str
    commitment: str
    sketch: str
    subject: str
    datastream: str
    retired_datastream: str
    limit: str
    suppression: str
    outage: str
    gateway: str
    rolling_gateway: str
    device: str
    quarantined: str
    new_alarm: str
    confirmed_alarm: str
    shelved_alarm: str
    escalation: str
    call: str
    river_alarm: str
    thread: str
    document: str
    shift: str
    shift_user: str
    shift_post: str
    user: str
    post: str
    holding: str
    letter: str
    dispatch: str
    message: str
    organisation: str
    firm: str
    once: str
    twice: str
    merge: str
    kind: str
    chemical: str
    township: str
    reorganisation: str
    zone: str
    closed_zone: str
    receiver: str
    asked_share: str
    asked_zone_share: str
    supervision: str

    def nowhere(self) -> "Rows":
        """Return ids that no row has; what belongs to no site stays."""
        of_a_site = list(self.__dataclass_fields__)[:22]
        return replace(self, **{name: new_ulid() for name in (*of_a_site, "asked_share")})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`seats[column][role]` is the session of who sits there; `rows[column]` what he asks for."""

    rows: dict[str, Rows]
    seats: dict[str, dict[str, str]]


def build(become: Callable[[str], None]) -> World:
    """Make it all, through the services."""
    for code in (TOWNSHIP, NEXT_COUNTY, SHARER, config().node.removeprefix("n")):
        factories.division(code, boundary=factories.square())
    factories.zone(ZONE)
    bureaus = {
        "in_charge": factories.organisation("灵武局", territory_code=COUNTY),
        "neighbour": factories.organisation("永宁局", territory_code=NEXT_COUNTY),
        "share": factories.organisation("贺兰局", territory_code=SHARER),
        "zone": factories.organisation("宁东局", territory_code="", zone=ZONE),
    }
    above = factories.organisation("自治区厅", territory_code=PROVINCE)
    factories.share(bureaus["share"], COUNTY)
    in_town = div_of(TOWNSHIP)
    plants = {
        "town": build_plant("town", in_town, None, streams=8),
        "zone": build_plant("zone", in_town, ZONE, streams=8),
        "province": build_plant("prov", in_town, None, streams=8),
    }
    # firms of this matter promise the day
    SubjectKind.objects.filter(code="enterprise").update(matter="hazchem")
    in_charge = {"town": bureaus["in_charge"], "zone": bureaus["zone"], "province": above}
    standing = {
        name: factories.supervision(in_charge[name], plant.site.id)
        for name, plant in plants.items()
    }
    for plant in plants.values():
        factories.own_site(plant.organisation, plant.site.id)
    names = {"other_firm": "别的企业", "shared_firm": "误共享的企业"}
    firms = {"own_firm": plants["town"].organisation}
    firms |= {column: factories.firm(name) for column, name in names.items()}
    factories.own_site(firms["other_firm"])
    factories.share(firms["shared_firm"], COUNTY)
    people = _people(bureaus | firms)
    spare = _spare(bureaus["in_charge"], [one for seat in people.values() for one in seat.values()])
    at = {name: _rows_at(plant, 10 * n, become) for n, (name, plant) in enumerate(plants.items())}
    spare |= {"firm": firms["other_firm"].id, "supervision": standing["town"].id}
    spare |= (
        node_rows.asked_share(bureaus["share"], TOWNSHIP, ZONE)
        | node_rows.doubled()
        | node_rows.reorganised(TOWNSHIP, ZONE)
        | node_rows.kind()
    )
    rows = {
        ("town", "bureau"): at["town"] | node_rows.shift(bureaus["in_charge"]),
        ("town", "firm"): at["town"] | node_rows.shift(firms["own_firm"], "firm_safety"),
        ("zone", "bureau"): at["zone"] | node_rows.shift(bureaus["zone"]),
        ("province", "bureau"): at["province"] | node_rows.shift(above),
    }
    asked = dict.fromkeys(("in_charge", "neighbour", "share", "admin"), ("town", "bureau"))
    asked |= dict.fromkeys(firms, ("town", "firm"))
    asked |= {"zone": ("zone", "bureau"), "province": ("province", "bureau")}
    with connection.cursor() as cursor:
        # a stopped engine loses its transaction after seconds; a test holds this one for minutes
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    return World(
        rows={column: Rows(**rows[which], **spare) for column, which in asked.items()},
        seats={
            column: {role: _session(user) for role, user in seat.items()}
            for column, seat in people.items()
        },
    )


def _people(organisations: dict[str, Organisation]) -> dict[str, dict[str, User]]:
    """Seat somebody in every role that an organisation may have; the county's people sit twice."""
    seats: dict[str, dict[str, User]] = {}
    families = {role.code: role.family for role in Role.objects.exclude(family="administrator")}
    for column, organisation in organisations.items():
        is_firm = organisation.kind == OrganisationKind.FIRM
        seats[column] = {
            code: factories.officer(organisation, code)
            for code, family in families.items()
            if (family == "firm") == is_firm
        }
    seats["province"] = seats["in_charge"]
    seats["admin"] = {
        f"{kind}_administrator": factories.user(f"{kind}_admin", administrator=kind)
        for kind in AdministratorKind
        if kind
    }
    return seats


def _session(user: User) -> str:
    """Return the key of a session as a log-in opens it."""
    user.refresh_from_db()
    store = SessionStore()
    store[SESSION_KEY] = user.pk
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[SIGNED_IN] = store[SEEN] = now_ms()
    store.create()
    return str(store.session_key)


def _spare(bureau: Organisation, everybody: list[User]) -> dict[str, str]:
    """Return the rows that no site has, and a message that everybody got."""
    user, empty = factories.user("spare", "某人"), factories.post(bureau, "expert")
    SecondFactor.objects.create(
        user=user, secret=b"sealed", created_at=now(), updated_at=now(), confirmed_at=now()
    )
    AccessAttempt.objects.create(username="spare", ip_address="::1", failures_since_start=5)
    with unit_of_work(machine("test")):
        contacts.set_phone(user=user, phone="13800001234")
    held = factories.holding(factories.user("holder", "在任"), factories.post(bureau, "expert"))
    letter = DeadLetter.objects.create(
        slice="plans",
        position=7,
        event={"id": new_ulid(), "type": "alerts.alarm.raised", "object": new_ulid(), "data": {}},
        error="not now",
        tries=5,
        failed_at=now(),
    )
    return {
        "user": user.id, "post": empty.id, "holding": held.id,
        "letter": letter.id, "dispatch": dead_dispatch(user).id,
        "message": factories.message(*everybody).message.id,
        "organisation": bureau.id,
    }  # fmt: skip


def _rows_at(plant: Plant, seq: int, become: Callable[[str], None]) -> dict[str, str]:
    """Make one row of each at a site; alarms: new, confirmed and returned, shelved, and one of no firm."""
    become("anlan_app")
    with unit_of_work(machine("test")):
        Datastream.objects.filter(pk=plant.streams[7].id).update(site=None)
    become("anlan_engine")
    raised = [step(plant, "raised", seq + n, stream=n) for n in (0, 1, 2, 7)]
    apply(raised, seq and seq - 6, seq + 3)
    become("anlan_app")
    with unit_of_work(machine("test")):
        answers.confirm_alarm(alarm_id=raised[1].alarm_id)
        until = now() + timedelta(hours=1)
        answers.shelve_alarm(alarm_id=raised[2].alarm_id, until=until, reason="检修")
        filed = suppressions.file_suppression(
            datastream_id=plant.streams[3].id, starts_at=now(), ends_at=until, reason="检修"
        )
        outage = suppressions.take_out_of_service(
            datastream_id=plant.streams[5].id,
            starts_at=now(),
            ends_at=until,
            reason="校验",
            approved_by="设备科长",
        )
        paper = documents.upload_document(
            content=[b"%PDF-1.7\n"], name="照片.pdf", about=plant.tank.id
        )
        rolling = equipment.register_gateway(
            organisation_id=plant.organisation.id,
            site_id=plant.site.id,
            firm_code=plant.gateway.firm_code,
            code="G2",
            name="换密钥中",
        )
        keys.issue_key(gateway_id=rolling.id, version=rolling.version)
        device = equipment.register_device(
            gateway=plant.gateway, subject_id=plant.tank.id, name="液位计"
        )
        upkeep.retire_datastream(datastream_id=plant.streams[6].id)
    become("anlan_engine")
    apply([step(plant, "returned", seq + 4, stream=1)], seq + 3, seq + 4)
    become("anlan_gateway")
    kept = quarantined(plant)
    become("anlan_app")
    with unit_of_work(machine("test")):
        standing = Limit.objects.get(datastream=plant.streams[4], condition="HH")
        story = Journal.objects.filter(object=raised[0].alarm_id).order_by("id")[0]
        escalated, called = escalations.escalated(raised[0].alarm_id)
    return {
        "escalation": escalated.id,
        "call": called.id,
        "site": plant.site.id,
        "installation": hazards.installation(plant.tank, "M1").id,
        **honesty.rows_at(plant),
        **permits.one_of_each(plant.tank),
        "commitment": permits.promised_ahead(plant.site).id,
        **bulletins.both(plant.site),
        "sketch": factories.sketch(at=plant.site).id,
        "subject": plant.tank.id,
        "datastream": plant.streams[4].id,
        "retired_datastream": plant.streams[6].id,
        "limit": standing.id,
        "suppression": filed.id,
        "outage": outage.id,
        "gateway": plant.gateway.id,
        "rolling_gateway": rolling.id,
        "device": device.id,
        "quarantined": kept,
        "new_alarm": raised[0].alarm_id,
        "confirmed_alarm": raised[1].alarm_id,
        "shelved_alarm": raised[2].alarm_id,
        "river_alarm": raised[3].alarm_id,
        "thread": story.correlation_id,
        "document": paper.id,
    }


def versions() -> dict[str, int]:
    """Return the version of every row, by its id."""
    with unit_of_work(machine("test")):
        parts = [model.objects.values_list("pk", "version") for model in VERSIONED]
        return {key: version for part in parts for key, version in part}
