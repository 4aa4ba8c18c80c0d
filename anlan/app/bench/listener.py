"""A screen under measurement: listens to the live stream in a process of its own, notes when rows come."""

import asyncio
import json
import time
from multiprocessing.connection import Connection
from typing import Any

import httpx

#: The stream beats far more often than this.
SILENCE_S = 60.0


def listen(url: str, ticket: str, out: Connection) -> None:
    """Send `ready`, then (datastream, condition, occurrence, state, ns) of every alarm row heard."""
    asyncio.run(_listen(url, ticket, out))


async def _listen(url: str, ticket: str, out: Connection) -> None:
    async with (
        httpx.AsyncClient(timeout=SILENCE_S) as client,
        client.stream("GET", url, params={"ticket": ticket}) as stream,
    ):
        stream.raise_for_status()
        event = ""
        async for line in stream.aiter_lines():
            at_ns = time.time_ns()
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                _tell(event, json.loads(line.removeprefix("data: ")), at_ns, out)


def _tell(event: str, data: dict[str, Any], at_ns: int, out: Connection) -> None:
    if event != "rows":
        out.send((event, at_ns))
        return
    for row in data["rows"]:
        if row["type"] == "alerts.alarm":
            state = row["state"]
            out.send((state["datastream_id"], state["condition"], state["last_raised_at"], at_ns))
