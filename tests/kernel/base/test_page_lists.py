"""Lists: pages cover every row once whatever the order; a wrong question is named."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from json import dumps
from typing import Any

import pytest
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.listing import COUNT_LIMIT, PAGE_MAX, Ask, Field, ListSpec
from anlan.kernel.base.models import IdempotencyKey, SubscriptionProgress

ORIGIN = now().replace(microsecond=123456)
FIELDS = {
    "number": Field(path="id", kind="int", sortable=True),
    "who": Field(path="actor", sortable=True),
    "route": Field(path="route", sortable=True),
    "status": Field(path="status", kind="int", sortable=True),
    "made": Field(path="created_at", kind="time", sortable=True),
    "digest": Field(path="body_digest"),
}
SPEC = ListSpec(fields=FIELDS, sort="-made")

#: A table of the test's own: sort columns of every kind, nullable, with many ties.
NULLABLE = ListSpec(
    fields={
        "id": Field(path="object", sortable=True),
        "zone": Field(path="zone", kind="int", sortable=True),
        "site": Field(path="site", sortable=True),
        "at": Field(path="failed_at", kind="time", sortable=True),
        "ok": Field(path="is_ok", kind="bool", sortable=True),
        "level": Field(path="level", kind="float", sortable=True),
    },
    sort="zone",
    key="object",
)


class Thing(models.Model):
    """A row of that table."""

    object = models.CharField(max_length=26, primary_key=True)
    zone = models.IntegerField(null=True)
    site = models.CharField(max_length=26, null=True)  # noqa: DJ001
    failed_at = models.DateTimeField(null=True)
    is_ok = models.BooleanField(null=True)
    level = models.FloatField(null=True)

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "listing_thing"


@pytest.fixture
def things(db: None) -> Iterator[None]:
    """Make the table for this test only."""
    del db
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMP TABLE listing_thing (object text COLLATE "C" PRIMARY KEY, zone int,'
            " site text, failed_at timestamptz, is_ok boolean, level float8)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE listing_thing")


ROW = st.tuples(
    st.none() | st.integers(-1, 2),
    st.none() | st.sampled_from(["a", "b", "B", "中", ""]),
    st.none() | st.integers(0, 2),
    st.none() | st.booleans(),
    st.none() | st.sampled_from([0.1, 0.2, -1e300, 3.0]),
)


def pages(spec: ListSpec, rows: Any, sort: str, limit: int) -> Iterator[list[dict[str, Any]]]:
    """Walk through a list, page by page."""
    after: str | None = None
    while True:
        page = spec.page(rows, Ask(sort=sort, after=after, limit=limit))
        yield page["items"]
        after = page["next"]
        if after is None:
            return


@pytest.mark.usefixtures("things")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    found=st.lists(ROW, max_size=25),
    sort=st.sampled_from(list(NULLABLE.fields)),
    falling=st.booleans(),
    limit=st.integers(1, 7),
)
def test_pages_cover_every_row_exactly_once(
    found: list[Any],
    sort: str,
    falling: bool,  # noqa: FBT001
    limit: int,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM listing_thing")
        for zone, site, hours, is_ok, level in found:
            at = None if hours is None else ORIGIN + timedelta(hours=hours)
            cursor.execute(
                "INSERT INTO listing_thing VALUES (%s, %s, %s, %s, %s, %s)",
                [new_ulid(), zone, site, at, is_ok, level],
            )
    sign = "-" if falling else ""
    walked = [
        row["id"]
        for page in pages(NULLABLE, Thing._default_manager.all(), sign + sort, limit)
        for row in page
    ]
    whole = [
        row["id"]
        for row in NULLABLE.window(Thing._default_manager.all(), Ask(sort=sign + sort), 1_000)[0]
    ]
    assert walked == whole
    assert len(set(walked)) == len(found)


@pytest.fixture
def keys(db: None) -> list[IdempotencyKey]:
    """Six rows to be filtered."""
    del db
    return IdempotencyKey.objects.bulk_create(
        [
            IdempotencyKey(
                actor="user:a" if index < 4 else "user:b",
                key=f"k{index}",
                route=f"/api/{'alarms' if index % 2 else 'subjects'}",
                body_digest=str(index),
                status=200 + index,
                answer={},
                created_at=ORIGIN + timedelta(minutes=index),
            )
            for index in range(6)
        ]
    )


def statuses(*filters: str) -> list[int]:
    found = SPEC.page(IdempotencyKey.objects.all(), Ask(filters=filters, sort="status"))
    return [row["status"] - 200 for row in found["items"]]


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], [0, 1, 2, 3, 4, 5]),
        (["who.eq:user:b"], [4, 5]),
        (["who.ne:user:b"], [0, 1, 2, 3]),
        (["status.in:200,203,299"], [0, 3]),
        (["status.lt:202"], [0, 1]),
        (["status.le:202"], [0, 1, 2]),
        (["status.gt:203", "status.ge:205"], [5]),
        (["route.like:ALARM"], [1, 3, 5]),
        (["who.null:true"], []),
        (["who.null:false", "who.eq:user:a", "route.like:subj"], [0, 2]),
        ([f"made.ge:{(ORIGIN + timedelta(minutes=4)).isoformat()}"], [4, 5]),
        ([f"made.ge:{(ORIGIN + timedelta(minutes=4)).isoformat().replace('+', ' ')}"], [4, 5]),
    ],
)
def test_filters_keep_what_they_say(filters: list[str], expected: list[int]) -> None:
    assert statuses(*filters) == expected


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (Ask(filters=("colour.eq:red",)), "base.unknown_field"),
        (Ask(filters=("status",)), "base.bad_filter"),
        (Ask(filters=("status.eq",)), "base.bad_filter"),
        (Ask(filters=("status.eq:many",)), "base.bad_filter"),
        (Ask(filters=("status.between:1,2",)), "base.bad_filter"),
        (Ask(filters=("made.gt:2026-08-01T10:00:00",)), "base.bad_filter"),
        (Ask(filters=("who.null:yes",)), "base.bad_filter"),
        (Ask(filters=("who.eq:\x00",)), "base.bad_filter"),
        (Ask(sort="colour"), "base.unknown_field"),
        (Ask(sort="digest"), "base.not_sortable"),
        (Ask(after="nonsense"), "base.bad_cursor"),
        (Ask(after=urlsafe_b64encode(b"[1]").decode()), "base.bad_cursor"),
        (Ask(after=urlsafe_b64encode(b"1").decode()), "base.bad_cursor"),
        (Ask(after=urlsafe_b64encode(dumps(["x", "y"]).encode()).decode()), "base.bad_cursor"),
        (
            Ask(sort="status", after=urlsafe_b64encode(dumps(["1", "y"]).encode()).decode()),
            "base.bad_cursor",
        ),
        (
            Ask(sort="who", after=urlsafe_b64encode(dumps([["a"], "1"]).encode()).decode()),
            "base.bad_cursor",
        ),
    ],
)
def test_a_wrong_question_is_named(ask: Ask, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        SPEC.page(IdempotencyKey.objects.all(), ask)
    assert refusal.value.code == code


@pytest.mark.usefixtures("keys")
def test_a_page_is_never_larger_than_500_nor_smaller_than_one() -> None:
    assert len(SPEC.page(IdempotencyKey.objects.all(), Ask(limit=0))["items"]) == 1
    many = SPEC.page(IdempotencyKey.objects.all(), Ask(limit=10**9))
    assert (len(many["items"]), many["next"]) == (6, None)
    assert PAGE_MAX == 500


def test_a_count_stops_at_ten_thousand(db: None) -> None:
    del db
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_subscriptionprogress SELECT 's' || n, n FROM generate_series(1, %s) n",
            [COUNT_LIMIT + 1],
        )
    spec = ListSpec(fields={"slice": Field(path="slice", sortable=True)}, sort="slice", key="slice")
    page = spec.page(SubscriptionProgress.objects.all(), Ask())
    assert (page["count"], page["count_capped"]) == (COUNT_LIMIT, True)
    few = spec.page(SubscriptionProgress.objects.all(), Ask(filters=("slice.eq:s7",)))
    assert (few["count"], few["count_capped"]) == (1, False)
