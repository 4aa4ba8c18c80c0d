"""A real S3 server for tests: SeaweedFS as its wheel packs it, on ports and in a folder of its own."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from anlan.adapters.parquet_history.bucket import BucketDisk, open_bucket
from anlan.app.stack.care import Care
from anlan.app.stack.ports import LOOPBACK, free_ports

ACCESS, SECRET = "anlan", "only-for-tests"
BUCKET = "s3://history/of/n640181"
PATIENCE_S = 30.0


@dataclass
class S3Server:
    """One server: it can be stopped and started again over the same folder."""

    folder: Path
    care: Care
    ports: list[int]
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.ports[0]}"

    def start(self) -> None:
        who = {"name": "anlan", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}]}
        rights = self.folder / "s3.json"
        rights.write_text(json.dumps({"identities": [who | {"actions": ["Admin"]}]}))
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = self.ports
        self.process = subprocess.Popen(
            [
                Path(sys.prefix, "bin", "weed"), "server", "-s3", f"-dir={self.folder}",
                f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}", f"-s3.config={rights}",
                f"-s3.port={s3}", f"-s3.port.grpc={s3_grpc}",
                f"-master.port={master}", f"-master.port.grpc={master_grpc}",
                f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}",
                f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}",
                "-master.volumeSizeLimitMB=64", "-volume.max=30", "-volume.preStopSeconds=0",
                "-s3.port.iceberg=0", "-s3.port.lance=0",
            ],
            stdout=(self.folder / "log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        self.care.group(self.process.pid)
        end = time.monotonic() + PATIENCE_S
        while not self._is_ready():
            assert time.monotonic() < end, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        """Tell whether an object can be kept: the parts of the server find one another by and by."""
        probe = self.folder / "probe"
        probe.mkdir(exist_ok=True)
        (probe / "one").write_bytes(b"1")
        try:
            httpx.get(self.endpoint, timeout=2)  # refuses at once, where the client would wait
            self.disk(probe).link(probe / "one", probe / "ready")
        except (httpx.HTTPError, OSError):
            return False
        return True

    def disk(self, folder: Path, cache_bytes: int = 10**9) -> BucketDisk:
        store = open_bucket(
            BUCKET, endpoint=self.endpoint, region="us-east-1", access_key=ACCESS, secret_key=SECRET
        )
        return BucketDisk(folder, store, cache_bytes)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.care.forget(self.process.pid)
            self.process = None


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Start a server over an empty folder; it is gone afterwards."""
    folder.mkdir(parents=True)
    with Care() as care:
        server = S3Server(folder, care, free_ports(8))
        server.start()
        try:
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
