"""Asking a map service: one host, no redirects, so many bytes and seconds, credentials added last.

Addresses are handed about without credentials; they are put on here, so that no log and no error of
anything above can have them.
"""

import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from anlan.adapters.map_services.errors import AwayError, EmptyError

PATIENCE_S = 5.0
#: Nothing that a map asks for is larger.
TILE_MAX = 8 * 1024**2
DOCUMENT_MAX = 32 * 1024**2
_NOTHING = {httpx.codes.NOT_FOUND, httpx.codes.NO_CONTENT}
_LOCKED = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class Body:
    """What came: bytes and what they are said to be."""

    content: bytes
    media_type: str


@dataclass(slots=True)
class Fetcher:
    """The one way out to a service. Safe in many threads."""

    host: str
    query: dict[str, SecretStr] = field(default_factory=dict)
    headers: dict[str, SecretStr] = field(default_factory=dict)
    #: Certificates of an authority that only the government's network knows.
    authority: Path | None = None
    patience_s: float = PATIENCE_S
    _client: httpx.Client | None = None

    def get(self, address: str, *, most_bytes: int = TILE_MAX) -> Body:
        """Return what is at an address, which must be on the host. Raises AwayError, EmptyError."""
        if urlsplit(address).netloc.lower() != self.host:
            raise AwayError("地址不在所写的主机上")
        until = time.monotonic() + self.patience_s
        told = {name: one.get_secret_value() for name, one in self.headers.items()}
        opened = httpx.URL(address).copy_merge_params(
            {name: one.get_secret_value() for name, one in self.query.items()}
        )
        try:
            with self._opened().stream("GET", opened, headers=told) as answer:
                _judge(answer)
                return Body(_read(answer, most_bytes, until), _media_type(answer))
        except httpx.TimeoutException:
            raise AwayError(f"{self.patience_s:g} 秒内没有应答") from None
        except httpx.ConnectError:
            raise AwayError("连不上") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            # its words may hold the address, which by now holds the credentials
            raise AwayError("应答中断或不合 HTTP") from None

    def _opened(self) -> httpx.Client:
        """Return the client, made when first used: nobody pays for a service that nobody looks at."""
        if self._client is None:
            trusted = ssl.create_default_context()
            if self.authority is not None and self.authority.exists():
                trusted.load_verify_locations(self.authority)
            self._client = httpx.Client(
                verify=trusted,
                timeout=self.patience_s,
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": "Anlan"},
                limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
            )
        return self._client

    def close(self) -> None:
        """Let its connections go."""
        if self._client is not None:
            self._client.close()


def _judge(answer: httpx.Response) -> None:
    code = answer.status_code
    if code in _NOTHING:
        raise EmptyError("这里没有")
    if code in _LOCKED:
        raise AwayError(f"拒绝了我们的凭据（{code}）")
    if answer.is_redirect:
        raise AwayError(f"要转到别处（{code}），不跟随")
    if code != httpx.codes.OK:
        raise AwayError(f"应答 {code}")


def _read(answer: httpx.Response, most_bytes: int, until: float) -> bytes:
    """Read a body; one that drips for ever or never ends is let go."""
    parts = bytearray()
    for part in answer.iter_bytes():
        parts += part
        if len(parts) > most_bytes:
            raise AwayError(f"应答超过 {most_bytes // 1024**2} MB")
        if time.monotonic() > until:
            raise AwayError("应答太慢")
    return bytes(parts)


def _media_type(answer: httpx.Response) -> str:
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
