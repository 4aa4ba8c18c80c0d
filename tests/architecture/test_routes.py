"""What every route must say of itself: who may use it, how a repeat and a change in between are met."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ninja import NinjaAPI, Router, Schema

from anlan.app.routes import api
from anlan.kernel.base.doors import IDEMPOTENCY_KEY, IF_MATCH, SIGNED_IN
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.people.catalogue import permissions

#: Acts on one's own session or account, or that change nothing which somebody else could have changed.
HARMLESS = {
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "POST /api/v1/session/display",
    "POST /api/v1/session/link",
    "POST /api/v1/session/password",
    "POST /api/v1/session/second-factor",
    "POST /api/v1/session/second-factor/confirmation",
    "POST /api/v1/session/second-factor/offer",
    "POST /api/v1/session/second-factor/recovery-codes",
    "POST /api/v1/session/second-factor/keys",
    "POST /api/v1/session/second-factor/keys/answer",
    "POST /api/v1/session/second-factor/keys/offer",
    "POST /api/v1/session/second-factor/keys/question",
    "POST /api/v1/session/second-factor/keys/{key_id}/remove",
    "PATCH /api/v1/session/second-factor/keys/{key_id}",
    "POST /api/v1/messaging/messages/{message_id}/read",
    # how one is told: nobody else has it, the last word stands; a test once a minute
    "PUT /api/v1/messaging/wishes",
    "PUT /api/v1/messaging/wishes/mail",
    "POST /api/v1/messaging/wishes/test",
    # how one's own map stands: nobody else has it, the last word stands
    "PUT /api/v1/session/layer-sets",
    # a screen and a desk that leads it: each of its own session, the last word stands
    "POST /api/v1/screens/codes",
    "POST /api/v1/screens/lead",
    "POST /api/v1/screens/{screen_id}/let-go",
    "PUT /api/v1/screens/shown",
    "POST /api/v1/audit/verify",
    "POST /api/v1/people/users/by-phone",
    "PUT /api/v1/people/views",
    "DELETE /api/v1/people/views/{view_id}",
    "POST /api/v1/subjects/kinds/{kind_id}/check",
    # a workbook enters what is not there yet: the same again enters nothing
    "POST /api/v1/register/firms",
    "POST /api/v1/register/places",
    "POST /api/v1/register/bureaus",
    "POST /api/v1/register/accounts",
    "POST /api/v1/register/supervisions",
}

Operation = dict[str, Any]


def operations(of: NinjaAPI) -> Iterator[tuple[str, Operation]]:
    """Yield every operation as ("POST /path", its description)."""
    for path, methods in of.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def without_permission(of: NinjaAPI, known: frozenset[str]) -> set[str]:
    """Return the routes that name no permission, or one that no role has."""
    allowed = known | {SIGNED_IN, "anybody"}
    return {name for name, one in operations(of) if one.get("x-permission") not in allowed}


def headers(operation: Operation) -> set[str]:
    return {one["name"] for one in operation["parameters"] if one["in"] == "header"}


def unguarded(of: NinjaAPI) -> set[str]:
    """Return the acts that name neither the version that they change nor a key for a repeat."""
    return {
        name
        for name, one in operations(of)
        if not name.startswith("GET ")
        and not headers(one) & {IF_MATCH["name"], IDEMPOTENCY_KEY["name"]}
    }


def test_every_route_declares_a_permission_that_some_role_has() -> None:
    assert without_permission(api, permissions()) == set()


def test_every_act_names_the_version_it_changes_or_a_key_for_its_repeat() -> None:
    assert unguarded(api) == HARMLESS


def test_every_list_can_be_had_as_a_spreadsheet() -> None:
    lists = {
        name: one
        for name, one in operations(api)
        if {"filter", "sort", "after", "limit"} <= {each["name"] for each in one["parameters"]}
    }
    assert len(lists) >= 15
    missing = [n for n, one in lists.items() if MEDIA_TYPE not in one["responses"][200]["content"]]
    assert missing == []


@pytest.mark.parametrize("rule", [lambda of: without_permission(of, permissions()), unguarded])
def test_a_planted_route_without_either_is_caught(rule: Any) -> None:
    spoilt, router = NinjaAPI(urls_namespace="spoilt"), Router()

    @router.post("/act")
    def act(request: object) -> None: ...

    spoilt.add_router("/planted", router)
    assert {name.rpartition("/planted")[2] for name in rule(spoilt)} == {"/act"}


def test_whoever_asks_for_the_version_says_so_in_the_document() -> None:
    """A view that reads If-Match is declared by `door.change`, so that no client can forget it."""
    root = Path(__file__).parents[2] / "anlan"
    for file in [*root.glob("kernel/*/api.py"), *root.glob("kernel/*/api/*.py")]:
        text = file.read_text(encoding="utf-8")
        declared, asked = text.count("door.change("), text.count("expected_version(request)")
        assert declared == asked, file


def shapes_of_one_name(root: type) -> dict[str, set[str]]:
    """Return the names that several shapes below a class share, with the modules they stand in."""
    found: dict[str, set[str]] = {}
    waiting: list[type] = list(root.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        found.setdefault(one.__name__, set()).add(one.__module__)
    return {name: modules for name, modules in found.items() if len(modules) > 1}


def test_no_two_shapes_of_the_api_share_a_name() -> None:
    """The document names a shape by its class: of two with one name it would show one, for both."""
    assert list(operations(api)) != []  # every slice's shapes are loaded
    ours = {
        name: {one for one in modules if one.startswith("anlan.")}
        for name, modules in shapes_of_one_name(Schema).items()
    }
    assert {name: modules for name, modules in ours.items() if len(modules) > 1} == {}


def test_two_shapes_of_one_name_are_caught() -> None:
    class Planted(Schema):
        """Stands for a family of shapes."""

    for module in ("one", "other"):
        type("Twin", (Planted,), {"__module__": module})
    assert shapes_of_one_name(Planted) == {"Twin": {"one", "other"}}
