"""A message of another platform, row by row."""

import json
from typing import Any

import pytest

from anlan.adapters.platform_json.message import MessageError, Refused, read
from anlan.adapters.platform_json.settings import Peer
from anlan.kernel.sensing.sample import Sample

#: The example of the fact sheet (2.4).
SAID: dict[str, Any] = {
    "companyCode": "360982001",
    "ts": "2026-08-01T10:00:00+08:00",
    "data": [{"tag": "360982001G0001YW001", "v": 7.82, "q": 192, "u": "m"}],
    "alarms": [{"alarmId": "1", "tag": "360982001G0001YW001", "level": "HH", "threshold": 8.0}],
}
TAGS = {"360982001G0001YW001": "T101.LI"}
AT_MS = 1_785_549_600_000


def test_the_example_is_read() -> None:
    found = read(json.dumps(SAID).encode(), TAGS, {"T101.LI": "m"})
    assert found.company == "360982001"
    assert found.samples == [Sample("T101.LI", AT_MS, 7.82, 192)]
    assert (found.refused, found.alarms) == ([], 1)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"tag": "X", "v": 1}, "tag_unknown"),
        ({"v": 1}, "row_bad"),
        ("text", "row_bad"),
        ({"v": "1"}, "value_bad"),
        ({"v": True}, "value_bad"),
        ({"v": None}, "value_bad"),
        ({"v": 10**400}, "value_bad"),
        ({"v": 1, "q": 300}, "quality_bad"),
        ({"v": 1, "q": 150}, "quality_bad"),
        ({"v": 1, "u": "cm"}, "unit_differs"),
    ],
)
def test_one_bad_row_is_refused_and_the_next_goes_on(row: Any, code: str) -> None:
    if isinstance(row, dict) and code != "row_bad":
        row = {"tag": "360982001G0001YW001"} | row
    body = json.dumps(SAID | {"data": [row, {"tag": "360982001G0001YW001", "v": 1}]}).encode()
    found = read(body, TAGS, {"T101.LI": "m"})
    assert [one.code for one in found.refused] == [code]
    assert found.samples == [Sample("T101.LI", AT_MS, 1.0, 192)]
    if code == "tag_unknown":
        assert found.refused == [Refused(0, code, "X")]


@pytest.mark.parametrize(
    ("said", "taken"), [({"u": "mm"}, 0), ({"u": []}, 0), ({"u": ""}, 1), ({"u": None}, 1), ({}, 1)]
)
def test_a_unit_that_nobody_configured_is_not_taken(said: dict[str, Any], taken: int) -> None:
    row = {"tag": "360982001G0001YW001", "v": 7820} | said
    found = read(json.dumps(SAID | {"data": [row]}).encode(), TAGS, {})
    assert len(found.samples) == taken
    assert [one.code for one in found.refused] == ["unit_differs"] * (1 - taken)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"companyCode":"1"}',
        b'{"companyCode":"1","ts":"2026-08-01T10:00:00","data":[]}',
    ],
)
def test_what_cannot_be_read_as_a_whole_is_refused(body: bytes) -> None:
    with pytest.raises(MessageError):
        read(body, TAGS, {})


def test_outside_loopback_a_certificate_is_a_must() -> None:
    said: dict[str, Any] = {"name": "p", "token_file": "t", "company": ["1"], "tag": {"a": "b"}}
    Peer(listen="127.0.0.1:1", **said)
    with pytest.raises(ValueError, match="a certificate is a must"):
        Peer(listen="10.1.1.1:1", **said)
