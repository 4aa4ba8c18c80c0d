"""GB/T 22239-2019, 8.1.4.8 b: what lets a gateway in is sealed in its row, and opens for the doors."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.sealed import MARK
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.vault import SealedTextError
from anlan.kernel.sensing.directory import load_directory
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.services import keys
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")


def stored() -> str:
    """Return the row of the only gateway as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT g::text FROM sensing_gateway g")
        [[text]] = cursor.fetchall()
    return str(text)


def test_8_1_4_8_b_no_password_and_no_key_of_a_gateway_stands_in_the_database() -> None:
    gateway = build_plant("F1").gateway
    with unit_of_work(SYSTEM):
        _row, next_key = keys.issue_key(gateway_id=gateway.id, version=gateway.version)
        text = stored()
        [entry] = load_directory().entries.values()
    for secret in (gateway.token, gateway.hmac_key, next_key):
        assert secret
        assert secret not in text
    assert text.count(MARK) == 3
    assert entry.token == gateway.token
    assert entry.keys == (bytes.fromhex(gateway.hmac_key), bytes.fromhex(next_key))


def test_what_was_written_in_clear_is_sealed_by_the_migration() -> None:
    gateway = build_plant("F1").gateway
    migration = import_module("anlan.kernel.sensing.migrations.0011_sealed_keys")
    with unit_of_work(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sensing_gateway SET token = 'clear', hmac_key = 'ab12'")
        assert Gateway.objects.get(pk=gateway.id).token == "clear"
        migration.seal_all(apps, None)
        assert "clear" not in stored()
        row = Gateway.objects.get(pk=gateway.id)
    assert (row.token, row.hmac_key, row.next_hmac_key) == ("clear", "ab12", "")


def test_what_is_sealed_opens_in_no_other_column() -> None:
    build_plant("F1")
    with unit_of_work(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sensing_gateway SET token = hmac_key")
        with pytest.raises(SealedTextError):
            Gateway.objects.get()
