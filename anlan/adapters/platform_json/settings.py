"""What a door for another platform is told: where it listens, who may come, which firm's tags are ours."""

from ipaddress import ip_address
from typing import Annotated

from msgspec import Meta, Struct


class Peer(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One door, HTTPS with the certificate given; clear text on loopback only, behind what makes TLS.

    The sender shows the token of `token_file` as a bearer's. `company`: the codes it may speak for. `tag`: the
    tag as it is said to ours; `unit`: our tag to the unit that a reading must name if it names one; where none
    stands it may name none.
    """

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    listen: Annotated[str, Meta(pattern=r"^\S+:\d{1,5}$")]
    certificate_file: str = ""
    certificate_key_file: str = ""
    token_file: str
    company: Annotated[list[str], Meta(min_length=1)]
    tag: Annotated[dict[str, str], Meta(min_length=1)]
    unit: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Check what belongs together. Raises ValueError."""
        if bool(self.certificate_file) != bool(self.certificate_key_file):
            raise ValueError(f"{self.name}: certificate and key belong together")
        if not self.certificate_file and not _is_loopback(self.address[0]):
            raise ValueError(f"{self.name}: outside loopback a certificate is a must")

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
