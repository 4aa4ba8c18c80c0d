"""Idempotency, spreadsheets, the registry, refusals, tickets: the small tools of every slice."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.db import connection
from python_calamine import CalamineWorkbook

from anlan.kernel.base import errors, registry, tickets
from anlan.kernel.base.errors import ConflictError, DomainError, InvalidError, NotSignedInError
from anlan.kernel.base.idempotency import Once, answered, remember
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.base.listing import Field
from anlan.kernel.base.models import IdempotencyKey
from anlan.kernel.base.permissions import Grant, Principal, Scope
from anlan.kernel.base.registry import Entry
from anlan.kernel.base.vault import SealedTextError, keyed_digest
from anlan.kernel.base.xlsx import Cover, sheet

ONCE = Once("user:a", "key", "/api/v1/subjects", "digest")


@pytest.mark.django_db
def test_a_repeat_gets_the_first_answer() -> None:
    assert answered(ONCE) is None
    remember(ONCE, {"id": "x", "n": [1, None]})
    assert answered(ONCE) == {"id": "x", "n": [1, None]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        Once("user:a", "key", "/api/v1/subjects", "another body"),
        Once("user:a", "key", "/api/v1/alarms", "digest"),
    ],
)
def test_a_key_is_not_used_for_something_else(other: Once) -> None:
    remember(ONCE, {})
    with pytest.raises(InvalidError) as refusal:
        answered(other)
    assert refusal.value.code == "base.key_reused"


@pytest.mark.django_db
def test_another_persons_key_is_another_key() -> None:
    remember(ONCE, {})
    assert answered(Once("user:b", "key", "/elsewhere", "x")) is None


@pytest.mark.django_db
def test_a_secret_answer_is_repeated_and_lies_sealed_for_its_owner() -> None:
    once = replace(ONCE, is_secret=True)
    remember(once, {"token": "swordfish"})
    assert answered(once) == {"token": "swordfish"}
    row = IdempotencyKey.objects.get()
    assert "swordfish" not in str(row.answer)
    IdempotencyKey.objects.update(actor="user:b")
    with pytest.raises(InvalidError):
        answered(replace(once, actor="user:b"))
    # and were its digest of the other one as well, the answer still opens for its owner only
    digest = keyed_digest(once.body_digest.encode(), "idempotency user:b key")
    IdempotencyKey.objects.update(body_digest=digest)
    with pytest.raises(SealedTextError):
        answered(replace(once, actor="user:b"))


@pytest.mark.django_db
def test_plain_digests_of_before_are_gone_and_a_repeat_of_theirs_makes_nothing_twice() -> None:
    plain = sha256(b'{"password":"Right-Horse-7-Staple"}').hexdigest()
    once = replace(ONCE, body_digest=plain)
    remember(once, {"id": "x"})
    IdempotencyKey.objects.update(body_digest=plain)
    migration = import_module("anlan.kernel.base.migrations.0007_no_plain_digests")
    with connection.cursor() as cursor:
        cursor.execute(migration.EMPTY)

    row = IdempotencyKey.objects.get()
    assert (row.body_digest, row.answer) == ("", None)
    with pytest.raises(InvalidError) as refusal:
        answered(once)
    assert refusal.value.code == "base.key_reused"


@pytest.mark.django_db
def test_nobody_without_the_key_of_the_house_tries_bodies_at_what_is_kept(settings: Any) -> None:
    body = b'{"password":"Right-Horse-7-Staple"}'
    once = replace(ONCE, body_digest=sha256(body).hexdigest())
    remember(once, {"id": "x"})
    kept = IdempotencyKey.objects.get().body_digest

    assert kept not in {once.body_digest, sha256(once.body_digest.encode()).hexdigest()}
    assert answered(once) == {"id": "x"}
    remember(replace(once, actor="user:b"), {})
    assert IdempotencyKey.objects.get(actor="user:b").body_digest != kept
    settings.SECRET_KEY = "of another house"
    with pytest.raises(InvalidError):
        answered(once)


@pytest.mark.django_db
def test_of_two_at_the_same_moment_one_is_told_to_wait() -> None:
    remember(ONCE, {"first": True})
    with pytest.raises(ConflictError):
        remember(ONCE, {"second": True})
    assert answered(ONCE) == {"first": True}


@pytest.mark.parametrize("key", ["", "x" * 129])
def test_a_key_has_a_length(key: str) -> None:
    with pytest.raises(InvalidError):
        answered(Once("user:a", key, "/", ""))


def test_a_spreadsheet_shows_titles_values_and_shanghai_time() -> None:
    fields = {"id": Field(path="id"), "name": Field(path="name", title="名称"),
              "at": Field(path="at", title="时间"), "n": Field(path="n", title="数值"),
              "ok": Field(path="ok", title="启用"), "none": Field(path="none", title="空"),
              "formula": Field(path="formula", title="式"),
              "kind": Field(path="kind", title="类型", words={"HH": "高高限"})}  # fmt: skip
    moment = datetime(2026, 8, 1, 2, 30, tzinfo=UTC)
    row = {"id": "01M8", "name": "一号罐", "at": moment, "n": 1.5, "ok": True, "none": None,
           "formula": "=1+1", "kind": "HH"}  # fmt: skip
    content = sheet(fields, [row], Cover(name="王值班"))
    [head, line] = (
        CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    )
    assert head == ["名称", "时间", "数值", "启用", "空", "式", "类型"]
    assert line[0] == "一号罐"
    assert line[1] == datetime(2026, 8, 1, 10, 30)  # noqa: DTZ001  a cell has no zone
    assert line[2:] == [1.5, True, "", "=1+1", "高高限"]


def test_a_list_without_titles_shows_every_column_under_its_name() -> None:
    content = sheet(
        {"id": Field(path="id"), "n": Field(path="n")}, [{"id": "a", "n": 2}], Cover(name="甲")
    )
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [["id", "n"], ["a", 2.0]]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty registry."""
    monkeypatch.setattr(registry, "_entries", {key: {} for key in registry.KEYS})


def entry(name: str, **what: Any) -> Entry:
    said: dict[str, Any] = {"title_zh": name, "title_en": name, "permission": "a.b.view"}
    return Entry(name=name, **(said | what))


@pytest.mark.usefixtures("shelf")
def test_an_entry_is_shown_to_whom_its_permission_opens_in_order() -> None:
    registry.register("menu", entry("second", order=20))
    registry.register("menu", entry("first", order=10))
    registry.register("menu", entry("secret", permission="x.y.view", order=1))
    assert [one.name for one in registry.entries("menu", {"a.b.view"})] == ["first", "second"]
    assert [one.name for one in registry.entries("menu")] == ["secret", "first", "second"]
    assert registry.entries("panels") == []
    shown = registry.exported({"x.y.view"})
    assert set(shown) == set(registry.KEYS)
    assert [one["name"] for one in shown["menu"]] == ["secret"]


@pytest.mark.usefixtures("shelf")
def test_a_wrong_key_and_a_second_name_stop_the_start() -> None:
    with pytest.raises(KeyError, match="map_layers"):
        registry.register("maps", entry("x"))  # type: ignore[arg-type]
    registry.register("menu", entry("x"))
    with pytest.raises(ValueError, match="already has"):
        registry.register("menu", entry("x"))


def test_every_refusal_has_a_status_and_a_stable_code() -> None:
    def tree(kind: type[DomainError]) -> list[type[DomainError]]:
        return [kind, *(deeper for one in kind.__subclasses__() for deeper in tree(one))]

    own = [kind for kind in tree(DomainError) if kind.__module__ == errors.__name__]
    codes = {kind.code for kind in own}
    assert len(codes) == len(own)
    assert all(400 <= kind.status < 600 for kind in own)


def test_a_refusal_becomes_a_problem_with_its_facts() -> None:
    refusal = ConflictError("已由他人确认", code="alerts.already_confirmed", confirmed_by="王")
    assert refusal.problem() == {
        "type": "urn:anlan:problem:alerts.already_confirmed",
        "code": "alerts.already_confirmed",
        "title": "已由他人确认",
        "title_en": "Somebody else has confirmed it already.",
        "status": 409,
        "confirmed_by": "王",
    }


def listener(**what: Any) -> Principal:
    scope = Scope(divs=((1, 9), (20, 29)), zones=(7,), sites=("s",), incidents=("i",))
    grant = Grant(permissions=frozenset({"alerts.alarm.view"}), scope=scope)
    said: dict[str, Any] = {"actor": "user:a", "name": "甲", "ceiling": 2, "exercise_id": "x"}
    said |= {"grants": (grant,), "scope": scope}
    return Principal(**(said | what))


def test_a_ticket_says_what_its_holder_may_hear() -> None:
    who = listener()
    text, expires_at = tickets.issue(who, "session key", "secret")
    found = tickets.check(text, "secret")
    assert [grant.scope for grant in found.grants] == [who.scope]
    assert found.permissions == frozenset({"alerts.alarm.view"})
    assert (found.actor, found.grants[0].ceiling, found.exercise_id) == ("user:a", 2, "x")
    assert found.session == tickets.session_digest("session key")
    assert "session key" not in text
    assert expires_at.timestamp() * 1000 == pytest.approx(found.issued_ms + 60_000, abs=2)


def test_a_large_scope_fits_into_an_address() -> None:
    scope = Scope(sites=tuple(derived_ulid(number, number) for number in range(1000)))
    posts = [Grant(permissions=frozenset({one}), scope=scope) for one in ("a.b.view", "a.c.view")]
    text, _ = tickets.issue(listener(grants=tuple(posts)), "k", "secret")
    (heard,) = tickets.check(text, "secret").grants
    assert heard.scope == scope
    assert heard.permissions == frozenset({"a.b.view", "a.c.view"})
    assert len(text) < 32_000


@pytest.mark.parametrize("spoil", [lambda t: t + "x", lambda t: "x" + t, lambda _: "", str.upper])
def test_an_altered_ticket_opens_nothing(spoil: Any) -> None:
    text, _ = tickets.issue(listener(), "k", "secret")
    with pytest.raises(NotSignedInError):
        tickets.check(spoil(text), "secret")


def test_a_ticket_of_another_house_opens_nothing() -> None:
    text, _ = tickets.issue(listener(), "k", "secret")
    with pytest.raises(NotSignedInError):
        tickets.check(text, "another secret")
    foreign = TimestampSigner(key="secret", salt="else", fallback_keys=[]).sign_object({"u": "x"})
    with pytest.raises(NotSignedInError):
        tickets.check(foreign, "secret")


@pytest.mark.parametrize("missing", ["b", "n"])
def test_a_ticket_that_leaves_out_what_it_must_say_opens_nothing(missing: str) -> None:
    signer = TimestampSigner(key="secret", salt="anlan.live.ticket", fallback_keys=[])
    said: dict[str, Any] = {"u": "user:a", "s": "x", "g": [], "x": None, "t": 0}
    said |= {"b": False, "n": "01"}
    assert not tickets.check(signer.sign_object(said), "secret").is_bound
    del said[missing]
    with pytest.raises(NotSignedInError):
        tickets.check(signer.sign_object(said), "secret")


def test_a_ticket_runs_out_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = tickets.issue(listener(), "k", "secret")
    present = time.time()
    monkeypatch.setattr(time, "time", lambda: present + 59)
    tickets.check(text, "secret")
    monkeypatch.setattr(time, "time", lambda: present + 62)
    with pytest.raises(NotSignedInError):
        tickets.check(text, "secret")


def test_a_ticket_is_used_once_and_is_remembered_until_it_has_run_out() -> None:
    clock = [0.0]
    spent = tickets.Spent(lambda: clock[0])
    # both of one person, one session and one moment
    first, second = (
        tickets.check(tickets.issue(listener(), "k", "secret")[0], "secret") for _ in range(2)
    )
    spent.spend(first)
    spent.spend(second)
    clock[0] = float(tickets.LIFETIME_S)
    for used in (first, second):
        with pytest.raises(NotSignedInError):
            spent.spend(used)
    assert len(spent) == 2

    clock[0] = 1000.0
    spent.spend(tickets.check(tickets.issue(listener(), "k", "secret")[0], "secret"))
    assert len(spent) == 1


@pytest.mark.parametrize("is_bound", [True, False])
def test_a_ticket_says_whether_it_is_bound_to_the_listed_networks(*, is_bound: bool) -> None:
    text, _ = tickets.issue(listener(), "k", "secret", is_bound=is_bound)
    assert tickets.check(text, "secret").is_bound is is_bound
