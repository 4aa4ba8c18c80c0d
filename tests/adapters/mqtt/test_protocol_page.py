"""The published vectors are what the generator makes and what the door reads."""

import json
import re
from typing import Any

import pytest

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX, ROWS_MAX
from anlan.adapters.mqtt.decode import to_batch
from anlan.adapters.mqtt.signature import is_signed_by, sign, split
from anlan.app.doors import Outcome
from anlan.kernel.sensing import intake
from tests.adapters.mqtt.vectors import FILE, text

PUBLISHED: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
PAGE = FILE.with_suffix(".md").read_text(encoding="utf-8")
KEY = bytes.fromhex(PUBLISHED["key_hex"])


def test_the_published_vectors_are_the_generated_ones() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "python -m tests.adapters.mqtt.vectors"


@pytest.mark.parametrize("vector", PUBLISHED["vectors"], ids=lambda vector: str(vector["name"]))
def test_the_door_reads_each_vector_as_published(vector: dict[str, Any]) -> None:
    payload, wanted = bytes.fromhex(vector["payload_hex"]), vector["decoded"]
    body, signature = split(payload)
    assert body.hex() == vector["body_hex"]
    assert signature == vector["hmac_sha256"].encode()
    assert is_signed_by(body, signature, [KEY])
    assert sign(body, KEY) == payload
    raw = to_batch(body)
    columns = (raw.tag_at, raw.times_ms, raw.values, raw.quality)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    assert [[raw.tags[at], t, v, q] for at, t, v, q in rows] == wanted["readings"]
    assert [[refusal.row, refusal.code] for refusal in raw.refusals] == wanted["refused"]
    assert (raw.gateway, raw.seq) == ("G1", wanted["seq"])
    assert raw.exercise_id == wanted.get("exercise")
    assert raw.backfill_ms == (tuple(wanted["backfill"]) if "backfill" in wanted else None)


def test_the_page_names_every_reason_and_limit() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))
    reasons = {intake.TAG_UNKNOWN, intake.UNIT_DIFFERS, intake.VALUE_BAD, intake.TIME_BAD}
    reasons |= {intake.QUALITY_BAD, intake.ROW_BAD}
    wholes = {str(one) for one in Outcome} - {"kept", "repeat", "later"}
    assert reasons | wholes <= named
    assert f"{ROWS_MAX:,}" in PAGE
    assert f"{MESSAGE_BYTES_MAX // 1024**2} MiB" in PAGE


def test_the_example_of_the_page_is_the_first_vector() -> None:
    example = re.search(r"```\n(\{.*?)\n([0-9a-f]{64})\n```", PAGE, re.DOTALL)
    assert example is not None
    first = PUBLISHED["vectors"][0]
    assert example[1].encode().hex() == first["body_hex"]
    assert example[2] == first["hmac_sha256"]
