"""A real OPC UA server is watched: values, times, status codes, its clock, a broken line, certificates."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

from anlan.adapters.opcua.reading import Change, change_of
from anlan.adapters.opcua.settings import Watched
from anlan.adapters.opcua.watch import AwayError, Watch
from anlan.app.stack.ports import free_port
from anlan.kernel.base.clock import now
from tests.adapters.opcua.server import Plant, plant

#: A server takes seconds to come up: what does not break it shares one.
shared = pytest.mark.asyncio(loop_scope="module")
NODES = {"ns=2;s=T101.LI": "LEVEL", "ns=2;s=P1": "PUMP"}
SAID = {"period_s": 0.05, "sampling_s": 0.05, "timeout_s": 2.0}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made() -> AsyncIterator[Plant]:
    async with plant() as one:
        yield one


def watch(url: str, folder: Path, **said: Any) -> Watch:
    return Watch(
        Watched(name="s", url=url, **({"security": "None", "node": NODES} | SAID | said)), folder
    )


async def heard(one: Watch, holds: Callable[[list[Change]], object]) -> list[Change]:
    """Take changes until they are what is waited for."""
    found: list[Change] = []
    async with asyncio.timeout(10):
        while not holds(found):
            found += await one.changes()
    return found


@shared
async def test_present_values_come_first_and_changes_with_their_own_time(
    made: Plant, tmp_path: Path
) -> None:
    one = watch(made.url, tmp_path)
    await one.open()
    first = await heard(one, lambda found: len(found) == 2)
    assert {change.tag: change.value for change in first} == {"LEVEL": 1.5, "PUMP": 1.0}
    at = datetime(2026, 8, 1, 2, tzinfo=UTC)
    await made.say(2.5, at=at)
    [change] = await heard(one, len)
    assert change == Change("LEVEL", at, 2.5, 192, 0)
    await one.close()


@pytest.mark.parametrize(
    ("status", "quality"),
    [
        (ua.StatusCodes.Good, 192),
        (ua.StatusCodes.UncertainLastUsableValue, 64),
        (ua.StatusCodes.BadSensorFailure, 0),
    ],
)
def test_a_status_code_becomes_a_quality(status: int, quality: int) -> None:
    told = ua.DataValue(ua.Variant(1.0, ua.VariantType.Double), StatusCode=ua.StatusCode(status))
    assert change_of("T", told).quality == quality


@pytest.mark.parametrize("value", [float("nan"), "text", None, [1.0]])
def test_what_is_no_number_has_no_value(value: object) -> None:
    assert change_of("T", ua.DataValue(ua.Variant(value))).value is None


@shared
async def test_a_bad_status_is_told(made: Plant, tmp_path: Path) -> None:
    one = watch(made.url, tmp_path)
    await one.open()
    await heard(one, lambda found: len(found) == 2)
    await made.say(3.5, at=now(), status=ua.StatusCodes.BadSensorFailure)
    [change] = await heard(one, len)
    # this server says no value with it; others do
    assert (change.tag, change.quality) == ("LEVEL", 0)
    await one.close()


@shared
async def test_what_does_not_change_can_be_read_with_the_servers_time(
    made: Plant, tmp_path: Path
) -> None:
    one = watch(made.url, tmp_path)
    await one.open()
    long_ago = datetime(2026, 8, 1, 2, tzinfo=UTC)
    await made.say(2.5, at=long_ago)
    [change] = await one.refresh({"LEVEL"})
    assert (change.tag, change.value) == ("LEVEL", 2.5)
    assert change.at is not None
    assert now() - change.at < timedelta(seconds=10)
    assert abs(await one.skew()) < timedelta(seconds=1)
    await one.close()


@shared
async def test_a_node_that_is_not_there_is_named_and_the_others_are_watched(
    made: Plant, tmp_path: Path
) -> None:
    one = watch(made.url, tmp_path, node=NODES | {"ns=2;s=NONE": "NONE"})
    await one.open()
    assert one.refused == {"ns=2;s=NONE": "BadNodeIdUnknown"}
    await heard(one, lambda found: len(found) == 2)
    await one.close()
    with pytest.raises(AwayError, match="no node can be watched"):
        await watch(made.url, tmp_path, node={"ns=2;s=NONE": "NONE"}).open()


async def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    one = watch(f"opc.tcp://127.0.0.1:{free_port()}", tmp_path)
    with pytest.raises(AwayError):
        await one.open()
    with pytest.raises(AwayError):
        await one.changes()


async def certificate(folder: Path, name: str, uri: str) -> tuple[str, str]:
    key, cert = folder / f"{name}.pem", folder / f"{name}.der"
    await setup_self_signed_certificate(
        key, cert, uri, "localhost",
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
        {"organizationName": "Anlan"},
    )  # fmt: skip
    return cert.name, key.name


async def test_a_server_is_known_by_its_certificate_and_what_is_said_is_encrypted(
    tmp_path: Path,
) -> None:
    server_cert, server_key = await certificate(tmp_path, "server", "urn:test:server")
    cert, key = await certificate(tmp_path, "client", "urn:anlan:collector")
    other, _ = await certificate(tmp_path, "other", "urn:test:server")

    async def secure(server: Server) -> None:
        await server.set_application_uri("urn:test:server")
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(tmp_path / server_cert)
        await server.load_private_key(tmp_path / server_key)

    files = {"certificate_file": cert, "certificate_key_file": key, "security": "Basic256Sha256"}
    async with plant(secure=secure) as made:
        one = watch(made.url, tmp_path, **files, server_certificate_file=server_cert)
        await one.open()
        await heard(one, lambda found: len(found) == 2)
        await one.close()
        with pytest.raises(AwayError):
            await watch(made.url, tmp_path, **files, server_certificate_file=other).open()
        with pytest.raises(AwayError):
            await watch(made.url, tmp_path).open()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"security": "Basic256Sha256"}, "server_certificate_file"),
        ({"user": "u", "password_file": "p"}, "needs a security policy"),
        ({"user": "u"}, "belong together"),
    ],
)
def test_security_is_whole_or_said_to_be_none(said: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Watched(name="s", url="opc.tcp://h:1", node=NODES, **({"security": "None"} | said))  # type: ignore[arg-type]
