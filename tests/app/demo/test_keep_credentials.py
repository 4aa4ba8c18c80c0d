"""What the boxes of the demonstration know about themselves."""

from pathlib import Path

from anlan.app.demo.credentials import Credentials, read_credentials, write_credentials


def box(firm: str, gateway: str) -> Credentials:
    return Credentials(
        firm=firm, gateway=gateway, user=f"{firm}.{gateway}", token="t", hmac_key="k"
    )


def test_a_gateway_that_a_visitor_adds_does_not_take_the_place_of_the_plants_own(
    tmp_path: Path,
) -> None:
    write_credentials(tmp_path, [box("F01", "G9"), box("F01", "G1"), box("F02", "G1")])

    known = read_credentials(tmp_path)

    assert {firm: one.gateway for firm, one in known.items()} == {"F01": "G1", "F02": "G1"}
    assert (tmp_path / "gateways.json").stat().st_mode & 0o077 == 0


def test_before_anything_is_loaded_there_are_none(tmp_path: Path) -> None:
    assert read_credentials(tmp_path) == {}
