"""What a crowd of screens hears is noted by cause and screen, and told in milliseconds."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from anlan.app.bench.crowd_heard import told_of
from anlan.app.bench.crowd_screens import Heard

RAISED = "2026-08-01T02:00:00+00:00"
RAISED_NS = 1_785_549_600_000_000_000


def row(alarm: str, **state: Any) -> dict[str, Any]:
    said = {"last_raised_at": RAISED, "instrument_state": "active", "priority": 1} | state
    return {"type": "alerts.alarm", "id": alarm, "version": 1, "gone": False, "state": said}


def frame(event: str, *rows: dict[str, Any]) -> bytes:
    body = msgspec.json.encode({"position": 1, "rows": rows})
    return b"id: 1\nevent: %s\ndata: %s" % (event.encode(), body)


def told(heard: Heard, folder: Path) -> Any:
    heard.bytes_by_s.update({10: 1, 11: 500, 13: 700, 14: 1})
    heard.note_down(folder / "heard.npz")
    return told_of(folder / "heard.npz")


def test_the_first_frame_of_each_cause_counts_and_no_later_one(tmp_path: Path) -> None:
    heard = Heard(2)
    said = frame("rows", row("a1"), row("g1", cause_key="gateway:x"))
    heard.take(0, said, RAISED_NS + 5_000_000)
    heard.take(0, said, RAISED_NS + 9_000_000)
    heard.take(1, said, RAISED_NS + 7_000_000)
    found = told(heard, tmp_path)
    assert found.reds_ms.tolist() == [[5.0, 7.0]]
    assert found.gateways_ms.tolist() == [[5.0, 7.0]]


def test_a_screen_that_never_hears_of_a_cause_is_not_forgotten(tmp_path: Path) -> None:
    heard = Heard(2)
    heard.take(1, frame("rows", row("a1")), RAISED_NS)
    assert told(heard, tmp_path).reds_ms.tolist() == [[np.inf, 0.0]]


def test_members_returns_and_counts_are_no_first_of_a_cause(tmp_path: Path) -> None:
    heard = Heard(1)
    heard.take(0, frame("rows", row("a1", parent_id="g1", cause_key="gateway:x")), RAISED_NS)
    heard.take(0, frame("rows", row("a2", instrument_state="normal")), RAISED_NS)
    heard.take(0, frame("rows", row("a3", priority=3)), RAISED_NS)
    heard.take(0, frame("groups"), RAISED_NS)
    found = told(heard, tmp_path)
    assert found.reds_ms.size == found.gateways_ms.size == 0
    assert found.frames == {"rows": 3, "groups": 1}


def test_seconds_in_which_nothing_came_count_and_broken_ones_do_not(tmp_path: Path) -> None:
    assert told(Heard(1), tmp_path).rate.tolist() == [500, 0, 700]
