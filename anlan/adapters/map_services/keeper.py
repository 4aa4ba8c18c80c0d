"""What a process has of the services: what is kept is given at once, the rest is fetched beside the requests.

A request never waits longer than a moment: the API has few threads, and a service may need seconds. Whoever
is told that there is nothing yet asks again.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from anlan.adapters.map_services.breaker import AWAY_S, Breaker
from anlan.adapters.map_services.description import Described, MapService
from anlan.adapters.map_services.errors import AwayError
from anlan.adapters.map_services.fetch import Fetcher
from anlan.adapters.map_services.store import Kept, Place, Store, prune
from anlan.kernel.base.errors import UnavailableError

log = logging.getLogger("anlan.map_services")

#: How many tiles of one service are fetched at once, and how many may wait for it.
THREADS, WAITING_MAX = 4, 200
#: How long a request waits, and how many of them at once: two of the API's four threads stay free.
MOMENT_S, PATIENT_MAX = 0.25, 2
#: After how many fetched tiles the folder is looked at.
PRUNE_AFTER = 500
DAY_S = 86_400


class Maker(Protocol):
    """Makes what a service is asked for; what it makes it may keep itself."""

    suffix: str

    def make(self, at: Any) -> bytes:
        """Fetch and return. Raises AwayError."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a service has at a place; too old where it could not be fetched anew."""

    content: bytes
    suffix: str
    is_fresh: bool


@dataclass(slots=True)
class Running:
    """One service in use."""

    service: MapService
    store: Store
    make: Callable[[Place | None], bytes]
    breaker: Breaker = field(default_factory=Breaker)
    _pool: ThreadPoolExecutor | None = None
    _asked: dict[Place | None, "Future[bytes]"] = field(default_factory=dict)
    _is_closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, at: Place | None, patience: threading.Semaphore) -> Given | None:
        """Return what is kept, or have it fetched: None as long as it is not there.

        Raises UnavailableError with when to ask again where the service is away.
        """
        kept = self.store.read(at)
        if kept is not None and self._is_fresh(kept):
            return Given(kept.content, self.store.suffix, is_fresh=True)
        if not self.breaker.is_away:
            asked = self.ask(at)
            if kept is None:
                made = self._await(asked, patience)
                return None if made is None else Given(made, self.store.suffix, is_fresh=True)
        if kept is not None:
            return Given(kept.content, self.store.suffix, is_fresh=False)
        raise self.away()

    def _is_fresh(self, kept: Kept) -> bool:
        return not self.service.keep_days or kept.age_s < self.service.keep_days * DAY_S

    def _await(self, asked: "Future[bytes] | None", patience: threading.Semaphore) -> bytes | None:
        if asked is None:
            return None
        is_first = patience.acquire(blocking=False)
        try:
            return asked.result(timeout=MOMENT_S if is_first else 0)
        except (NotYetError, CancelledError):
            return None
        except AwayError:
            if self.breaker.is_away:
                raise self.away() from None
            return None
        finally:
            if is_first:
                patience.release()

    def away(self) -> UnavailableError:
        """Return the refusal of a service that does not answer."""
        pause = max(1, round(self.breaker.remaining_s))
        return UnavailableError(
            "政务地图暂不可用",
            code="map_services.away",
            service=self.service.id,
            retry_after_s=pause,
        )

    def ask(self, at: Place | None) -> "Future[bytes] | None":
        """Have it fetched, once however many ask; None where too many wait already, or it has ended."""
        with self._lock:
            if (asked := self._asked.get(at)) is not None:
                return asked
            if self._is_closed or len(self._asked) >= WAITING_MAX:
                return None
            if self._pool is None:
                self._pool = ThreadPoolExecutor(THREADS, f"map-{self.service.id}")
            asked = self._asked[at] = self._pool.submit(self._fetch, at)
        asked.add_done_callback(lambda _: self._asked.pop(at, None))
        return asked

    def _fetch(self, at: Place | None) -> bytes:
        if self.breaker.is_away:  # it has gone away while this waited
            raise AwayError(self.breaker.why)
        try:
            made = self.make(at)
        except AwayError as error:
            if self.breaker.failed(str(error)):
                log.warning("map service %s is away for %d s: %s", self.service.id, AWAY_S, error)
            raise
        except Exception:
            # what is wrong with us must not be asked for thirty times a second either
            self.breaker.failed("内部错误")
            log.exception("map service %s: a tile could not be made", self.service.id)
            raise AwayError("内部错误") from None
        self.breaker.worked()
        return made

    def close(self) -> None:
        """Fetch nothing more: who asks yet is told to ask again, and meets the next."""
        with self._lock:
            self._is_closed = True
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)


class Keeper:
    """Every service that is described, each running once it is asked for."""

    def __init__(
        self, described: Described, folder: Path, most_bytes: int, authority: Path | None = None
    ) -> None:
        self.described, self._folder, self._most_bytes = described, folder, most_bytes
        self._authority = authority
        self._running: dict[str, Running] = {}
        self._patience = threading.BoundedSemaphore(PATIENT_MAX)
        self._lock = threading.Lock()
        self._made = 0

    def give(self, service: MapService, at: Place | None) -> Given | None:
        """Return what a service has at a place; None: not yet. Raises UnavailableError."""
        return self.running(service).give(at, self._patience)

    def breaker(self, service: MapService) -> Breaker:
        """Return whether a service is asked at present."""
        return self.running(service).breaker

    def running(self, service: MapService) -> Running:
        """Return a service in use."""
        with self._lock:
            if (found := self._running.get(service.id)) is None:
                found = self._running[service.id] = self._started(service)
            return found

    def _started(self, service: MapService) -> Running:
        folder = self._folder / f"{service.id}-{service.digest}"
        fetcher = fetcher_of(service, self.described, self._authority)
        store = Store(folder, _suffix(service))
        return Running(service, store, _Lazily(service, fetcher, store, self._count))

    def _count(self) -> None:
        """Look now and then, beside the fetching, whether there is still room."""
        with self._lock:
            self._made += 1
            is_time = self._made % PRUNE_AFTER == 1
        if is_time:
            wanted = [f"{one.id}-{one.digest}" for one in self.described.services]
            threading.Thread(
                target=prune, args=(self._folder, self._most_bytes, wanted), daemon=True
            ).start()

    def close(self) -> None:
        """Fetch nothing more."""
        for one in self._running.values():
            one.close()


def fetcher_of(service: MapService, described: Described, authority: Path | None) -> Fetcher:
    """Return the way out to a service, with what opens it."""
    return Fetcher(
        host=service.host,
        query={name: described.secrets[of] for name, of in service.query_secrets.items()},
        headers={name: described.secrets[of] for name, of in service.header_secrets.items()},
        authority=authority,
    )


def _suffix(service: MapService) -> str:
    other = {"mvt": "pbf", "wfs": "geojson"}.get(service.kind)
    return other or ("jpeg" if service.format == "image/jpeg" else "png")


def maker_of(service: MapService, fetcher: Fetcher, folder: Path) -> Maker:
    """Return what fetches of a service; MapProxy is imported for pictures only."""
    if service.kind == "mvt":
        from anlan.adapters.map_services.vectors import VectorTiles

        return VectorTiles(service, fetcher)
    if service.kind == "wfs":
        from anlan.adapters.map_services.vectors import Features

        return Features(service, fetcher)
    from anlan.adapters.map_services.pictures import Pictures

    return Pictures(service, fetcher, folder)


class _Lazily:
    """The maker of a service, made in the thread that first needs it."""

    def __init__(
        self, service: MapService, fetcher: Fetcher, store: Store, made_one: Callable[[], None]
    ) -> None:
        self._service, self._fetcher, self._store = service, fetcher, store
        self._made_one = made_one
        self._maker: Maker | None = None
        self._lock = threading.Lock()

    def __call__(self, at: Place | None) -> bytes:
        with self._lock:
            if self._maker is None:
                self._maker = maker_of(self._service, self._fetcher, self._store.folder)
        made = self._maker.make(at)
        if not self._service.is_picture:  # MapProxy has kept a picture already
            self._store.write(at, made)
        self._made_one()
        return made
