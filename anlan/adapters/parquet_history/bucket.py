"""History in an S3-compatible bucket; the folder of history is then a cache of it.

A name is given by a conditional PUT (`If-None-Match: *`), so that two recorders cannot write one
object; the server must know that condition (AWS S3, MinIO, Ceph, SeaweedFS do). A PUT whose answer
was lost may have been done: what is there with our very bytes is ours.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from anlan.adapters.parquet_history.disk import AlteredObjectError, LocalDisk

#: A file that was asked for lately may be open in another process.
LATELY_S = 600.0
#: How much a cache is cut back when it is full.
CUT_TO = 0.8
PATIENCE_S = 30
RETRIES = 3


class BucketDisk(LocalDisk):
    """The port `Disk`: names in the bucket, a copy of what was asked for in the folder."""

    def __init__(self, folder: Path, store: S3Store, cache_bytes: int) -> None:
        self._folder, self._store, self._cache_bytes = folder, store, cache_bytes
        self._room = 0

    def link(self, source: Path, target: Path) -> None:
        """Give the name in the bucket; durable once the server has said so."""
        content = source.read_bytes()
        with _ours():
            try:
                obstore.put(self._store, self._key(target), content, mode="create")
            except AlreadyExistsError as error:
                if self.read(target) != content:
                    raise FileExistsError(f"{target.name} is in the bucket") from error
        source.replace(target)
        self._make_room(len(content))

    def write(self, path: Path, content: bytes) -> None:
        """Write what gets its name in the bucket: no use in syncing it here."""
        path.write_bytes(content)

    def sync_folder(self, folder: Path) -> None:
        """There is nothing to sync: the bucket's names are durable."""

    def make_folder(self, folder: Path) -> None:
        """Make it here; the bucket has none."""
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)

    def unlink(self, path: Path) -> None:
        """Remove the object and the copy."""
        if not path.name.endswith(".unfinished"):
            with _ours():
                obstore.delete(self._store, self._key(path))
        path.unlink(missing_ok=True)

    def names(self, folder: Path, ending: str) -> list[Path]:
        """List the bucket."""
        below = None if folder == self._folder else self._key(folder)
        with _ours():
            pages = list(obstore.list(self._store, below))
        found = [one["path"] for page in pages for one in page]
        return sorted(self._folder / path for path in found if path.endswith(ending))

    def has(self, path: Path) -> bool:
        """Ask the bucket."""
        try:
            with _ours():
                obstore.head(self._store, self._key(path))
        except FileNotFoundError:
            return False
        return True

    def read(self, path: Path) -> bytes:
        """Read the bucket, not the copy."""
        with _ours():
            return bytes(obstore.get(self._store, self._key(path)).bytes())

    def digest(self, path: Path) -> str:
        """Read the object through."""
        found = sha256()
        with _ours():
            for chunk in obstore.get(self._store, self._key(path)):
                found.update(bytes(chunk))
        return found.hexdigest()

    def bring(self, path: Path, sha256: str) -> None:
        """Fetch what is not here yet, and hold it against the catalogue."""
        try:
            os.utime(path)
        except FileNotFoundError:
            self._fetch(path, sha256)

    def _fetch(self, path: Path, digest: str) -> None:
        content = self.read(path)
        if sha256(content).hexdigest() != digest:
            raise AlteredObjectError(f"{path.name}: the bucket has other bytes than the catalogue")
        self.make_folder(path.parent)
        partial = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.fetched")
        partial.write_bytes(content)
        partial.replace(path)
        self._make_room(len(content))

    def _make_room(self, added: int) -> None:
        """Let the copies that nobody asked for longest go, once there are too many."""
        self._room -= added
        if self._room > 0:
            return
        copies = [(file.stat(), file) for file in self._folder.rglob("*.parquet")]
        total = sum(stat.st_size for stat, _ in copies)
        for stat, file in sorted(copies, key=lambda one: one[0].st_mtime):
            if total <= self._cache_bytes * CUT_TO or time.time() - stat.st_mtime < LATELY_S:
                break
            file.unlink(missing_ok=True)
            total -= stat.st_size
        self._room = self._cache_bytes - total

    def _key(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


@contextmanager
def _ours() -> Iterator[None]:
    """Turn what the client raises into OSError, which every caller expects of a disk."""
    try:
        yield
    except OSError:
        raise
    except BaseError as error:
        raise OSError(f"the bucket does not answer: {error}") from error


def open_bucket(
    url: str, *, endpoint: str, region: str, access_key: str, secret_key: str
) -> S3Store:
    """Return the bucket and prefix of `s3://bucket/prefix`; nothing is asked of it yet."""
    place = urlsplit(url)
    return S3Store(
        place.netloc,
        prefix=place.path.strip("/") or None,
        endpoint=endpoint or None,
        region=region,
        access_key_id=access_key,
        secret_access_key=secret_key,
        virtual_hosted_style_request=not endpoint,
        client_options={"allow_http": endpoint.startswith("http://"), "timeout": f"{PATIENCE_S}s"},
        retry_config={"max_retries": RETRIES},
    )
