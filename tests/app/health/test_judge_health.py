"""From facts to checks: each threshold by its two sides, and what is unknown is not called well."""

from dataclasses import replace

import pytest

from anlan.app.health.checks import Check
from anlan.app.health.facts import BusFacts, DatabaseFacts, Facts, StreamFacts
from anlan.app.health.rules import judge, overall

DATABASE = DatabaseFacts(
    answer_ms=3.0,
    sealed=100,
    published=100,
    pending=0,
    pending_s=None,
    dead_letters=0,
    engine_epoch="E1",
    engine_seq=500,
    tick_s=0.8,
    history_s=4.0,
    history_files=7,
    gateways=3,
    gateways_silent=0,
    gateways_never=0,
    jobs_waiting=0,
    jobs_failed=0,
    jobs_s=5.0,
    relay_works=True,
    connected=["anlan_app", "anlan_engine"],
    behind={"alerts": 0},
)


def stream(last_seq: int = 500, used: float = 0.1) -> StreamFacts:
    return StreamFacts(messages=last_seq, bytes=int(used * 1000), max_bytes=1000, last_seq=last_seq)


BUS = BusFacts(
    answer_ms=2.0,
    readings_epoch="E1",
    streams={name: stream() for name in ("READINGS", "EVENTS", "$MQTT_msgs")},
    recorder_last=500,
)
WELL = Facts(
    database=DATABASE,
    bus=BUS,
    live={"listeners": 4, "position": 100, "caught_up": True, "bus": "ok", "database": "ok"},
    gateway={
        "gateways": 3,
        "left_out": [],
        "in_flight": 0,
        "log_troubles": 0,
        "database": "ok",
    },
    head_s=90.0,
    disk_free={"/data": 0.4},
)


def one(facts: Facts, name: str) -> Check:
    return next(check for check in judge(facts) if check.name == name)


def test_a_house_in_which_everything_runs_is_well() -> None:
    checks = judge(WELL)
    assert overall(checks) == "ok"
    assert {check.name for check in checks if check.kind == "process"} == {
        "gateway",
        "engine",
        "recorder",
        "worker",
        "serve",
        "live",
    }


@pytest.mark.parametrize(
    ("free", "status"),
    [(0.16, "ok"), (0.149, "warning"), (0.099, "late"), (0.049, "down")],
)
def test_the_disk_is_judged_by_15_10_and_5_percent(free: float, status: str) -> None:
    assert one(replace(WELL, disk_free={"/data": free}), "disk:/data").status == status


def test_an_engine_without_a_connection_is_down_and_one_behind_is_late() -> None:
    gone = replace(WELL, database=replace(DATABASE, connected=["anlan_app"]))
    assert one(gone, "engine").status == "down"
    slow = replace(WELL, database=replace(DATABASE, engine_seq=400, tick_s=30.0))
    assert (one(slow, "engine").status, one(slow, "engine").figures["behind"]) == ("late", 100)


def test_an_engine_with_nothing_to_judge_is_well_however_old_the_last_tick() -> None:
    idle = replace(WELL, database=replace(DATABASE, tick_s=900.0))
    assert one(idle, "engine").status == "ok"


def test_an_engine_in_another_life_of_the_log_is_not_compared_by_its_number() -> None:
    moved = replace(WELL, database=replace(DATABASE, engine_epoch="E0", engine_seq=9, tick_s=300.0))
    found = one(moved, "engine")
    assert (found.status, found.figures["behind"]) == ("down", None)


def test_without_the_bus_the_recorder_cannot_be_told_and_the_bus_is_down() -> None:
    facts = replace(WELL, bus=None, why={"bus": "refused"})
    assert one(facts, "nats").status == "down"
    assert "refused" in one(facts, "nats").detail
    assert one(facts, "recorder").status == "warning"


def test_a_missing_stream_is_down_and_a_nearly_full_one_is_told() -> None:
    streams = {"READINGS": stream(used=0.81), "EVENTS": stream()}
    facts = replace(WELL, bus=replace(BUS, streams=streams))
    assert one(facts, "stream:READINGS").status == "warning"
    assert one(facts, "stream:$MQTT_msgs").status == "down"


def test_without_the_database_its_clients_are_unknown_and_the_house_is_down() -> None:
    checks = judge(replace(WELL, database=None, why={"database": "away"}))
    by_name = {check.name: check.status for check in checks}
    assert (by_name["postgres"], by_name["engine"], by_name["worker"]) == (
        "down",
        "warning",
        "warning",
    )
    assert "relay" not in by_name
    assert overall(checks) == "down"


@pytest.mark.parametrize(("age_s", "status"), [(4.0, "ok"), (6.0, "late"), (61.0, "down")])
def test_the_relay_is_judged_by_the_oldest_row_that_waits(age_s: float, status: str) -> None:
    facts = replace(WELL, database=replace(DATABASE, pending=9, pending_s=age_s))
    assert one(facts, "relay").status == status


def test_what_is_sealed_and_cannot_leave_is_late() -> None:
    facts = replace(WELL, bus=None, database=replace(DATABASE, published=99))
    assert one(facts, "relay").status == "late"


def test_no_worker_without_the_relay_s_lock() -> None:
    assert one(replace(WELL, database=replace(DATABASE, relay_works=False)), "worker").status == (
        "down"
    )


def test_dead_letters_silent_gateways_and_failed_jobs_are_told() -> None:
    database = replace(DATABASE, dead_letters=2, gateways_silent=1, jobs_failed=1)
    facts = replace(WELL, database=database)
    for name in ("dead_letters", "gateways", "worker"):
        assert one(facts, name).status == "warning"


@pytest.mark.parametrize(
    ("age_s", "status"), [(600.0, "ok"), (1300.0, "late"), (4000.0, "warning"), (None, "warning")]
)
def test_a_head_that_did_not_leave_is_told(age_s: float | None, status: str) -> None:
    assert one(replace(WELL, head_s=age_s), "journal_head").status == status
