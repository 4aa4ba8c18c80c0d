"""What is wrong at the demo's gateways is really sent, at the seconds that the file says."""

import numpy as np
import pytest

from anlan.adapters.mqtt.decode import to_batch
from anlan.adapters.mqtt.signature import is_signed_by, split
from anlan.app.demo.credentials import Credentials
from anlan.app.demo.door import encode_nan
from anlan.app.demo.plants import read_plants
from anlan.app.demo.troubles import Beat, read_troubles, troubles_of
from anlan.kernel.sensing.rules import Asked, limit_error

KEY = "ab" * 32
F06 = Credentials(firm="F06", gateway="G1", user="F06.G1", token="t", hmac_key=KEY)


@pytest.mark.parametrize(
    ("after", "upto", "times"),
    [
        (-1.0, 0.2, 0),
        (19.4, 20.1, 1),
        (20.1, 21.1, 0),
        (919.5, 920.5, 1),
        (920.5, 1700.0, 0),
    ],
)
def test_a_beat_falls_once_at_its_second_and_again_after_its_period(
    after: float, upto: float, times: int
) -> None:
    assert Beat(from_s=20.0, every_s=900.0).falls(after, upto) is bool(times)


def test_an_unregistered_tag_is_sent_beside_the_others_when_it_falls_due() -> None:
    wrong = troubles_of("F05")
    assert wrong.said({"TK01.LI": 6.2}, 0.0, 1.0) == (["TK01.LI"], [6.2])
    assert wrong.said({"TK01.LI": 6.2}, 19.9, 20.9) == (["TK01.LI", "TK07.LI"], [6.2, 6.2])


def test_a_stuck_tag_says_one_value_whatever_was_measured() -> None:
    wrong = troubles_of("F09")
    assert wrong.said({"GD31.AI": 2.0, "GD32.AI": 7.7}, 0.0, 1.0)[1] == [2.0, 3.1]


def test_a_bare_nan_is_signed_and_is_no_value_at_the_door() -> None:
    body, signature = split(encode_nan(F06, 7, 1_800_000_000_000, ["A.LI", "A.TI"], [1.25, 1.25]))
    assert is_signed_by(body, signature, [bytes.fromhex(KEY)])
    assert body.endswith(b'"v":[1.25,NaN]}}')
    values = to_batch(body).values
    assert values[0] == 1.25
    assert np.isnan(values[1])


def test_messages_are_lost_once_an_hour_and_elsewhere_none() -> None:
    assert troubles_of("F11").lost_messages(44.5, 45.5) == 3
    assert troubles_of("F11").lost_messages(45.5, 46.5) == 0
    assert troubles_of("F01").lost_messages(44.5, 45.5) == 0


def test_every_trouble_names_a_firm_and_a_tag_of_the_demo() -> None:
    tags = {plant.code: {name for name, _ in plant.mapping.tags()} for plant in read_plants()}
    raw = read_troubles()
    for row in (*raw["stuck"], *raw["unlimited"]):
        assert row["tag"] in tags[row["firm"]]
    for row in raw["unregistered"]:
        assert row["like"] in tags[row["firm"]]
        assert row["tag"] not in tags[row["firm"]]
    for row in (*raw["nan"], *raw["skipped"], *raw["slow_clock"], *raw["unplaced"]):
        assert row["firm"] in tags


def test_the_limit_that_notices_a_stuck_tag_can_stand() -> None:
    for row in read_troubles()["stuck"]:
        said = {key: one for key, one in row["limit"].items() if not key.startswith("reason")}
        assert limit_error(Asked(**said), {}) is None
