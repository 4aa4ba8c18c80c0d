"""A message about an alarm is whole in either language: an English one has no Chinese words of ours."""

import re
from datetime import UTC, datetime

import pytest

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.rules import CONDITIONS, GROUPS
from anlan.kernel.alerts.services.notice_words import in_chinese, in_english
from anlan.kernel.sensing.models import Datastream
from anlan.kernel.subjects.models import Subject

CHINESE = re.compile(r"[\u4e00-\u9fff，。：（）]")
TANK = Subject(name="V201 甲醇储罐", name_en="V201 methanol tank")
LEVEL = Datastream(
    name="V201 甲醇储罐 液位", name_en="V201 methanol tank level", tag="V201.LI", unit="m"
)


def alarm(condition: str = "HH", **given: object) -> Alarm:
    at = datetime(2026, 8, 1, 2, 0, 5, tzinfo=UTC)
    parts: dict[str, object] = {
        "subject": TANK, "datastream": LEVEL, "condition": condition, "priority": 1, "value": 91.5,
        "limit_value": 90.0, "last_raised_at": at, "instrument_state": "active", "occurrences": 1,
    }  # fmt: skip
    return Alarm(**parts | given)


def test_it_names_the_point_once_and_says_what_where_how_much_and_when() -> None:
    zh, en = in_chinese(alarm()), in_english(alarm())
    assert zh.title == "红色报警：V201 甲醇储罐 高高限"
    assert zh.body == (
        "08月01日 10:00:05，V201 甲醇储罐 液位（V201.LI），报警值 91.5 m，限值 90 m。请在报警监测中确认、处置。"
    )
    assert en.title == "Red alarm: V201 methanol tank, high-high"
    assert en.body == (
        "01 Aug 10:00:05, V201 methanol tank level (V201.LI), value 91.5 m, limit 90 m. "
        "Confirm and handle it under Alarms."
    )


@pytest.mark.parametrize("condition", [*CONDITIONS, *GROUPS])
def test_every_condition_has_its_english_words(condition: str) -> None:
    stream = None if condition in GROUPS else LEVEL
    said = alarm(condition, datastream=stream, exercise_id="X", occurrences=3, value=7.0)
    said.instrument_state = "returned"
    words = in_english(said)
    assert not CHINESE.search(words.title + words.body)
    assert in_chinese(said).title.startswith("【演练】红色报警：")


def test_a_name_without_english_stands_as_it_is() -> None:
    bare = Subject(name="T-101 液氨储罐")
    assert "T-101 液氨储罐" in in_english(alarm(subject=bare)).title
