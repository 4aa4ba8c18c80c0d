"""The test run's own database: the web's role, a clone per worker, fresh after commits."""

from collections.abc import Callable

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection


@pytest.mark.django_db
def test_a_test_works_as_the_web_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("anlan_app", False)


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_committed_row_is_gone_in_the_next_test(attempt: int) -> None:
    assert not ContentType.objects.filter(app_label="left_behind").exists(), attempt
    ContentType.objects.create(app_label="left_behind", model="x")


def test_a_test_can_come_in_as_another_role(dsn: Callable[[str], str]) -> None:
    with psycopg.connect(dsn("anlan_owner")) as owner:
        assert owner.execute("SELECT current_user").fetchone() == ("anlan_owner",)
