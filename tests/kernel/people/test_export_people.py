"""What names people leaves as 个人敏感, and only in the hands of a post that may have such in hand."""

from json import dumps

import pytest

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.people.models import Role, User
from anlan.kernel.people.services import contacts
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db
SHEET = {"Accept": MEDIA_TYPE}


@pytest.fixture
def cast() -> Cast:
    return assemble()


def journalled(kind: str) -> list[Journal]:
    with unit_of_work(machine("test"), read_only=True):
        return list(Journal.objects.filter(type=kind).order_by("id"))


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("system_administrator", "people/users"),
        ("system_administrator", "people/holdings"),
        ("duty_officer", "people/duty"),
        ("audit_administrator", "audit/journal"),
    ],
)
def test_8_1_4_2_g_a_list_that_names_people_leaves_as_personal(
    cast: Cast, who: str, path: str
) -> None:
    answer = signed_in(cast.people[who]).get(f"/api/v1/{path}", headers=SHEET)
    assert (answer.status_code, answer["Anlan-Label"]) == (200, "personal")
    assert signed_in(cast.people[who]).get("/api/v1/session").json()["ceiling"] >= 2
    [row] = journalled("base.list.exported")
    assert row.data["sensitivity"] == 2


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("security_administrator", "people/users"),
        ("security_administrator", "people/holdings"),
        ("control_room", "people/duty"),
    ],
)
def test_8_1_4_2_g_nobody_takes_what_is_above_his_posts_ceiling(
    cast: Cast, who: str, path: str
) -> None:
    client = signed_in(cast.people[who])
    answer = client.get(f"/api/v1/{path}", headers=SHEET)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (403, "base.above_ceiling")
    assert (said["reason"], said["sensitivity"]) == ("above_ceiling", 2)
    assert journalled("base.list.exported") == []
    # he goes on looking at the page, where phones are masked, and which shows him no button for it
    assert client.get(f"/api/v1/{path}").status_code == 200
    assert client.get("/api/v1/session").json()["ceiling"] < 2


def test_8_1_4_11_b_a_phone_in_full_is_for_a_post_that_has_personal_data_in_hand(
    cast: Cast,
) -> None:
    with factories.working():
        contacts.set_phone(user=cast.duty_officer, phone="13800001234")
    shown = {}
    for ceiling in (2, 1):
        Role.objects.filter(code="system_administrator").update(ceiling=ceiling)
        client = signed_in(cast.system_administrator)
        version = User.objects.get(pk=cast.duty_officer.pk).version
        answer = client.post(
            f"/api/v1/people/users/{cast.duty_officer.id}/phone/reveal",
            dumps({"reason": "核对排班"}),
            content_type="application/json",
            headers=csrf(client) | {"If-Match": f'"{version}"'},
        )
        shown[ceiling] = answer.status_code, answer.json().get("phone")
    assert shown == {2: (200, "13800001234"), 1: (403, None)}
    assert len(journalled("people.contact.revealed")) == 1


def test_the_posts_that_export_what_names_people_may_have_it_in_hand() -> None:
    ceilings = dict(Role.objects.values_list("code", "ceiling"))
    assert ceilings["system_administrator"] == ceilings["audit_administrator"] == 2
    assert ceilings["security_administrator"] == 1
