"""What a file names as tables and columns: never SQL; the password never in the URL."""

from typing import Any

import msgspec
import pytest

from anlan.adapters.exchange_db.settings import Exchange

GOOD: dict[str, Any] = {
    "name": "province", "url": "postgresql+psycopg://u@h/d", "view": "v", "tag_column": "位号", "time": "at",
    "value": "值$", "watermark": "id", "key": ["id"], "tag": {"P1": "T"},
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"view": "v; DROP TABLE x"}, {"view": 'v" --'}, {"value": "val, password"}, {"schema": "a.b"},
        {"watermark": "1=1"}, {"key": []}, {"key": ["id)"]}, {"where": [{"column": "a'", "value": 1}]},
        {"url": "postgresql://u:secret@h/d"}, {"time_zone": "Asia/Nowhere"}, {"qualities": {"0": 7}},
    ],
)  # fmt: skip
def test_what_is_no_name_never_becomes_sql(wrong: dict[str, Any]) -> None:
    assert msgspec.convert(GOOD, Exchange).view == "v"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(GOOD | wrong, Exchange)


@pytest.mark.parametrize(
    ("url", "is_clear"),
    [
        ("postgresql+psycopg://u@h/d", True),
        ("postgresql+psycopg://u@h/d?sslmode=prefer", True),
        ("postgresql+psycopg://u@h/d?sslmode=verify-full", False),
        ("postgresql+psycopg://u@localhost/d", False),
        ("sqlite:////var/exchange.sqlite", False),
    ],
)
def test_a_line_that_asks_for_no_encryption_is_told(url: str, *, is_clear: bool) -> None:
    assert msgspec.convert(GOOD | {"url": url}, Exchange).is_clear_text == is_clear
