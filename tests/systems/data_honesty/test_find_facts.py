"""Limits that the firm widened, tags that fell silent, outages past their end: found, and what is honest is not."""

from datetime import timedelta

import numpy as np
import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import PostHolding, SiteReach, User
from anlan.kernel.sensing.models import Datastream, Limit, Suppression, SuppressionKind
from anlan.kernel.sensing.services import limits, upkeep
from anlan.systems.data_honesty.models import HonestyLook
from anlan.systems.data_honesty.rules import is_laxer
from tests import cast as people
from tests.cast import Cast
from tests.factories import officer, working
from tests.honesty import look, midnight
from tests.plant import Plant
from tests.systems.data_honesty.night import again, run_night, sweep
from tests.systems.data_honesty.written import DAYS, MINUTES, Recorder, honest

pytestmark = pytest.mark.django_db
YESTERDAY = (DAYS - 1) * MINUTES


@pytest.fixture
def safety(cast: Cast) -> User:
    """Return the firm's safety officer, who may file limits and has done so for a year."""
    year_ago = now() - timedelta(days=365)
    with working():
        made = officer(cast.firm, "firm_safety", "钱安全", "safety")
        PostHolding.objects.update(held_from=year_ago)
        SiteReach.objects.update(valid_from=year_ago)
        return made


def change(plant: Plant, who: Principal, condition: str, value: float, ago_h: int = 30) -> None:
    """Have somebody change a limit of the first datastream so many hours ago."""
    with unit_of_work(who):
        filed = limits.file_limit(
            datastream_id=plant.streams[0].id, condition=condition, value=value, deadband=1.0, reason="检修后调整"
        )  # fmt: skip
    with working():
        Limit.objects.filter(pk=filed.pk).update(valid_from=now() - timedelta(hours=ago_h))
        older = Limit.objects.filter(datastream=plant.streams[0], superseded_at__isnull=False)
        older.update(valid_from=now() - timedelta(days=20))


def out_of_service(plant: Plant, begin_h: float, end_h: float) -> None:
    """File an outage of the first datastream from so many hours ago until so many hours ago."""
    stream, moment = plant.streams[0], now()
    with working():
        Suppression.objects.create(
            kind=SuppressionKind.OUT_OF_SERVICE,
            datastream=stream,
            starts_at=midnight() - timedelta(hours=begin_h),
            ends_at=midnight() - timedelta(hours=end_h),
            reason="检修",
            approved_by="李工",
            filed_by="system:test",
            control_version=2,
            div=stream.div,
            zone=stream.zone,
            site=stream.site,
            created_at=moment,
            updated_at=moment,
        )


def keep(plant: Plant, recorder: Recorder, first: np.ndarray) -> None:
    rest = {one: honest(n) for n, one in enumerate(plant.streams[1:], 2)}
    recorder.keep({plant.streams[0]: first} | rest)


def test_a_limit_that_the_firm_widened_is_found_once(
    plant: Plant, cast: Cast, safety: User, recorder: Recorder
) -> None:
    keep(plant, recorder, honest(1))
    change(plant, people.principal(safety), "H", 88.0)
    [found] = run_night()
    assert (found.kind, found.datastream) == ("limit_widened", plant.streams[0])
    assert found.figures["before"]["value"] == 80.0
    assert found.figures["after"]["value"] == 88.0
    assert (found.figures["condition"], found.figures["said"]) == ("H", "检修后调整")
    assert [one.id for one in again()] == [found.id]


def test_a_limit_that_the_firm_withdrew_is_found(
    plant: Plant, cast: Cast, safety: User, recorder: Recorder
) -> None:
    keep(plant, recorder, honest(1))
    with unit_of_work(people.principal(safety)):
        row = Limit.objects.get(
            datastream=plant.streams[0], condition="HH", superseded_at__isnull=True
        )
        limits.withdraw_limit(limit_id=row.id, reason="误报太多")
    with working():
        Limit.objects.filter(pk=row.pk).update(superseded_at=now() - timedelta(hours=30))
    [found] = run_night()
    assert (found.kind, found.figures["after"]) == ("limit_widened", None)
    assert found.figures["said"] == "误报太多"


def test_a_stricter_limit_and_one_that_the_bureau_filed_are_no_findings(
    plant: Plant, cast: Cast, safety: User, recorder: Recorder
) -> None:
    keep(plant, recorder, honest(1))
    change(plant, people.principal(safety), "H", 78.0)
    change(plant, people.principal(cast.monitor), "HH", 95.0)
    assert run_night() == []


def test_a_tag_that_fell_silent_alone_is_found_and_goes_on(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    curve = honest(1)
    curve[YESTERDAY - 300 :] = np.nan
    keep(plant, recorder, curve)
    [found] = run_night()
    assert (found.kind, found.datastream) == ("tag_withdrawn", plant.streams[0])
    assert found.figures["how"] == "silent"
    assert found.figures["hours"] == pytest.approx(29, abs=0.1)
    assert [one.version for one in again()] == [1]


def test_a_whole_gateway_that_fell_silent_is_no_tag_that_was_withdrawn(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    curves = {one: honest(n) for n, one in enumerate(plant.streams, 1)}
    for one in curves.values():
        one[YESTERDAY - 1_740 :] = np.nan
    recorder.keep(curves)
    with working():
        made = look(plant)
        # of two days ago, so that nobody waits any longer for the gateway to catch up
        HonestyLook.objects.filter(pk=made.pk).update(day=midnight(2).date(), done_at=None)
    assert sweep() == []
    with working():
        assert HonestyLook.objects.get().done_at is not None


def test_a_silence_that_was_filed_is_no_finding_until_its_end_is_past(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    curve = honest(1)
    curve[YESTERDAY - 3_000 :] = np.nan
    keep(plant, recorder, curve)
    out_of_service(plant, begin_h=75, end_h=-24)
    assert run_night() == []
    with working():
        Suppression.objects.update(ends_at=midnight() - timedelta(hours=30))
    [found] = again()
    assert (found.kind, found.datastream) == ("outage_overdue", plant.streams[0])
    assert found.figures["hours"] == 30.0


def test_an_outage_from_which_the_tag_came_back_is_no_finding(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    curve = honest(1)
    # calibrated: the value stands still for ten hours, as was filed
    curve[YESTERDAY - 1_400 : YESTERDAY - 800] = 60.0
    keep(plant, recorder, curve)
    out_of_service(plant, begin_h=48, end_h=36)
    assert run_night() == []


def test_a_tag_that_was_retired_while_it_spoke_is_found(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    keep(plant, recorder, honest(1))
    with working():
        upkeep.retire_datastream(datastream_id=plant.streams[0].id)
        Datastream.objects.filter(pk=plant.streams[0].pk).update(
            retired_at=midnight() - timedelta(minutes=1)
        )
    [found] = run_night()
    assert (found.kind, found.figures["how"]) == ("tag_withdrawn", "retired")


@pytest.mark.parametrize(
    ("condition", "before", "after", "laxer"),
    [
        ("HH", {"value": 90.0}, {"value": 95.0}, True),
        ("HH", {"value": 90.0}, {"value": 85.0}, False),
        ("LL", {"value": 10.0}, {"value": 5.0}, True),
        ("L", {"value": 10.0}, {"value": 15.0}, False),
        ("range", {"value": 100.0, "low": 0.0}, {"value": 100.0, "low": -10.0}, True),
        ("range", {"value": 100.0, "low": 0.0}, {"value": 120.0, "low": 0.0}, True),
        ("frozen", {"value": 0.1, "window_ms": 60.0}, {"value": 0.1, "window_ms": 600.0}, True),
        ("frozen", {"value": 0.1}, {"value": 0.2}, False),
        ("silent", {"value": 60.0}, {"value": 3600.0}, True),
        ("H", {"value": 80.0, "on_delay_ms": 0.0}, {"value": 80.0, "on_delay_ms": 60000.0}, True),
        ("H", {"value": 80.0, "on_delay_ms": 60.0}, {"value": 80.0, "on_delay_ms": 60.0}, False),
    ],
)
def test_what_lets_more_through_is_laxer(
    condition: str,
    before: dict[str, float | None],
    after: dict[str, float | None],
    *,
    laxer: bool,
) -> None:
    assert is_laxer(condition, before, after) is laxer
