"""The past that one box of the demo sends when it is first connected: believed by the door, copied, within its limits."""

from pathlib import Path

import numpy as np
import pytest

from anlan.adapters.mqtt.decode import to_batch
from anlan.adapters.mqtt.signature import is_signed_by, split
from anlan.app.demo import feeds as feeding
from anlan.app.demo.credentials import Credentials
from anlan.app.demo.door import SequenceFile, encode_past
from anlan.app.demo.past import MINUTES, past_of
from anlan.app.demo.plants import read_plants
from anlan.app.demo.troubles import troubles_of
from anlan.engines.honesty.look import findings
from anlan.engines.honesty.month import Kind, Month
from anlan.kernel.base.clock import now

KEY = "ab" * 32
F05 = Credentials(firm="F05", gateway="G1", user="F05.G1", token="t", hmac_key=KEY)


def test_yesterday_is_a_copy_that_the_engine_finds_and_nothing_else() -> None:
    [copied] = troubles_of("F05").copied
    values = np.concatenate([day.values for day in past_of(copied, now())])
    month = Month(
        values=values[None, :],
        step_s=60.0,
        resolution=np.array([copied.resolution]),
        high=np.array([np.nan]),
        unit=np.array([0]),
    )
    [found] = findings(month)
    assert found.kind is Kind.COPIED
    assert found.first == (copied.days - 1) * MINUTES
    assert found.earlier == found.first - copied.lag_days * MINUTES


def test_its_tag_is_one_of_the_plants_and_stays_within_its_limits() -> None:
    [copied] = troubles_of("F05").copied
    [plant] = [one for one in read_plants() if one.code == "F05"]
    tag = dict(plant.mapping.tags())[copied.tag]
    values = np.concatenate([day.values for day in past_of(copied, now())])
    assert tag.fixed is not None
    assert tag.fixed["L"] < values.min() < values.max() < tag.fixed["H"]
    assert tag.resolution == copied.resolution


def test_the_door_reads_it_as_a_backfill() -> None:
    [copied] = troubles_of("F05").copied
    day = past_of(copied, now())[0]
    body, signature = split(encode_past(F05, 1, day.times_ms[-1], day))
    assert is_signed_by(body, signature, [bytes.fromhex(KEY)])
    batch = to_batch(body)
    assert batch.backfill_ms == (day.times_ms[0], day.times_ms[-1] + 1)
    assert batch.times_ms.tolist() == day.times_ms
    assert batch.values.tolist() == day.values


def test_it_is_sent_once_in_the_life_of_a_demo(tmp_path: Path) -> None:
    class Sent:
        firm = "F05"

        def __init__(self) -> None:
            self.numbers: list[int] = []

        def past(self) -> list[str]:
            return ["one", "two"]

        def send_past(self, _day: str, seq: int) -> None:
            self.numbers.append(seq)

    box = Sent()
    for _start in range(2):
        sequences = SequenceFile(tmp_path / "sequences.json")
        feeding.Feeds([box], tmp_path, sequences).catch_up()  # type: ignore[list-item]
    assert box.numbers == [1, 2]


@pytest.mark.parametrize("firm", ["F01", "F11"])
def test_no_other_box_has_such_a_past(firm: str) -> None:
    assert troubles_of(firm).copied == ()
