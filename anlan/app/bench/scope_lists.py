"""What the screens really ask under row security, with a million rows of each: search, alarms, datastreams, the map.

The statements are not written here: the lists of the API are asked for as somebody, each statement that
they send is caught and explained. A plan that reads a big table whole for a township is a screen that
stands still (decisions, 7.6).
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
from django.db import connection

from anlan.app.bench.scope_plan import Plan, plan_of
from anlan.kernel.alerts import queries as alerts
from anlan.kernel.alerts.api import ALARMS
from anlan.kernel.base.listing import Ask
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.reached import narrowed
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import queries as sensing
from anlan.kernel.sensing.api import DATASTREAMS
from anlan.kernel.subjects import queries as subjects
from anlan.kernel.subjects.api import SUBJECTS

#: A table that is read whole is only a fault where it grows with what is watched.
BIG = frozenset({"subjects_subject", "sensing_datastream", "sensing_limit", "alerts_alarm"})
#: Whose screens are asked for.
READERS = ("township", "county", "province")
#: Who reaches little: nothing of his may read a big table whole.
NARROW = frozenset({"township", "zone", "firm", "county", "bureau"})
#: Every hundredth alarm is open.
_OPEN = 100
_GATEWAY = """
    INSERT INTO people_organisation (id, version, created_at, updated_at, name, name_en, kind, territory_code, is_invented)
    VALUES (lpad('1', 26, 'O'), 1, now(), now(), '压测企业', '', 'firm', '640181', true);
    INSERT INTO sensing_observedproperty (id, version, created_at, updated_at, code, title, title_en, unit)
    VALUES (lpad('1', 26, 'P'), 1, now(), now(), 'bench_level', '液位', 'Level', 'm');
    INSERT INTO sensing_gateway (id, version, created_at, updated_at, div, organisation_id, firm_code, code,
        name, shard, token, hmac_key, next_hmac_key, is_active, health)
    VALUES (lpad('1', 26, 'G'), 1, now(), now(), 0, lpad('1', 26, 'O'), 'bench', 'G1', '压测网关', 0, '', '', '',
        true, '{}');
"""
_STREAMS = """
    INSERT INTO sensing_datastream (id, version, created_at, updated_at, div, zone, site, number, gateway_id,
        subject_id, observed_property_id, tag, name, name_en, unit, time_resolution_ms, shard, control_version)
    SELECT s.id, 1, now(), now(), s.div, s.zone, s.site, s.id::int8, lpad('1', 26, 'G'), s.id, lpad('1', 26, 'P'),
        'T' || s.id::int8, '测点 ' || s.id::int8, '', 'm', 1000, 0, 1
    FROM subjects_subject s;
    INSERT INTO sensing_limit (id, version, created_at, updated_at, div, zone, site, datastream_id, condition, value,
        unit, deadband, on_delay_ms, off_delay_ms, priority, standard, clause, confidence, valid_from, filed_by,
        reason, ended_by, end_reason, control_version)
    SELECT d.id, 1, now(), now(), d.div, d.zone, d.site, d.id, 'HH', 90, 'm', 1, 0, 0, 1, '', '', 'default', now(),
        'system:bench', '', '', '', 1
    FROM sensing_datastream d;
"""
_ALARMS = f"""
    INSERT INTO alerts_alarm (id, version, created_at, updated_at, div, zone, site, datastream_id, subject_id,
        condition, priority, instrument_state, raised_at, last_raised_at, known_at, value, limit_version, occurrences,
        is_late, firm_state, confirmed_by, confirmed_occurrence, closed_by, disposition, bureau_state, checked_by,
        check_outcome, check_note, shelved_by, shelve_reason, out_of_service, cause_key, correlation_id)
    SELECT d.id, 1, now(), now(), d.div, d.zone, d.site, d.id, d.subject_id, 'HH', 1 + d.number % 4,
        CASE WHEN d.number / 100 % {_OPEN} = 0 THEN 'active' ELSE 'returned' END,
        now() - d.number * interval '1 second', now() - d.number * interval '1 second', now(), 95, 1, 1, false,
        CASE WHEN d.number / 100 % {_OPEN} = 0 THEN 'new' ELSE 'closed' END, '', 0, '', '{{}}', 'none', '', '', '',
        '', '', false, '', d.id
    FROM sensing_datastream d
"""  # noqa: S608  put together from constants


def load(admin: psycopg.Connection[Any]) -> None:
    """Give every subject that stands a datastream with a limit and an alarm; every hundredth is open."""
    admin.execute("SELECT set_config('anlan.actor', 'system:bench', false)")
    for statement in (_GATEWAY, _STREAMS, _ALARMS):
        admin.execute(statement.encode())


def screens(key: str, principal: Principal) -> dict[str, Callable[[], Any]]:
    """Return what is asked for, by its name; `key` is a row that the search is for."""
    name = f"R-{int(key)}"
    listed = subjects.listed(principal.scope)
    of_mine = partial(narrowed, principal=principal)
    return {
        "search": lambda: SUBJECTS.page(listed, Ask(filters=(f"search.like:{name}",))),
        "open alarms": lambda: ALARMS.page(of_mine(alerts.open_alarms(), incident=True), Ask()),
        "alarms": lambda: ALARMS.page(of_mine(alerts.alarms(), incident=True), Ask()),
        "alarm states": alerts.subject_states,
        "datastreams": lambda: DATASTREAMS.page(of_mine(sensing.datastreams()), Ask()),
        "points": subjects.points,
    }


def plans(people: dict[str, Principal], key: str) -> Iterator[Plan]:
    """Ask for every screen as each reader, and explain what was sent."""
    for who in READERS:
        for name in screens(key, people[who]):
            with unit_of_work(people[who], read_only=True):
                sent = _sent(screens(key, people[who])[name])
                told = [_explained(*one) for one in sent]
            yield plan_of(who, name, told, "\n".join(json.dumps(one["Plan"]) for one in told))


def _sent(ask: Callable[[], Any]) -> list[tuple[str, Any]]:
    """Return the statements that something sends, with their values."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, *others: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, *others)

    with connection.execute_wrapper(note):
        ask()
    return [one for one in sent if one[0].lstrip(" \n(").startswith(("SELECT", "WITH"))]


def _explained(sql: str, params: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        told = cursor.fetchone()[0]
    found: dict[str, Any] = (json.loads(told) if isinstance(told, str) else told)[0]
    return found
