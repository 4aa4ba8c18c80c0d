"""Who takes part in every test: the stock cast on both sides of one zone and one county line.

灵武市 (640181) has a bureau; so has the functional zone 宁东, which lies in it and supervises its
own firms (practice P4). 永宁县 (640121) is the neighbour.
"""

from dataclasses import dataclass, fields

from django.test import Client

from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Principal
from anlan.kernel.people.models import AdministratorKind, Organisation, User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.places.rules import div_of
from tests import factories

COUNTY, TOWNSHIP, NEIGHBOUR = "640181", "640181103", "640121"
ZONE = 64018101
#: Scope columns of the firm in the zone, of the firm in town, and of a firm next door.
DIV_IN_ZONE, DIV_IN_TOWN, DIV_NEXT_DOOR = (
    div_of(TOWNSHIP),
    div_of("640181001"),
    div_of("640121100"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people, their organisations and the two sites (ULIDs of `Subject(kind=enterprise)`).

    `site` lies in the zone and is supervised by the zone's bureau; `town_site` lies in town and
    is supervised by the county's bureau.
    """

    bureau: Organisation
    zone_bureau: Organisation
    neighbour_bureau: Organisation
    firm: Organisation
    town_firm: Organisation
    site: str
    town_site: str
    duty_officer: User
    leader: User
    monitor: User
    control_room: User
    town_control_room: User
    neighbour: User
    system_administrator: User
    security_administrator: User
    audit_administrator: User

    @property
    def people(self) -> dict[str, User]:
        """Return everybody by the name of his part."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: one for name, one in parts.items() if isinstance(one, User)}


def assemble(site: str = "", town_site: str = "") -> Cast:
    """Bring the cast into the test's database; sites may be given where subjects exist already."""
    site, town_site = site or new_ulid(), town_site or new_ulid()
    with factories.working():
        for code, name in ((COUNTY, "灵武市"), (TOWNSHIP, "宁东镇"), (NEIGHBOUR, "永宁县")):
            factories.division(code, name, boundary=factories.square())
        factories.zone(ZONE, "宁东能源化工基地")
        bureau = factories.organisation("灵武市应急管理局", territory_code=COUNTY)
        zone_bureau = factories.organisation(
            "宁东基地管委会应急管理局", territory_code="", zone=ZONE
        )
        neighbour_bureau = factories.organisation("永宁县应急管理局", territory_code=NEIGHBOUR)
        firm = factories.firm("宁东化工（演示）")
        town_firm = factories.firm("灵武油品（演示）")
        factories.own_site(firm, site)
        factories.own_site(town_firm, town_site)
        factories.supervision(zone_bureau, site)
        factories.supervision(bureau, town_site)
        officer = factories.officer
        return Cast(
            bureau=bureau,
            zone_bureau=zone_bureau,
            neighbour_bureau=neighbour_bureau,
            firm=firm,
            town_firm=town_firm,
            site=site,
            town_site=town_site,
            duty_officer=officer(bureau, "duty_officer", "王值班", "duty_officer"),
            leader=officer(bureau, "duty_leader", "李带班", "leader"),
            monitor=officer(zone_bureau, "monitor", "赵监测", "monitor"),
            control_room=officer(firm, "firm_control_room", "孙中控", "control_room"),
            town_control_room=officer(
                town_firm, "firm_control_room", "周中控", "town_control_room"
            ),
            neighbour=officer(neighbour_bureau, "duty_officer", "吴邻县", "neighbour"),
            system_administrator=_administrator(AdministratorKind.SYSTEM, "郑系统"),
            security_administrator=_administrator(AdministratorKind.SECURITY, "冯安全"),
            audit_administrator=_administrator(AdministratorKind.AUDIT, "陈审计"),
        )


def _administrator(kind: AdministratorKind, name: str) -> User:
    return factories.user(f"{kind}_administrator", name, kind)


def principal(user: User) -> Principal:
    """Return who a member of the cast is at this moment."""
    return principal_of(User.objects.get(pk=user.pk))


def signed_in(user: User) -> Client:
    """Return a browser in which a member of the cast has signed in by password, CSRF checked.

    Send the header of `csrf(client)` with every change.
    """
    client = Client(enforce_csrf_checks=True)
    client.get("/api/v1/session")
    answer = client.post(
        "/api/v1/session",
        {"username": user.username, "password": factories.PASSWORD},
        content_type="application/json",
        headers=csrf(client),
    )
    assert answer.status_code == 200, answer.content.decode()
    return client


def csrf(client: Client) -> dict[str, str]:
    """Return the header that a change needs beside the cookie."""
    return {"X-CSRFToken": client.cookies["anlan_csrf"].value}
