"""From where a request comes: as nginx says, which stands before every process of ours."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

Network = IPv4Network | IPv6Network
#: Every network that is not the Internet: this machine, RFC 1918, RFC 4193.
INSIDE = "127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7"


def client_address(request: "HttpRequest") -> str:
    """Return the address of the browser. Only a neighbour on this machine is believed a header."""
    return address_behind(
        str(request.META.get("REMOTE_ADDR", "")), str(request.META.get("HTTP_X_REAL_IP", ""))
    )


def address_behind(remote: str, said: str) -> str:
    """Return the address of the browser: what `remote` says in X-Real-IP, if it is on this machine."""
    return (
        said
        if said and is_within(remote, (ip_network("127.0.0.0/8"), ip_network("::1/128")))
        else remote
    )


def networks(text: str) -> tuple[Network, ...]:
    """Read `10.1.0.0/16, 10.2.3.4`. Raises ValueError for what is no network."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_within(address: str, allowed: tuple[Network, ...]) -> bool:
    """Tell whether an address lies in one of the networks; what is no address does not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in allowed)


def is_loopback(host: str) -> bool:
    """Tell whether an address or a name is this machine's own loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
