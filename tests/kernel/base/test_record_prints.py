"""Who prints a page says so to the journal, for himself only, once."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.cast import Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = {
    "path": "/subjects?filter=a",
    "title": "监测对象 · 安澜",
    "shown": ["监测对象", "T-101 储罐"],
}


@pytest.fixture
def cast() -> Cast:
    return assemble()


def said(client: Client, body: dict[str, Any], **headers: str) -> Any:
    return client.post(
        "/api/v1/audit/prints",
        body,
        content_type="application/json",
        headers=csrf(client) | headers,
    )


def prints() -> list[Journal]:
    with unit_of_work(machine("test"), read_only=True):
        return list(Journal.objects.filter(type="base.page.printed"))


def test_8_1_4_3_a_a_print_is_written_down_with_who_and_what(cast: Cast) -> None:
    officer = cast.people["duty_officer"]
    client = signed_in(officer)
    answer = said(client, PAGE)
    [row] = prints()
    assert (answer.status_code, answer.json()["id"]) == (200, row.object)
    assert (row.actor, row.data) == (f"user:{officer.id}", PAGE)


def test_a_print_told_of_twice_under_one_key_is_one_row(cast: Cast) -> None:
    client = signed_in(cast.people["duty_officer"])
    once = {"Idempotency-Key": "print-1"}
    first, again = said(client, PAGE, **once), said(client, PAGE, **once)
    assert first.json() == again.json()
    assert len(prints()) == 1


@pytest.mark.parametrize(
    "change",
    [{"path": "monitor"}, {"path": "/" * 501}, {"title": "a\x00b"}, {"shown": ["a"] * 21}],
    ids=["no path", "too long", "a zero character", "too much"],
)
def test_what_is_no_page_is_refused_and_leaves_no_row(cast: Cast, change: dict[str, Any]) -> None:
    assert said(signed_in(cast.people["duty_officer"]), PAGE | change).status_code == 422
    assert prints() == []


def test_nobody_prints_who_is_not_signed_in(cast: Cast) -> None:
    client = Client()
    answer = client.post("/api/v1/audit/prints", PAGE, content_type="application/json")
    assert answer.status_code in {401, 403}
    assert prints() == []
