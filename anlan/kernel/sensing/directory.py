"""What the doors must know: who may send, what each tag is, and what has been received."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Max, OuterRef, Subquery, Sum

from anlan.kernel.sensing.intake import Point, TagTable
from anlan.kernel.sensing.models import BatchReceipt, Datastream, Gateway

ACCEPTED = "accepted"
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


@dataclass(frozen=True, slots=True)
class Directory:
    """Every active gateway, by the two words of its topic; what is wrong with the others."""

    entries: dict[tuple[str, str], GatewayEntry]
    troubles: tuple[str, ...] = ()

    @property
    def shards(self) -> frozenset[int]:
        """The shards in use."""
        return frozenset({0, *(entry.shard for entry in self.entries.values())})

    def find(self, user: str) -> GatewayEntry | None:
        """Return the gateway with the user name `<firm>.<gateway>`."""
        firm, _dot, code = user.partition(".")
        return self.entries.get((firm, code))


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
    troubles: list[str] = []
    for row in Gateway.objects.filter(is_active=True).order_by("id"):
        if not {*row.firm_code, *row.code} <= TOPIC_WORD:
            troubles.append(f"{row.firm_code}/{row.code}: not words of a topic")
            continue
        try:
            keys = tuple(bytes.fromhex(key) for key in row.hmac_key.split())
        except ValueError:
            troubles.append(f"{row.firm_code}/{row.code}: its HMAC key is not hexadecimal")
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
    return Directory(entries, tuple(troubles))


def directory_mark() -> tuple[int, ...]:
    """Return numbers that differ whenever the directory does; every change raises a version."""
    gateways = Gateway.objects.aggregate(n=Count("id"), v=Sum("version"))
    streams = Datastream.objects.aggregate(n=Count("id"), v=Sum("version"))
    return tuple(int(each[key] or 0) for each in (gateways, streams) for key in ("n", "v"))


def receipts_upto(epoch: str) -> int:
    """Return the sequence in READINGS of the last receipt of this epoch, 0 without one."""
    last = BatchReceipt.objects.filter(log_epoch=epoch).aggregate(last=Max("log_sequence"))["last"]
    return int(last or 0)


def last_sequences() -> dict[str, int]:
    """Return each gateway's highest message number that has a receipt."""
    accepted = BatchReceipt.objects.filter(gateway=OuterRef("pk"), verdict=ACCEPTED)
    highest = Subquery(accepted.order_by("-sequence").values("sequence")[:1])
    rows = Gateway.objects.annotate(last=highest).exclude(last=None).values_list("id", "last")
    return {gateway_id: int(last) for gateway_id, last in rows}


def digests_of(gateway_id: str, sequence: int) -> set[str]:
    """Return the hashes under which a gateway's message number was accepted; more than one is odd."""
    rows = BatchReceipt.objects.filter(gateway_id=gateway_id, sequence=sequence, verdict=ACCEPTED)
    return set(rows.values_list("digest", flat=True))
