"""The page with the cast: for whoever is signed in, in a demo only, and never with a link."""

from typing import Any

import pytest
from django.test import RequestFactory

from anlan.app.demo.api import CastOut, cast
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.permissions import machine


def ask() -> dict[str, Any]:
    request = RequestFactory().get("/api/v1/demo/cast")
    request.auth = machine("test")  # type: ignore[attr-defined]
    found: dict[str, Any] = cast(request)
    return CastOut.model_validate(found).model_dump(by_alias=True)


@pytest.fixture
def in_a_demo(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setenv("ANLAN_DEMO", "1")
    config.cache_clear()


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    config.cache_clear()


def test_every_part_has_something_to_try_and_no_link(in_a_demo: None) -> None:
    items = ask()["items"]
    assert len(items) == 9
    assert all(one["try"] and one["try_en"] and one["post"] for one in items)
    assert items[2]["organisation"] == "演示煤制甲醇一厂（虚构）"
    assert all("link" not in one for one in items)


@pytest.mark.django_db
def test_outside_a_demo_there_is_no_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_DEMO", "0")
    config.cache_clear()
    with pytest.raises(NotFoundError):
        ask()
