"""Limits are rows that follow one another; the engine learns of each by a version that grows."""

from datetime import timedelta

import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, DomainError, InvalidError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import queries
from anlan.kernel.sensing.models import Datastream, Limit
from anlan.kernel.sensing.services import equipment, limits
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def test_a_new_value_closes_the_old_row_and_raises_the_control_version(plant: Plant) -> None:
    stream = plant.streams[0]
    with unit_of_work(SYSTEM):
        old = Limit.objects.get(datastream=stream, condition="HH")
        new = limits.file_limit(datastream_id=stream.id, condition="HH", value=95.0)
        old.refresh_from_db()
        assert old.superseded_at is not None
        assert new.control_version > old.control_version
        assert [one["value"] for one in queries.current_limits([stream.id])[stream.id]] == [
            80.0,
            95.0,
        ]
        row = Journal.objects.filter(object=new.id).get()
        assert (row.type, row.change) == ("sensing.limit.filed", {"value": [90.0, 95.0]})


@pytest.mark.parametrize(
    ("condition", "value"),
    [("HH", 79.0), ("H", 90.0), ("LL", 85.0), ("L", float("nan")), ("rate", 1.0), ("silent", 1.0)],
)
def test_a_limit_out_of_order_or_not_judged_is_refused(
    plant: Plant, condition: str, value: float
) -> None:
    with pytest.raises(InvalidError), unit_of_work(SYSTEM):
        limits.file_limit(datastream_id=plant.streams[0].id, condition=condition, value=value)


def test_a_withdrawn_limit_keeps_its_row_and_tells_the_engine_with_a_higher_version(
    plant: Plant,
) -> None:
    with unit_of_work(SYSTEM):
        row = Limit.objects.get(datastream=plant.streams[0], condition="HH")
        filed_as = row.control_version
        gone = limits.withdraw_limit(limit_id=row.id, reason="设计变更")
        assert gone.control_version == filed_as
        told = Journal.objects.get(type="sensing.limit.withdrawn").data["control_version"]
        assert told == gone.withdrawn_version
        assert told > filed_as
    with pytest.raises(ConflictError), unit_of_work(SYSTEM):
        limits.withdraw_limit(limit_id=row.id, reason="再次")


def test_a_suppression_needs_an_end_to_come_and_can_be_ended_early(plant: Plant) -> None:
    moment = now()
    stream = plant.streams[0].id
    with pytest.raises(InvalidError), unit_of_work(SYSTEM):
        limits.file_suppression(
            datastream_id=stream, starts_at=moment, ends_at=moment - timedelta(1), reason="检修"
        )
    with unit_of_work(SYSTEM):
        row = limits.file_suppression(
            datastream_id=stream, starts_at=moment, ends_at=moment + timedelta(1), reason="检修"
        )
        assert queries.running_suppressions().count() == 1
        limits.end_suppression(suppression_id=row.id)
        assert queries.running_suppressions().count() == 0


def test_a_number_once_given_is_never_given_again(plant: Plant) -> None:
    stream = plant.streams[0]
    with unit_of_work(SYSTEM):
        equipment.retire_datastream(datastream_id=stream.id)
        again = equipment.register_datastream(
            gateway=plant.gateway,
            subject_id=plant.tank.id,
            observed_property=stream.observed_property,
            tag=stream.tag,
            name="同一位号，新测点",
        )
        assert again.number > stream.number
        assert Datastream.objects.filter(tag=stream.tag).count() == 2
    with pytest.raises(ConflictError), unit_of_work(SYSTEM):
        limits.file_limit(datastream_id=stream.id, condition="HH", value=99.0)


@pytest.mark.parametrize("word", ["", "a/b", "a.b", "甲", "+", "#", "a b"])
def test_a_gateway_whose_code_is_no_topic_word_is_refused(plant: Plant, word: str) -> None:
    with pytest.raises(DomainError) as refused, unit_of_work(SYSTEM):
        equipment.register_gateway(
            organisation_id=plant.organisation.id,
            site_id=plant.site.id,
            firm_code="demo",
            code=word,
            name="x",
        )
    assert refused.value.code == "sensing.bad_topic"


def test_a_gateways_secrets_stand_in_no_journal_row(plant: Plant) -> None:
    with unit_of_work(SYSTEM, read_only=True):
        row = Journal.objects.get(object=plant.gateway.id)
        text = str(row.data) + str(row.change)
    assert plant.gateway.token not in text
    assert plant.gateway.hmac_key not in text
