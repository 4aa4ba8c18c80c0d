"""Does the bus still write? After a full disk JetStream refuses for ever, until it is restarted.

Each stream that met the full disk refuses by itself: that ours of the probe takes a message says
nothing of the others, the server's own health does.
"""

import asyncio
import shutil

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StorageType, StreamConfig

from anlan.app.stack.nats import NatsServer

STREAM = "PROBE"
SUBJECT = "probe.write"
PATIENCE_S = 4.0
#: of the disk; below it writes fail for a good reason, and a restart would not help
FREE_SHARE = 0.05


def writes(server: NatsServer) -> bool:
    """Tell whether a message is stored within a few seconds; true as well when the disk is full."""
    usage = shutil.disk_usage(server.folder)
    if usage.free < usage.total * FREE_SHARE:
        return True
    if server.write_errors():
        return False
    try:
        asyncio.run(asyncio.wait_for(_store_one(server), PATIENCE_S))
    except (NatsError, OSError, TimeoutError):
        return False
    return True


async def _store_one(server: NatsServer) -> None:
    async def quiet(_error: Exception) -> None:
        """The answer says it; the library would print a traceback."""

    bus = Client()
    try:
        await bus.connect(
            server.url,
            user=server.user,
            password=server.password,
            allow_reconnect=False,
            connect_timeout=2,
            error_cb=quiet,
        )
        stream = bus.jetstream(timeout=2)
        config = StreamConfig(
            name=STREAM, subjects=[SUBJECT], storage=StorageType.FILE, max_msgs=1, max_bytes=65536
        )
        await stream.add_stream(config)
        await stream.publish(SUBJECT, b"?")
    finally:
        await bus.close()
        await asyncio.sleep(0)  # the socket is closed by the loop's next turn
