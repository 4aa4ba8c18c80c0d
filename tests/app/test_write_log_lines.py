"""GB/T 22239-2019, 8.1.4.3 and 8.1.5.4: a process's log can be collected, and holds no secret."""

import json
import logging
import os
import socket
import subprocess
import sys

import pytest

from anlan.app.log_lines import JsonLines, PlainLines, without_secrets


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("anlan.test", logging.WARNING, "f", 1, message, arguments, None)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://anlan_app:SECRET-7@db.example/anlan failed",
        "password=SECRET-7 user=x",
        "{'password': 'SECRET-7', 'user': 'x'}",
        '{"nats_password": "SECRET-7"}',
        "Authorization: Bearer SECRET-7abc",
        "Cookie: anlan_session=SECRET-7",
        "http://10.0.0.1/link#SECRET-7",
        "X-CSRFToken: SECRET-7",
        "ticket token=SECRET-7&x=1",
    ],
)
def test_8_1_4_3_a_secret_is_struck_out_wherever_it_stands(text: str) -> None:
    assert "SECRET" not in without_secrets(text)
    for lines in (PlainLines(), JsonLines("anlan_app")):
        assert "SECRET" not in lines.format(record("%s", text))


@pytest.mark.parametrize(
    "text",
    [
        "alarm 01J8 raised at 2026-08-01T10:00:00+08:00: 91.2 %",
        "the database did not answer /api/v1/session: timeout",
        "NATS at nats://127.0.0.1:4222 is back after 3 s",
        "12 tokens of a subject are too many",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_8_1_5_4_a_line_of_json_says_when_who_and_what_and_keeps_a_traceback_in_one() -> None:
    one = record("液位 %s", 91.2)
    cause = ValueError("password=SECRET-7")
    one.exc_info = (ValueError, cause, None)
    text = JsonLines("anlan_engine").format(one)
    assert "\n" not in text
    said = json.loads(text)
    assert (said["process"], said["level"], said["message"]) == ("engine", "warning", "液位 91.2")
    assert said["time"].endswith("+00:00")
    assert "ValueError" in said["exception"]
    assert "SECRET" not in text


def test_8_1_5_4_the_setting_turns_the_log_of_a_process_into_json() -> None:
    code = (
        "import django, logging; django.setup(); logging.getLogger('anlan.x').warning('%s', 'ja')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=os.environ
        | {
            "ANLAN_LOG_FORMAT": "json",
            "ANLAN_DB_ROLE": "anlan_worker",
            "DJANGO_SETTINGS_MODULE": "anlan.app.settings",
        },
        check=True,
        capture_output=True,
        text=True,
    )
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(one["process"], one["message"]) for one in said] == [("worker", "ja")]


def lines_of_a_server_that_ends(form: str) -> list[str]:
    """Return what `anlan serve` says when its application cannot be loaded and its worker ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wrong = {"DJANGO_SETTINGS_MODULE": "no.such.settings", "ANLAN_LOG_FORMAT": form}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "anlan", "serve", "--port", str(port)],
        env=os.environ | wrong,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    # it tries again once or twice before it gives up
    told = [line for line in done.stderr.splitlines() if "Unexpected exit from worker-1" in line]
    assert told
    return told


def test_8_1_5_4_d_the_server_of_the_api_writes_its_own_lines_as_the_setting_says() -> None:
    for plain in lines_of_a_server_that_ends("line"):
        assert plain.endswith("ERROR _granian Unexpected exit from worker-1")
    for told in map(json.loads, lines_of_a_server_that_ends("json")):
        assert (told["logger"], told["process"], told["level"]) == ("_granian", "app", "error")
        assert told["message"] == "Unexpected exit from worker-1"
