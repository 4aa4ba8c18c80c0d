"""GB/T 22239-2019, 8.1.5.4 c: the state of the house is collected in one place, by whoever holds the token."""

import re
from pathlib import Path

import pytest
from django.test import Client

from anlan.app.health import metrics
from anlan.app.health.checks import Check
from anlan.kernel.base.config import config

#: A line of the text format 0.0.4: name, labels, value.
SAMPLE = re.compile(r'[a-z_][a-z0-9_]*\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)+\} -?[0-9.e+-]+')


def check(name: str, **figures: float | str | None) -> Check:
    return Check(
        name=name,
        kind="store",
        title="",
        title_en="",
        status="late",
        detail="",
        detail_en="",
        figures=figures,
    )


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    file = tmp_path / "token"
    file.write_text("long-and-random\n")
    monkeypatch.setenv("ANLAN_METRICS_TOKEN_FILE", str(file))
    config.cache_clear()
    monkeypatch.setattr(
        metrics._examination.__class__, "checks", lambda _self, _config: [check("engine", lag_s=2)]
    )
    return "long-and-random"


@pytest.fixture(autouse=True)
def again() -> None:
    config.cache_clear()


def ask(shown: str | None) -> "tuple[int, str]":
    headers = {} if shown is None else {"Authorization": shown}
    answer = Client().get("/metrics", headers=headers)
    return answer.status_code, answer.content.decode()


def test_8_1_5_4_c_whoever_shows_the_token_gets_every_status_and_figure(token: str) -> None:
    status, text = ask(f"Bearer {token}")
    assert status == 200
    assert 'anlan_check_status{check="engine",kind="store"} 2\n' in text
    assert 'anlan_lag_s{check="engine"} 2.0\n' in text


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer ", "Bearer wrong", "Basic long-and-random", "long-and-random"]
)
def test_8_1_5_4_c_nobody_else_gets_anything(token: str, shown: str | None) -> None:
    assert ask(shown) == (401, "")


def test_8_1_5_4_c_without_a_token_file_the_door_stays_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANLAN_METRICS_TOKEN_FILE", str(tmp_path / "none"))
    config.cache_clear()
    assert ask("Bearer ")[0] == 401
    (tmp_path / "none").write_text("\n")
    assert ask("Bearer ")[0] == 401


def test_every_line_is_one_that_a_collector_reads() -> None:
    odd = check('stream "READINGS"\n', full_share=0.5, **{"slice.alerts": 3})
    text = metrics.exposition([odd, check("engine", epoch="01J", lag_s=None, seq=12)])
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples), samples
    names = [line.split("{")[0] for line in samples]
    assert sorted(names) == [
        "anlan_check_status",
        "anlan_check_status",
        "anlan_full_share",
        "anlan_seq",
        "anlan_slice_alerts",
    ]
