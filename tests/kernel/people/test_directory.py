"""The lists and changes of people over the API, each by the one administrator whose duty it is."""

from datetime import timedelta
from hashlib import sha256
from json import dumps, loads
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import IdempotencyKey, Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import scope_settings, unit_of_work
from anlan.kernel.base.vault import keyed_digest
from anlan.kernel.people.catalogue import CatalogueError, parse, permissions, shipped
from anlan.kernel.people.models import Organisation, OrganisationKind, Role, User
from anlan.kernel.people.services import organisations, posts, roles
from tests import factories
from tests.cast import assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/people"
LOCALES = Path(__file__).parents[3] / "web/src/kernel/people"


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return client.generic(
        method,
        f"{URL}{path}",
        "" if body is None else dumps(body),
        content_type="application/json",
        headers=csrf(client) | {name.replace("_", "-"): one for name, one in headers.items()},
    )


def test_a_wrong_credit_code_and_a_second_use_are_refused() -> None:
    firm = factories.firm()

    with factories.working():
        for code, problem in (
            ("91350100M000100Y44", "people.bad_credit_code"),
            (firm.credit_code, "people.credit_code_taken"),
        ):
            with pytest.raises(Exception) as refusal:  # noqa: PT011 - the code is asserted below
                organisations.create_organisation(
                    name="另一家", kind=OrganisationKind.FIRM, credit_code=code
                )
            assert getattr(refusal.value, "code", "") == problem
    assert Organisation.objects.count() == 1


def test_a_refused_organisation_says_which_box_was_wrong() -> None:
    cast = assemble()
    keeper = signed_in(factories.officer(cast.bureau, "monitor"))
    security = signed_in(cast.security_administrator)
    taken = Organisation.objects.exclude(credit_code=None).values_list("credit_code", flat=True)[0]
    firm = {"name": "另一家", "kind": "firm", "territory_code": "640181"}

    def refused(client: Client, said: dict[str, Any]) -> tuple[int, str]:
        answer = send(client, "POST", "/organisations", said)
        return answer.status_code, answer.json().get("field", "")

    assert refused(keeper, firm | {"credit_code": "91350100M000100Y44"}) == (422, "credit_code")
    assert refused(keeper, firm | {"credit_code": taken}) == (409, "credit_code")
    assert refused(keeper, firm | {"territory_code": "6401x"}) == (422, "territory_code")
    assert refused(keeper, firm | {"territory_code": "640323"}) == (403, "territory_code")
    assert refused(keeper, firm | {"kind": "bureau"}) == (403, "kind")
    post = {"organisation_id": cast.bureau.id, "role": "office", "territory_code": "6401x"}
    assert send(security, "POST", "/posts", post).json()["field"] == "territory_code"
    post |= {"role": "firm_safety", "territory_code": None}
    assert send(security, "POST", "/posts", post).json()["field"] == "role"


def test_the_catalogue_comes_with_the_tables_and_a_change_is_a_new_version() -> None:
    assert set(Role.objects.values_list("code", flat=True)) == {role.code for role in shipped()}
    with factories.working():
        assert roles.load_roles() == []
    Role.objects.filter(code="expert").update(ceiling=0)

    with factories.working():
        (changed,) = roles.load_roles()

    assert (changed.code, changed.ceiling, changed.version) == ("expert", 1, 2)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('bundles = ["nobody"]', "unknown bundles nobody"),
        ('permissions = ["alerts/alarm"]', "not permissions: alerts/alarm"),
        ('permissions = "alerts.alarm.view"', "are lists"),
    ],
)
def test_a_catalogue_with_a_mistake_is_refused_by_name(text: str, complaint: str) -> None:
    role = '[bundles]\neveryone = []\n[roles.x]\ntitle = "x"\ntitle_en = "x"\n'

    with pytest.raises(CatalogueError, match=complaint):
        parse(f'{role}family = "bureau"\nceiling = 1\n{text}\n')


def test_every_permission_that_a_route_needs_is_given_to_some_role() -> None:
    from anlan.app.routes import api

    needed = {
        operation["x-permission"]
        for path in api.get_openapi_schema()["paths"].values()
        for operation in path.values()
        if "x-permission" in operation
    }

    assert needed - {"signed_in", "anybody"} <= permissions()


def test_the_system_administrator_opens_an_account_and_gives_it_no_post() -> None:
    cast = assemble()
    client = signed_in(cast.system_administrator)
    body = {"username": "qian", "name": "钱新人", "password": "Temporary-Horse-9"}

    first = send(client, "POST", "/users", body, Idempotency_Key="qian")
    again = send(client, "POST", "/users", body, Idempotency_Key="qian")

    assert first.status_code == 200
    assert first.json() == again.json()
    assert first.json()["must_change_password"]
    assert "password" not in first.json()
    post = factories.post(cast.bureau)
    refused = send(client, "POST", f"/posts/{post.id}/holdings", {"user_id": first.json()["id"]})
    assert (refused.status_code, refused.json()["permission"]) == (403, "people.post.edit")


def test_what_is_kept_for_a_repeat_says_nothing_of_a_temporary_password() -> None:
    cast = assemble()
    client = signed_in(cast.system_administrator)
    body = {"username": "qian", "name": "钱新人", "password": "Temporary-Horse-9"}
    assert send(client, "POST", "/users", body, Idempotency_Key="qian").status_code == 200

    kept = IdempotencyKey.objects.get(key="qian")
    asker = principal(cast.system_administrator)
    reach = "\x1f".join(scope_settings(asker))
    plain = sha256((dumps(body) + reach).encode()).hexdigest()
    owner = f"idempotency {asker.actor} qian"
    assert kept.body_digest != plain
    # so it was that body and that reach, under the key of the house
    assert kept.body_digest == keyed_digest(plain.encode(), owner)
    assert "Temporary" not in str(kept.answer)
    other = send(client, "POST", "/users", body | {"name": "另一人"}, Idempotency_Key="qian")
    assert (other.status_code, other.json()["code"]) == (422, "base.key_reused")


def test_the_security_administrator_sets_up_a_post_appoints_and_ends() -> None:
    cast = assemble()
    user = factories.user("qian", "钱新人")
    client = signed_in(cast.security_administrator)

    post = send(
        client, "POST", "/posts", {"organisation_id": cast.bureau.id, "role": "shift_chief"}
    ).json()
    held = send(client, "POST", f"/posts/{post['id']}/holdings", {"user_id": user.id})
    ended = send(client, "POST", f"/holdings/{held.json()['id']}/end", If_Match='"1"')

    assert post["organisation_name"] == "灵武市应急管理局"
    assert held.json()["user_name"] == "钱新人"
    assert held.json()["appointed_by"] == f"user:{cast.security_administrator.id}"
    assert ended.status_code == 200
    assert ended.json()["held_to"] is not None
    assert (
        send(client, "POST", "/users", {"username": "x", "name": "x", "password": "x"}).status_code
        == 403
    )


def test_an_account_is_stopped_at_the_version_that_was_read() -> None:
    cast = assemble()
    client = signed_in(cast.system_administrator)
    path = f"/users/{cast.leader.id}"
    version = User.objects.get(pk=cast.leader.pk).version

    missing = send(client, "PATCH", path, {"is_active": False})
    stale = send(client, "PATCH", path, {"is_active": False}, If_Match='"99"')
    done = send(client, "PATCH", path, {"is_active": False}, If_Match=f'"{version}"')

    assert (missing.status_code, stale.status_code, done.status_code) == (428, 412, 200)
    assert done["ETag"] == f'"{version + 1}"'
    assert not done.json()["is_active"]


def test_the_name_of_an_account_is_written_anew_and_both_stand_in_the_journal() -> None:
    cast = assemble()
    client = signed_in(cast.system_administrator)
    version = User.objects.get(pk=cast.leader.pk).version

    done = send(
        client, "PATCH", f"/users/{cast.leader.id}", {"name": " 李带班长 "}, If_Match=f'"{version}"'
    )
    empty = send(
        client, "PATCH", f"/users/{cast.leader.id}", {"name": " "}, If_Match=f'"{version + 1}"'
    )
    own = User.objects.get(pk=cast.system_administrator.pk)
    mine = send(client, "PATCH", f"/users/{own.id}", {"name": "别人"}, If_Match=f'"{own.version}"')

    assert (done.status_code, done.json()["name"]) == (200, "李带班长")
    assert (empty.status_code, empty.json()["code"], empty.json()["field"]) == (
        422, "people.no_name", "name",
    )  # fmt: skip
    assert (mine.status_code, mine.json()["code"]) == (403, "people.own_name")
    with unit_of_work(machine("test")):
        row = Journal.objects.get(object=cast.leader.id, type="people.user.changed")
    assert row.change == {"name": ["李带班", "李带班长"]}
    assert "name" not in row.data, "a name is personal: only the private half holds it"


@pytest.mark.parametrize("who", ["duty_officer", "control_room", "audit_administrator"])
def test_nobody_else_changes_accounts_or_posts(who: str) -> None:
    cast = assemble()
    client = signed_in(cast.people[who])

    answers = [
        send(client, "POST", "/users", {"username": "x", "name": "x", "password": "x"}),
        send(client, "POST", "/posts", {"organisation_id": cast.bureau.id, "role": "office"}),
    ]

    assert [one.status_code for one in answers] == [403, 403]
    assert all(one["Content-Type"] == "application/problem+json" for one in answers)


def test_lists_are_filtered_sorted_and_paged() -> None:
    cast = assemble()
    client = signed_in(cast.duty_officer)

    firms = client.get(f"{URL}/organisations", {"filter": "kind.eq:firm"}).json()
    pages = client.get(f"{URL}/roles", {"limit": "1", "sort": "-code"}).json()
    after = str(pages["next"])
    rest = client.get(f"{URL}/roles", {"sort": "-code", "after": after}).json()

    assert {one["name"] for one in firms["items"]} == {"宁东化工（演示）", "灵武油品（演示）"}
    codes = [one["code"] for one in pages["items"] + rest["items"]]
    assert codes == sorted((role.code for role in shipped()), reverse=True)
    assert client.get(f"{URL}/users").status_code == 403


def test_the_names_behind_actors_are_told_and_a_process_is_its_own_name() -> None:
    cast = assemble()
    actor = f"user:{cast.leader.id}"

    answer = signed_in(cast.duty_officer).get(f"{URL}/names", {"actor": [actor, "system:engine"]})

    assert answer.json() == {"names": {actor: "李带班", "system:engine": "system:engine"}}


def test_the_registry_shows_what_the_posts_open() -> None:
    cast = assemble()

    officer = signed_in(cast.duty_officer).get("/api/v1/registry").json()
    administrator = signed_in(cast.system_administrator).get("/api/v1/registry").json()

    assert "divisions" in {one["key"] for one in officer["map_layers"]}
    menus = [{one["key"] for one in who["menu"]} for who in (officer, administrator)]
    assert menus[1] < menus[0] | menus[1]
    assert "monitor" in menus[0] - menus[1]


def test_the_live_ticket_says_what_its_owner_may_hear() -> None:
    from django.conf import settings

    from anlan.kernel.base.tickets import check, session_digest

    cast = assemble()
    client = signed_in(cast.control_room)

    answer = client.get("/api/v1/live-ticket").json()

    ticket = check(answer["ticket"], settings.SECRET_KEY)
    assert ticket.actor == f"user:{cast.control_room.id}"
    assert [grant.scope.sites for grant in ticket.grants] == [(cast.site,)]
    assert ticket.session == session_digest(client.cookies["anlan_session"].value)
    assert Client().get("/api/v1/live-ticket").status_code == 401


def test_accounts_are_listed_with_their_standing_and_the_posts_held_today() -> None:
    cast = assemble()
    states: dict[str, tuple[User, dict[str, Any]]] = {
        "asleep": (cast.leader, {"last_login": now() - timedelta(days=91)}),
        "waiting": (cast.neighbour, {"must_change_password": True}),
        "stopped": (cast.control_room, {"is_active": False, "must_change_password": True}),
    }
    for who, state in states.values():
        User.objects.filter(pk=who.pk).update(**state)
    client = signed_in(cast.system_administrator)

    listed = {one["id"]: one for one in client.get(f"{URL}/users?limit=500").json()["items"]}

    for standing, (who, _) in states.items():
        assert listed[who.id]["standing"] == standing
        found = client.get(f"{URL}/users?filter=standing.eq:{standing}").json()["items"]
        assert [one["id"] for one in found] == [who.id]
    officer = listed[cast.duty_officer.id]
    assert (officer["standing"], officer["posts"]) == (
        "active",
        "灵武市应急管理局 · 值班员（主班）",
    )
    assert officer["posts_en"].endswith(" · Duty officer")
    assert listed[cast.system_administrator.id]["posts"] == ""
    words = client.get(f"{URL}/users?filter=search.like:{cast.duty_officer.username.upper()}")
    assert [one["id"] for one in words.json()["items"]] == [cast.duty_officer.id]


def test_two_posts_of_one_person_are_parted_as_each_language_parts_them() -> None:
    cast = assemble()
    with factories.working():
        role = Role.objects.get(code="monitor")
        post = posts.create_post(
            organisation=cast.bureau, role=role, title="值班长", title_en="Chief"
        )
        posts.appoint(user=cast.duty_officer, post=post)
    listed = signed_in(cast.system_administrator).get(f"{URL}/users?limit=500").json()["items"]
    (officer,) = [one for one in listed if one["id"] == cast.duty_officer.id]
    assert officer["posts"].count("；") == 1
    assert officer["posts"].endswith(" · 值班长")
    assert officer["posts_en"].endswith(" · Chief")
    assert "；" not in officer["posts_en"]
    assert officer["posts_en"].count("; ") == 1


def test_a_vacant_post_is_told_from_a_held_one_without_saying_by_whom() -> None:
    cast = assemble()
    vacant = factories.post(cast.bureau, "expert")
    client = signed_in(cast.leader)

    vacancies = client.get(f"{URL}/posts?filter=is_held.eq:false").json()["items"]

    assert [one["id"] for one in vacancies] == [vacant.id]
    assert not any(cast.duty_officer.name in str(one) for one in vacancies)
    assert client.get(f"{URL}/holdings").status_code == 403


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_right_family_and_ceiling_is_said_in_words_on_the_page_of_roles(
    language: str,
) -> None:
    words = loads((LOCALES / f"locale.{language}.json").read_text())["people"]

    def said(*path: str) -> object:
        found: Any = words
        for step in path:
            found = found.get(step, {})
        return found

    unsaid = [
        one for one in permissions() if not isinstance(said("permission", *one.split(".")), str)
    ]
    assert unsaid == []
    for role in shipped():
        assert isinstance(said("family", role.family), str), role.family
        assert isinstance(said("sensitivity", str(role.ceiling)), str)
        for permission in role.permissions:
            assert isinstance(said("slice", permission.partition(".")[0]), str), permission
