"""The worker writes down what the live stream refused, as every refused act: who, what, why, how often."""

import asyncio

import msgspec
import pytest

from anlan.app import told_refusals
from anlan.app.streaming.refusals import Told, act_refused
from anlan.app.told_refusals import keep, keep_told
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import NotPermittedError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.services.refusals import KINDS_MAX
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.app.listener import until

NOT_LISTED = NotPermittedError("管理员只能从指定的地址登录", code="people.address_not_listed")


def written() -> list[Journal]:
    with unit_of_work(machine("test"), read_only=True):
        return list(Journal.objects.filter(type="base.act.refused").order_by("id"))


def told(actor: str = "user:x") -> Told:
    said = act_refused("GET", "/live", "203.0.113.9", NOT_LISTED)
    return Told(actor=actor, exercise_id=None, said=said)


@pytest.mark.django_db(transaction=True)
def test_8_1_4_3_a_what_the_live_stream_refused_is_written_down() -> None:
    for _n in range(3):
        keep(told())
    keep(told("system:worker"))
    [row] = written()
    assert (row.actor, row.data["route"]) == ("user:x", "/live")
    assert row.data["reason"] == "people.address_not_listed"
    assert (row.data["address"], row.data["times"]) == ("203.0.113.9", 1)


@pytest.mark.django_db(transaction=True)
def test_8_1_4_3_a_curves_out_of_reach_fill_no_journal() -> None:
    for _n in range(KINDS_MAX + 10):
        one = act_refused("POST", "/live/watch", "10.0.0.1", object_id=new_ulid())
        keep(Told(actor="user:x", exercise_id=None, said=one))
    reasons = [row.data["reason"] for row in written()]
    assert reasons == ["not_there_or_out_of_reach"] * KINDS_MAX + ["many"]


async def test_the_worker_hears_what_is_told_and_survives_what_it_cannot_read(
    settings_of_run: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: asyncio.Queue[Told] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(
        told_refusals, "keep", lambda one: loop.call_soon_threadsafe(kept.put_nowait, one)
    )
    worker, live = [await bus.connect(settings_of_run, "test") for _ in range(2)]
    stop = asyncio.Event()
    keeping = asyncio.create_task(keep_told(settings_of_run, worker, stop))
    subject = bus.refusals_subject(settings_of_run.node)
    async with asyncio.timeout(20):
        await until(lambda: bool(worker._subs))
        await worker.flush()
        await live.publish(subject, b"no refusal")
        await live.publish(subject, msgspec.json.encode(told()))
        assert await kept.get() == told()
        stop.set()
        await keeping
    await worker.close()
    await live.close()


async def test_of_two_workers_one_writes_what_is_told(
    settings_of_run: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: asyncio.Queue[Told] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(
        told_refusals, "keep", lambda one: loop.call_soon_threadsafe(kept.put_nowait, one)
    )
    first, second, live = [await bus.connect(settings_of_run, "test") for _ in range(3)]
    stop = asyncio.Event()
    keeping = [
        asyncio.create_task(keep_told(settings_of_run, one, stop)) for one in (first, second)
    ]
    actors = [f"user:{n}" for n in range(20)]
    async with asyncio.timeout(20):
        await until(lambda: bool(first._subs) and bool(second._subs))
        await first.flush()
        await second.flush()
        for actor in actors:
            await live.publish(
                bus.refusals_subject(settings_of_run.node), msgspec.json.encode(told(actor))
            )
        await live.flush()
        for worker in (first, second):
            await worker.flush()  # what the server had for it has come
            for subscription in list(worker._subs.values()):
                await subscription._pending_queue.join()  # and is kept
        stop.set()
        await asyncio.gather(*keeping)
    for one in (first, second, live):
        await one.close()
    heard = [kept.get_nowait().actor for _ in range(kept.qsize())]
    assert sorted(heard) == sorted(actors)
