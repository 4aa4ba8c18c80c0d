"""Packed once, read by everybody: a gzip stream of blocks that no listener has for himself alone."""

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.app.live import _takes_gzip
from anlan.app.streaming.client import Client
from anlan.app.streaming.hub import Hub
from anlan.app.streaming.packing import HEADER, SMALL_BYTES, packed
from anlan.kernel.base.permissions import Scope
from tests.app.streaming.screen import drain, ticket
from tests.app.streaming.test_tell_audiences import Told, listen

FRAMES = st.lists(
    st.one_of(st.binary(max_size=20), st.binary(min_size=SMALL_BYTES, max_size=3 * SMALL_BYTES))
)


@given(FRAMES)
def test_any_frames_come_back_as_one_stream_each_as_soon_as_it_is_there(
    frames: list[bytes],
) -> None:
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(HEADER) == b""
    for frame in frames:
        assert reader.decompress(packed(frame)) == frame


def test_who_came_later_reads_the_same_blocks() -> None:
    early, late = packed(b"a" * 5_000), packed(b"b" * 5_000)
    reader = gzip.GzipFile(fileobj=io.BytesIO(HEADER + late))
    assert reader.read(5_000) == b"b" * 5_000
    assert len(early) < 100


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_frame_is_packed_once_for_all_and_says_what_the_others_hear(told: Told) -> None:
    hub = Hub()
    plain = listen(hub)
    packing = [Client(ticket=ticket(Scope(divs=((0, 2**60),))), is_packed=True) for _ in range(3)]
    for one in packing:
        hub.attach(one, None)
    drain(plain)
    hub.hear([told.event(data={"note": "长" * 700})], 10.0)
    blocks = [one._queue[-1] for one in packing]
    assert all(block is blocks[0] for block in blocks)
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(b"".join(packing[0]._queue)).endswith(plain._queue[-1])
    assert len(blocks[0]) < len(plain._queue[-1]) / 2


def test_the_line_counts_what_leaves_of_what_cannot_wait_and_what_is_read_of_the_rest(
    told: Told,
) -> None:
    hub = Hub()
    hub.line._most = hub.line._left = 200_000
    mine = Client(ticket=ticket(Scope(divs=((0, 2**60),))), is_packed=True)
    hub.attach(mine, None)
    hub.hear([told.event(data={"note": "长" * 700, "priority": 1}) for _ in range(400)], 10.0)
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    said = reader.decompress(b"".join(mine._queue))
    kinds = [line for line in said.split(b"\n") if line.startswith(b"event: ")]
    assert kinds == [b"event: hello", b"event: groups", b"event: rows"]
    assert said.count(b'"note"') == 400


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        (b"gzip, deflate, br", True),
        (b"br;q=1.0, GZIP;q=0.8", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.0, identity", False),
        (b"x-gzipped", False),
        (b"", False),
    ],
)
def test_who_refuses_gzip_is_sent_none(said: bytes, takes: bool) -> None:  # noqa: FBT001
    assert _takes_gzip(said) is takes
