"""ULIDs, times, and settings: what everything is named, dated and told by."""

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.base import clock
from anlan.kernel.base.config import Config, ConfigurationError, load
from anlan.kernel.base.ids import ULID_LENGTH, derived_ulid, is_ulid, new_ulid
from anlan.kernel.base.settings_check import BESIDE

MOMENTS = st.integers(0, 2**45)


def test_new_ulids_differ_and_are_canonical() -> None:
    made = [new_ulid() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(is_ulid(one) and len(one) == ULID_LENGTH for one in made)


@given(at_ms=MOMENTS, shard=st.integers(0, 63), seq=st.integers(1, 2**60))
def test_one_cause_has_one_ulid_and_another_cause_another(at_ms: int, shard: int, seq: int) -> None:
    made = derived_ulid(at_ms, "epoch", shard, seq, 0)
    assert is_ulid(made)
    assert made == derived_ulid(at_ms, "epoch", shard, seq, 0)
    assert made != derived_ulid(at_ms, "epoch", shard, seq, 1)


def test_the_parts_of_a_cause_do_not_run_into_one_another() -> None:
    assert derived_ulid(0, "a", "bc") != derived_ulid(0, "ab", "c")
    assert derived_ulid(0, 1, 23) != derived_ulid(0, 12, 3)


@given(early=MOMENTS, later=MOMENTS)
def test_the_order_of_ulids_is_the_order_of_their_times(early: int, later: int) -> None:
    if early < later:
        assert derived_ulid(early, "x") < derived_ulid(later, "a")


@pytest.mark.parametrize(
    "text",
    ["", "x", "01J0000000000000000000000", "01j00000000000000000000000",
     "81J00000000000000000000000", "0IJ00000000000000000000000", "01J000000000000000000000é0"],
)  # fmt: skip
def test_what_is_no_ulid_is_refused(text: str) -> None:
    assert not is_ulid(text)


def test_the_clock_is_aware_and_whole_in_both_directions() -> None:
    before = clock.now_ms()
    moment = clock.now()
    assert moment.tzinfo is UTC
    assert before <= clock.to_ms(moment) + 1
    assert abs(clock.now_ms() - clock.to_ms(moment)) < 60_000


@given(ms=MOMENTS)
def test_milliseconds_survive_the_way_there_and_back(ms: int) -> None:
    assert clock.to_ms(clock.from_ms(ms)) == ms


def test_a_moment_is_the_same_whatever_the_zone_it_is_told_in() -> None:
    moment = datetime(2026, 8, 1, 2, 0, tzinfo=UTC)
    told = moment.astimezone(clock.SHANGHAI)
    assert told.utcoffset() == timedelta(hours=8)
    assert clock.to_ms(told) == clock.to_ms(moment)


def test_settings_come_from_file_and_environment_which_wins(tmp_path: Path) -> None:
    file = tmp_path / "anlan.toml"
    file.write_text('node = "n640181"\nserve_port = 9000\ndemo = true\n', encoding="utf-8")
    found = load({"ANLAN_CONFIG": str(file), "ANLAN_SERVE_PORT": "9001", "PATH": "/bin"})
    assert (found.node, found.serve_port, found.demo) == ("n640181", 9001, True)
    assert found.live_port == Config().live_port


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"ANLAN_SERVE_PORT": "many"}, "ANLAN_SERVE_PORT='many'.* is not a int"),
        ({"ANLAN_DEMO": "perhaps"}, "ANLAN_DEMO='perhaps'.* is not a bool"),
        ({"ANLAN_NODE": "n640181.lab"}, "ANLAN_NODE='n640181.lab': .*n640181"),
        ({"ANLAN_NODE": "n*"}, "ANLAN_NODE"),
        ({"ANLAN_NODE": ""}, "ANLAN_NODE"),
        ({"ANLAN_HOME": "/nowhere/at/all"}, "mkdir -p /nowhere/at/all"),
        ({"ANLAN_DATABASE_URL": "mysql://host/anlan"}, "ANLAN_DATABASE_URL.*postgresql:///"),
        ({"ANLAN_DATABASE_URL": "host=/run"}, "names no database"),
        ({"ANLAN_DB_ROLE": "anlan app"}, "ANLAN_DB_ROLE"),
        ({"ANLAN_NATS_URL": "127.0.0.1:4222"}, "ANLAN_NATS_URL.*nats://"),
        ({"ANLAN_NATS_URL": "nats://host:99999"}, "ANLAN_NATS_URL"),
        ({"ANLAN_PUBLIC_URL": "anlan.example.cn"}, "ANLAN_PUBLIC_URL.*http://"),
        ({"ANLAN_SERVE_PORT": "0"}, "ANLAN_SERVE_PORT='0': .*65535"),
        ({"ANLAN_MQTT_PORT": "70000"}, "ANLAN_MQTT_PORT"),
        ({"ANLAN_SEGMENT_SECONDS": "nan"}, "ANLAN_SEGMENT_SECONDS"),
        ({"ANLAN_SESSION_IDLE_MINUTES": "-5"}, "ANLAN_SESSION_IDLE_MINUTES"),
        ({"ANLAN_SUPPRESSION_DAYS": "0"}, "ANLAN_SUPPRESSION_DAYS='0': .*1 to 366 days"),
        ({"ANLAN_SUPPRESSION_DAYS": "3650"}, "ANLAN_SUPPRESSION_DAYS"),
        ({"ANLAN_DATABSE_URL": "x"}, "ANLAN_DATABSE_URL.*did you mean ANLAN_DATABASE_URL"),
        ({"ANLAN_COLOUR_OF_THE_SKY": "x"}, "ANLAN_COLOUR_OF_THE_SKY: .*no such setting"),
        ({"ANLAN_CONFIG": "/nowhere/anlan.toml"}, "ANLAN_CONFIG.*No such file"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        load(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {"ANLAN_NODE": "n1"},
        {"ANLAN_DATABASE_URL": "postgresql:///anlan?host=/run/postgresql"},
        {"ANLAN_DATABASE_URL": "dbname=anlan host=/run"},
        {"ANLAN_NATS_URL": "tls://bus.example.cn:4222"},
        {"ANLAN_PUBLIC_URL": "https://anlan.example.cn"},
        {"ANLAN_SECRET_KEY_FOR_TESTS": "x", "ANLAN_READY_FILE": "ready", "PATH": "/bin"},
    ],
)
def test_a_right_setting_passes(environment: dict[str, str]) -> None:
    assert isinstance(load(environment), Config)


def test_every_variable_that_the_product_reads_is_known() -> None:
    root = Path(__file__).parents[3]
    files = [*root.glob("anlan/**/*.py"), *root.glob("scripts/*"), *root.glob("web/*.ts")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
    settings = {f"ANLAN_{field.name.upper()}" for field in fields(Config)}
    assert set(re.findall(r"ANLAN_[A-Z][A-Z_]*[A-Z]", text)) - settings - BESIDE == set()


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "anlan.toml"
    file.write_text("node = \n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"anlan\.toml"):
        load({"ANLAN_CONFIG": str(file)})


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "anlan.toml"
    file.write_text('colour = "red"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="colour"):
        load({"ANLAN_CONFIG": str(file)})


@pytest.mark.parametrize("word", ["1", "true", "True", "YES"])
def test_yes_is_said_in_several_ways(word: str) -> None:
    assert load({"ANLAN_DEBUG": word}).debug


def test_paths_hang_on_home_unless_they_are_absolute(tmp_path: Path) -> None:
    found = Config(home=tmp_path, history_dir=Path("history"), documents_dir=tmp_path / "d")
    assert found.path("history_dir") == tmp_path / "history"
    assert found.path("documents_dir") == tmp_path / "d"


def test_a_secret_is_read_from_its_file_and_a_missing_one_says_which(tmp_path: Path) -> None:
    found = Config(home=tmp_path)
    with pytest.raises(ConfigurationError, match="ANLAN_SECRET_KEY_FILE"):
        found.secret("secret_key_file")
    (tmp_path / "secret_key").write_text("hush\n", encoding="utf-8")
    assert found.secret("secret_key_file") == "hush"
