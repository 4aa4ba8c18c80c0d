"""What a door for HJ 212 is told: where it listens, who may come, which station's factors are which tags."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0, le=86_400)]


class Station(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One station: its MN, the file with its PW, and factor-kind to tag for each period of `values.UPLOADS`.

    `real_time = {"a21026-Rtd" = "SO2"}`; what is in no table is not taken, and counted.
    """

    mn: Annotated[str, Meta(min_length=1, max_length=40)]
    password_file: str
    real_time: dict[str, str] = {}
    minutes: dict[str, str] = {}
    hours: dict[str, str] = {}
    day: dict[str, str] = {}

    def tags(self, period: str) -> dict[str, str]:
        """Return factor-kind to tag of a period."""
        found: dict[str, str] = getattr(self, period)
        return found


class Listen(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One door: address, listed peers (CIDR; HJ 212 is clear text, practice P13), stations, patience in s.

    A line that says nothing for `idle_s` is closed; so is one whose frame is not whole after `frame_s`.
    """

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    listen: Annotated[str, Meta(pattern=r"^\S+:\d{1,5}$")]
    peers: Annotated[list[str], Meta(min_length=1)]
    station: Annotated[list[Station], Meta(min_length=1)]
    idle_s: Seconds = 600.0
    frame_s: Seconds = 30.0
    lines_max: Annotated[int, Meta(ge=1, le=4096)] = 256

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def networks(self) -> list[IPv4Network | IPv6Network]:
        """Return whom the door lets in. Raises ValueError for what is no network."""
        return [ip_network(one) for one in self.peers]


def is_listed(host: str, networks: list[IPv4Network | IPv6Network]) -> bool:
    """Tell whether an address stands in one of the networks; what is no address stands in none."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in networks)
