"""Another platform posts readings: real HTTPS, token, repeats, refusals, no room."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from anlan.adapters.mqtt.decode import to_batch
from anlan.adapters.platform_json.settings import Peer
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.platform_door import PATH, PlatformDoor
from anlan.app.collecting.state import Told
from anlan.app.stack.ports import free_port
from tests.adapters.platform_json.test_read_a_message import SAID, TAGS
from tests.app.collecting.certificate import certificate

TOKEN = "a token"


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[tuple[PlatformDoor, httpx.AsyncClient]]:
    """Give a door that answers over HTTPS, and a client that trusts it."""
    certificate(folder)
    port = free_port()
    settings = Peer(
        name="p", listen=f"127.0.0.1:{port}", certificate_file="cert.pem",
        certificate_key_file="key.pem", token_file="t", company=["360982001"], tag=TAGS,
        unit=dict.fromkeys(TAGS.values(), "m"),
    )  # fmt: skip
    thread = OutboxThread(
        Outbox(
            folder / "o.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 1024**2
        )
    )
    door = PlatformDoor(settings, folder, TOKEN.encode(), thread, Told("p", "platform"))
    work = asyncio.create_task(door.run())
    trusting = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    async with httpx.AsyncClient(
        verify=trusting, trust_env=False, base_url=f"https://localhost:{port}",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as client:  # fmt: skip
        async with asyncio.timeout(20):
            while True:
                with suppress(httpx.TransportError):
                    await client.get("/")
                    break
                await asyncio.sleep(0.01)
        try:
            yield door, client
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            thread.close()


def said(**more: Any) -> bytes:
    return json.dumps(SAID | more).encode()


async def test_readings_are_on_disk_when_they_are_answered(tmp_path: Path) -> None:
    async with listening(tmp_path) as (door, client):
        answer = await client.post(PATH, content=said())
        assert answer.status_code == 202
        assert answer.json() == {"accepted": 1, "refused": [], "repeated": False}
        one = door.thread.outbox.following()
        assert one is not None
        assert to_batch(one.body).values.tolist() == [7.82]
        again = await client.post(PATH, content=said())
        assert again.json()["repeated"] is True
        assert door.thread.outbox.following(done=one.seq) is None
        assert door.state.counts["alarms_not_taken"] == 2
        assert door.state.last_reading_ms == 1_785_549_600_000


@pytest.mark.parametrize(
    ("content", "token", "status", "code"),
    [
        (said(), "other", 401, "base.not_signed_in"),
        (said(companyCode="1"), TOKEN, 422, "collect.foreign_company"),
        (b"{", TOKEN, 422, "sensing.unreadable"),
        (b" " * (1024**2 + 1), TOKEN, 413, "base.too_large"),
    ],
)
async def test_what_is_refused_is_said_with_its_code(
    tmp_path: Path, content: bytes, token: str, status: int, code: str
) -> None:
    async with listening(tmp_path) as (door, client):
        answer = await client.post(
            PATH, content=content, headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert door.thread.outbox.following() is None


async def test_without_room_the_sender_is_told_to_keep_them(tmp_path: Path) -> None:
    async with listening(tmp_path) as (door, client):
        door.thread.outbox.limit_bytes = 0
        answer = await client.post(PATH, content=said())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
