"""Many screens on the live stream, in one process of their own: how many of them stand.

Run as `python -m anlan.app.bench.screens URL`: tickets come by standard input, a line each; twice a
second a line goes out with how many streams are open, and the last refusal.
"""

import asyncio
import sys

import httpx

SILENCE_S = 60.0
TOLD_EVERY_S = 0.5


async def listen_all(url: str, tickets: list[str]) -> None:
    """Listen with each ticket until every stream has ended."""
    standing: set[int] = set()
    refusals: list[str] = [""]

    async def listen(place: int, ticket: str) -> None:
        try:
            async with client.stream("GET", url, params={"ticket": ticket}) as stream:
                stream.raise_for_status()
                standing.add(place)
                async for _ in stream.aiter_bytes():
                    pass
        except httpx.HTTPError as error:
            refusals[0] = repr(error)
        standing.discard(place)

    limits = httpx.Limits(max_connections=len(tickets))
    async with httpx.AsyncClient(timeout=SILENCE_S, limits=limits) as client:
        tasks = [asyncio.create_task(listen(*one)) for one in enumerate(tickets)]
        while True:
            await asyncio.sleep(TOLD_EVERY_S)
            print(len(standing), refusals[0], flush=True)  # noqa: T201 - it is what we are for
            if all(task.done() for task in tasks):
                return


if __name__ == "__main__":
    asyncio.run(listen_all(sys.argv[1], sys.stdin.read().split()))
