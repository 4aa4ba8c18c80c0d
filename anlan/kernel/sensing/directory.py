"""What the doors must know: who may send, what each tag is, and what has been received."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, OuterRef, Subquery, Sum

from anlan.kernel.sensing.intake import Point, TagTable
from anlan.kernel.sensing.models import BatchReceipt, Datastream, Gateway

ACCEPTED = "accepted"
#: So many receipts are taken up at a start: more than come in between two writings of health.
RECENT = 20_000
#: Characters that MQTT and NATS carry unchanged in one level of a topic, and a file of users too.
TOPIC_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEntry:
    """One gateway as a door sees it; `keys` are its HMAC keys, none where a certificate speaks."""

    id: str
    firm: str
    code: str
    shard: int
    token: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    table: TagTable = field(repr=False)
    div: int = 0
    zone: int | None = None
    site: str | None = None

    @property
    def user(self) -> str:
        """Its name at the doors: MQTT user, and `X-Gateway` of HTTP."""
        return f"{self.firm}.{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A gateway that may not send now, out of use or with a key that is none: where it stands."""

    id: str
    div: int
    zone: int | None
    site: str | None


@dataclass(frozen=True, slots=True)
class Directory:
    """Every active gateway, by the two words of its topic; what is wrong with the others.

    `absent` are those that may not send: what still comes from them is kept where they stand.
    """

    entries: dict[tuple[str, str], GatewayEntry]
    troubles: tuple[str, ...] = ()
    absent: dict[tuple[str, str], Absent] = field(default_factory=dict)

    @property
    def shards(self) -> frozenset[int]:
        """The shards in use."""
        return frozenset({0, *(entry.shard for entry in self.entries.values())})

    def find(self, user: str) -> GatewayEntry | None:
        """Return the gateway with the user name `<firm>.<gateway>`."""
        return self.entries.get(_words(user))

    def find_absent(self, user: str) -> Absent | None:
        """Return the gateway of this user name that is registered and may not send."""
        return self.absent.get(_words(user))


def _words(user: str) -> tuple[str, str]:
    firm, _dot, code = user.partition(".")
    return firm, code


def load_directory() -> Directory:
    """Read gateways, keys and tags; a gateway whose key or name cannot be used is a trouble."""
    points: dict[str, list[Point]] = defaultdict(list)
    rows = Datastream.objects.filter(retired_at=None).order_by("number")
    columns = ("gateway_id", "number", "tag", "unit", "resolution", "time_resolution_ms")
    for gateway_id, number, tag, unit, resolution, step_ms in rows.values_list(*columns).iterator():
        points[gateway_id].append(
            Point(
                number=number,
                tag=tag,
                unit=unit,
                resolution=resolution or 0.0,
                time_resolution_ms=step_ms,
            )
        )
    entries: dict[tuple[str, str], GatewayEntry] = {}
    absent: dict[tuple[str, str], Absent] = {}
    troubles: list[str] = []
    for row in Gateway.objects.order_by("id"):
        if not row.is_active:
            absent[row.firm_code, row.code] = _absent(row)
            continue
        if not {*row.firm_code, *row.code} <= TOPIC_WORD:
            troubles.append(f"{row.firm_code}/{row.code}: not words of a topic")
            continue
        try:
            both = (row.hmac_key, row.next_hmac_key)
            keys = tuple(bytes.fromhex(key) for key in both if key)
        except ValueError:
            troubles.append(f"{row.firm_code}/{row.code}: its HMAC key is not hexadecimal")
            absent[row.firm_code, row.code] = _absent(row)
            continue
        entries[row.firm_code, row.code] = GatewayEntry(
            id=row.id,
            firm=row.firm_code,
            code=row.code,
            shard=row.shard,
            token=row.token,
            keys=keys,
            table=TagTable(tuple(points[row.id])),
            div=row.div,
            zone=row.zone,
            site=row.site,
        )
    return Directory(entries, tuple(troubles), absent)


def _absent(row: Gateway) -> Absent:
    return Absent(id=row.id, div=row.div, zone=row.zone, site=row.site)


def directory_mark() -> tuple[int, ...]:
    """Return numbers that differ whenever the directory does; every change raises a version."""
    gateways = Gateway.objects.aggregate(n=Count("id"), v=Sum("version"))
    streams = Datastream.objects.aggregate(n=Count("id"), v=Sum("version"))
    return tuple(int(each[key] or 0) for each in (gateways, streams) for key in ("n", "v"))


def receipts_upto(epoch: str) -> int:
    """Return the sequence in READINGS of the last receipt of this epoch, 0 without one."""
    last = BatchReceipt.objects.filter(log_epoch=epoch).aggregate(last=Max("log_sequence"))["last"]
    return int(last or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """Where a gateway stood: its highest message number with a receipt, and its health as written."""

    id: str
    last: int
    health: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """What the doors take up at a start; `recent` holds (gateway id, sequence, digest), oldest first."""

    states: tuple[GatewayState, ...]
    recent: tuple[tuple[str, int, str], ...]


def read_past() -> Past:
    """Return where every gateway stood, and the newest receipts of all."""
    by_devices = BatchReceipt.objects.filter(verdict=ACCEPTED, mends="")
    accepted = by_devices.filter(gateway=OuterRef("pk"))
    highest = Subquery(accepted.order_by("-sequence").values("sequence")[:1])
    rows = Gateway.objects.annotate(last=highest).values_list("id", "last", "health")
    states = tuple(
        GatewayState(id=gateway_id, last=-1 if last is None else int(last), health=health or {})
        for gateway_id, last, health in rows
    )
    recent = by_devices.order_by("-id").values_list("gateway_id", "sequence", "digest")[:RECENT]
    return Past(states, tuple(reversed(recent)))


def digests_of(gateway_id: str, sequence: int) -> set[str]:
    """Return the hashes under which a gateway's message number was accepted; more than one is odd."""
    rows = BatchReceipt.objects.filter(gateway_id=gateway_id, sequence=sequence, verdict=ACCEPTED)
    return set(rows.values_list("digest", flat=True))


def mended_already(name: str) -> tuple[str, int, int] | None:
    """Return (epoch, sequence, refused rows) of what was sent again under a name, if the log has it."""
    row = BatchReceipt.objects.filter(mends=name).first()
    if row is None or row.log_epoch is None or row.log_sequence is None:
        return None
    return row.log_epoch, row.log_sequence, row.refused
