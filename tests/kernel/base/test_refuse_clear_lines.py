"""GB/T 22239-2019, 8.1.4.7 a and 8.1.4.8 a: nothing leaves the machine in clear text by default."""

import pytest

from anlan.kernel.base.config import Config, ConfigurationError, load

CLEAR = {
    "ANLAN_PUBLIC_URL": "http://10.1.2.3:8080",
    "ANLAN_NATS_URL": "nats://hub.example:4222",
    "ANLAN_HISTORY_ENDPOINT": "http://store.example:9000",
    "ANLAN_DATABASE_URL": "postgresql://db.example/anlan",
}
SAFE = {
    "ANLAN_PUBLIC_URL": "https://10.1.2.3",
    "ANLAN_NATS_URL": "tls://hub.example:4222",
    "ANLAN_HISTORY_ENDPOINT": "https://store.example:9000",
    "ANLAN_DATABASE_URL": "postgresql://db.example/anlan?sslmode=verify-full",
}


@pytest.mark.parametrize("name", CLEAR)
def test_8_1_4_8_a_a_line_in_clear_text_is_refused_and_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}.*ANLAN_PLAIN_DOORS"):
        load({name: CLEAR[name]})


@pytest.mark.parametrize("name", CLEAR)
def test_8_1_4_7_a_the_same_line_by_tls_is_taken(name: str) -> None:
    assert isinstance(load({name: SAFE[name]}), Config)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_8_1_4_8_a_a_mode_that_goes_on_without_tls_is_none(mode: str) -> None:
    with pytest.raises(ConfigurationError, match="ANLAN_DATABASE_URL"):
        load({"ANLAN_DATABASE_URL": f"postgresql://10.1.2.3/anlan?sslmode={mode}"})


@pytest.mark.parametrize(
    "environment",
    [
        CLEAR | {"ANLAN_PLAIN_DOORS": "1"},
        CLEAR | {"ANLAN_DEMO": "1"},
        {"ANLAN_DATABASE_URL": "postgresql:///anlan?host=/run/postgresql"},
        {"ANLAN_DATABASE_URL": "postgresql://127.0.0.1/anlan"},
        {"ANLAN_PUBLIC_URL": "http://localhost:8080", "ANLAN_NATS_URL": "nats://[::1]:4222"},
    ],
)
def test_on_this_machine_and_where_it_is_said_clear_text_is_taken(
    environment: dict[str, str],
) -> None:
    assert isinstance(load(environment), Config)


def test_8_1_4_8_a_what_the_address_says_of_tls_reaches_the_connection() -> None:
    from anlan.app.settings import database

    made = database("postgresql://db.example/anlan?sslmode=verify-full&sslrootcert=/ca.pem", "x")
    said = made["OPTIONS"]
    assert (said["sslmode"], said["sslrootcert"]) == ("verify-full", "/ca.pem")
