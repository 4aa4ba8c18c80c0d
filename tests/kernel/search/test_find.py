"""One box finds what one may see: subjects under row security, places for everybody, people by permission."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import PostHolding
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.services.duty import add_duty_shift
from anlan.kernel.search.models import SearchEntry
from anlan.kernel.search.rules import asked
from anlan.kernel.search.services import index_places, index_subjects
from anlan.kernel.subjects import services as subjects
from tests import factories
from tests.cast import Cast, assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant() -> Plant:
    return build_plant()


@pytest.fixture
def cast(plant: Plant, acting_as: Callable[[str], None]) -> Cast:
    made = assemble(site=plant.site.id)
    acting_as("anlan_app")
    return made


def ask(client: Client, text: str, group: str = "subjects") -> list[dict[str, Any]]:
    answer = client.get("/api/v1/search", {"q": text})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()[group]
    return found


def test_a_subject_is_found_by_name_sound_and_code_with_what_it_is(
    plant: Plant, cast: Cast
) -> None:
    client = signed_in(cast.monitor)
    for question in ("厂区", "chang", "cq", "demo"):
        assert plant.site.id in [one["id"] for one in ask(client, question)], question
    [tank] = ask(client, "t101")
    assert (tank["id"], tank["hint"], tank["hint_en"]) == (
        plant.tank.id,
        "储罐 · demo 化工（演示）",
        "Tank",
    )


def test_a_neighbour_finds_nothing_of_ours_and_an_administrator_is_not_asked(
    plant: Plant, cast: Cast
) -> None:
    assert ask(signed_in(cast.neighbour), "T101") == []
    answer = signed_in(cast.audit_administrator).get("/api/v1/search", {"q": "T101"})
    assert answer.status_code == 403


def test_a_changed_name_is_found_and_the_old_one_no_more(plant: Plant, cast: Cast) -> None:
    with unit_of_work(machine("test")):
        changed = subjects.change_subject(
            subject_id=plant.tank.id, expected_version=plant.tank.version, name="甲醇罐"
        )
        index_subjects([changed.id])
    client = signed_in(cast.monitor)
    assert ask(client, "T101") == []
    assert [one["name"] for one in ask(client, "jcg")] == ["甲醇罐"]


def test_an_index_that_came_late_does_not_undo_a_newer_one(plant: Plant) -> None:
    with unit_of_work(machine("test")):
        SearchEntry.objects.filter(pk=plant.tank.id).update(version=99, name="以后的名字")
        index_subjects([plant.tank.id])
        assert SearchEntry.objects.get(pk=plant.tank.id).name == "以后的名字"


def test_places_are_everybodys(cast: Cast) -> None:
    factories.division("640181103", name="宁东镇")
    with unit_of_work(machine("test")):
        index_places()
    for person in (cast.monitor, cast.neighbour):
        [found] = ask(signed_in(person), "ndz", "places")
        assert (found["name"], found["kind"], found["code"]) == ("宁东镇", "division", "640181103")


def besides(person: Any, text: str, group: str) -> list[dict[str, Any]]:
    answer = signed_in(person).get("/api/v1/search/besides", {"q": text})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()[group]
    return found


def test_people_are_found_among_accounts_by_whoever_keeps_them_and_on_duty_within_reach(
    cast: Cast,
) -> None:
    name = cast.leader.name
    [account] = besides(cast.system_administrator, name, "people")
    assert (account["id"], account["hint"]) == (cast.leader.id, cast.leader.username)
    assert besides(cast.duty_officer, name, "people") == []
    with unit_of_work(machine("test")):
        post = PostHolding.objects.get(user=cast.leader).post
        at = now()
        add_duty_shift(user=cast.leader, post=post, starts_at=at, ends_at=at + timedelta(hours=8))
    [on_duty] = besides(cast.duty_officer, name, "people")
    assert on_duty["hint"] == f"{cast.bureau.name} · {post.title}"
    assert besides(cast.neighbour, name, "people") == []
    assert besides(cast.control_room, name, "people") == []


def test_pages_of_ones_own_menu_are_found_by_their_initials(cast: Cast) -> None:
    [page] = besides(cast.duty_officer, "bjjc", "pages")
    assert page["path"] == "/monitor"
    assert besides(cast.audit_administrator, "bjjc", "pages") == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_question_and_no_error(cast: Cast, text: str) -> None:
    if question := asked(text):
        with unit_of_work(machine("test"), read_only=True), connection.cursor() as cursor:
            cursor.execute("SELECT %s::tsquery", [question])


def test_the_question_goes_by_the_word_index_under_row_security(
    acting_as: Callable[[str], None],
) -> None:
    acting_as("anlan_owner")
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO search_searchentry
                   (id, kind, version, name, name_en, code, div, lexemes)
               SELECT 'X' || n, 'subject', 1, 'n' || n, '', '', 640181103000000 + n % 7,
                      array_to_tsvector(ARRAY['n' || n, 'x' || n % 1000])
               FROM generate_series(1, 30000) n"""
        )
        cursor.execute("ANALYZE search_searchentry")
    acting_as("anlan_app")
    cast = assemble()
    with unit_of_work(principal_of(cast.duty_officer), read_only=True), connection.cursor() as c:
        c.execute(
            "EXPLAIN SELECT id FROM search_searchentry WHERE lexemes @@ %s::tsquery",
            [asked("n12345")],
        )
        plan = "\n".join(row[0] for row in c.fetchall())
    assert "search_entry_lexemes" in plan, plan
