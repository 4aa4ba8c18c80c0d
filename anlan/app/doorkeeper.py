"""Who lets devices in: nobody before NATS' log is held and a message of our own has come back (7.1)."""

import asyncio
import logging
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nats.js import JetStreamContext

from anlan.adapters.mqtt import listener, raw_log
from anlan.adapters.mqtt.listener import DoorClosedError
from anlan.app.listening import PlainDoorError, asks_for_certificate, plain_doors
from anlan.app.mqtt_way import own_way_in, way_in
from anlan.app.stack.nats_users import DeviceUser, render, write_private
from anlan.kernel.base.config import Config
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.sensing.directory import GatewayEntry

log = logging.getLogger(__name__)

SELF_TEST_S = 10.0
LISTENER_S = 0.2
#: Longer than the 5 s for which NATS may wait for its own answer when a device comes in right after
#: it has read its files again; the next try is let in at once.
TAKEN_UP_S = 20.0


class SelfTestError(RuntimeError):
    """A message through our own MQTT door did not come back out of the log; it stays closed."""


@dataclass(slots=True)
class Doorkeeper:
    """Opens the door once; later only changes the list of who may come in.

    While it `is_refusing` (the disk is nearly full) nobody may: devices keep what they have.
    """

    config: Config
    js: JetStreamContext
    is_open: bool = False
    is_refusing: bool = False
    _waiting: dict[bytes, "asyncio.Future[None]"] = field(default_factory=dict)

    @property
    def _door(self) -> listener.Door:
        return own_way_in(self.config)

    async def refuse_plain(self) -> None:
        """Let nobody in by a door that others reach in clear text. Raises PlainDoorError."""
        door = self.config.mqtt_host, self.config.mqtt_port
        if self.config.client_certificates:
            await self._refuse_without_certificates(*door)
        if self.config.plain_doors:
            return
        if found := await asyncio.to_thread(plain_doors, *door):
            await self.let_in(())
            raise PlainDoorError(
                f"the MQTT door is open in clear text at {', '.join(found)}, port {door[1]}: give "
                "it a certificate, or set ANLAN_PLAIN_DOORS=1 on a closed segment. "
                "MQTT 入口对外是明文，已拒绝放行"
            )

    async def _refuse_without_certificates(self, host: str, port: int) -> None:
        """A door that takes users without passwords must ask everybody for his certificate."""
        try:
            asks = await asyncio.to_thread(asks_for_certificate, host, port)
        except OSError:
            return  # not up yet
        if not asks:
            await self.let_in((), by_certificate=False)
            raise PlainDoorError(
                f"the MQTT door {host}:{port} asks nobody for a certificate, and "
                "ANLAN_CLIENT_CERTIFICATES says that everybody has one. MQTT 入口没有要求客户端证书"
            )

    async def hold_the_log(self) -> None:
        """Make NATS' log exist and our durable consumer of it; devices out if it had to be made."""
        while True:
            try:
                await asyncio.to_thread(listener.come_in, self._door)
                break
            except DoorClosedError as error:
                log.warning("%s", error)
                await asyncio.sleep(LISTENER_S)
        if not await raw_log.has_consumer(self.js):
            # without a consumer NATS forgets what it has acknowledged: nobody may send now
            await self.let_in(())
        await raw_log.make_consumer(self.js)

    async def test_the_door(self) -> None:
        """Send a message through MQTT; the reader of the log must bring it to `recognise`."""
        word = new_ulid().encode()
        self._waiting[word] = came_back = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(SELF_TEST_S):
                await asyncio.to_thread(
                    listener.publish, self._door, listener.SELF_TEST_TOPIC, word
                )
                await came_back
        except TimeoutError as error:
            raise SelfTestError(
                f"a self-test message was acknowledged by MQTT and is not in the log after "
                f"{SELF_TEST_S:g} s; the door stays closed"
            ) from error
        finally:
            self._waiting.pop(word, None)

    def recognise(self, payload: bytes) -> None:
        """Take a self-test message out of the log; one of an earlier run means nothing."""
        waiting = self._waiting.get(payload)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def let_in(
        self, gateways: Iterable[GatewayEntry], *, by_certificate: bool | None = None
    ) -> None:
        """Write who may come in and have NATS read it; nothing is done when nothing changes."""
        if by_certificate is None:
            by_certificate = self.config.client_certificates
        allowed = () if self.is_refusing else sorted(gateways, key=lambda g: g.user)
        devices = [
            DeviceUser(user=g.user, password=g.token, firm=g.firm, gateway=g.code) for g in allowed
        ]
        text = render(
            devices,
            user=self.config.nats_user,
            password=self.config.secret("nats_password_file"),
            by_certificate=by_certificate,
        )
        file = self.config.path("gateways_file")
        if await asyncio.to_thread(_differs, file, text):
            await asyncio.to_thread(write_private, file, text)
            if await asyncio.to_thread(_have_it_read, self.config.path("nats_pid_file")):
                await self._taken_up(devices)
                log.info("%d gateways may come in", len(devices))

    async def _taken_up(self, devices: list[DeviceUser]) -> None:
        """Wait until NATS lets the last of the devices in; a list it cannot read would go unseen."""
        if not devices:
            return
        if self.config.client_certificates:
            return  # nobody but the device has its certificate
        door = way_in(self.config, devices[-1].user, devices[-1].password)
        async with asyncio.timeout(TAKEN_UP_S):
            while True:
                try:
                    await asyncio.to_thread(listener.come_in, door)
                except DoorClosedError:
                    await asyncio.sleep(LISTENER_S)
                else:
                    return


def _differs(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") != text
    except FileNotFoundError:
        return True


def _have_it_read(pid_file: Path) -> bool:
    """Tell the server beside us to read its files again; one elsewhere is its keeper's business."""
    try:
        os.kill(int(pid_file.read_text(encoding="utf-8")), signal.SIGHUP)
    except FileNotFoundError:
        log.warning("%s is missing: have NATS read the list of gateways by hand", pid_file)
        return False
    return True
