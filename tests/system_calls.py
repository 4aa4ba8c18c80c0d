"""What the kernel is asked by some processes, by strace, in one order."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.left_out import leave_out

CALLS = "write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,link,linkat"
_HEX = re.compile(rb"(?:\\x[0-9a-f]{2})+")
_WIDTH = re.compile(rb"^(\d+) +")
_FILE = re.compile(rb"\(\d+<([^>]*)>")


@contextmanager
def traced(pids: Iterable[int], file: Path) -> Iterator[None]:
    """Write down what processes that run ask of the kernel; skips where nobody may look."""
    if shutil.which("strace") is None:
        leave_out("strace is not installed (Debian: strace)", brought=True)
    chosen = list(pids)
    processes = [word for pid in chosen for word in ("-p", str(pid))]
    command = ["strace", "-f", "-yy", "-xx", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(file)]
    tracer = subprocess.Popen([*command, *processes], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = [tracer.stderr.readline() for _ in chosen]
    rest = threading.Thread(target=tracer.stderr.read)
    rest.start()  # it names each new thread: nobody may let the pipe run full
    try:
        if not all("attached" in line for line in said):
            leave_out(f"this machine lets nobody be traced by strace: {' '.join(said)}")
        yield
    finally:
        tracer.terminate()
        tracer.wait(timeout=20)
        rest.join()
        tracer.stderr.close()


def calls(file: Path) -> list[bytes]:
    """Return the lines in the order of the kernel, their strings readable."""
    # strace sets the process' number five wide
    lines = [_WIDTH.sub(rb"\1 ", line) for line in file.read_bytes().splitlines()]
    return [_HEX.sub(lambda found: _bytes(found.group()), line) for line in lines]


def _bytes(written: bytes) -> bytes:
    return bytes.fromhex(written.replace(b"\\x", b"").decode("ascii"))


def place(lines: list[bytes], *parts: bytes, after: int = -1) -> int:
    """Return the first line behind another one that has all parts."""
    for number, line in enumerate(lines[after + 1 :], after + 1):
        if all(part in line for part in parts):
            return number
    raise AssertionError(f"nowhere behind line {after}: {parts!r}")


def synced(lines: list[bytes], folder: bytes, token: bytes) -> int:
    """Return the line by which the file of this folder that was given these bytes is on the disk."""
    written = place(lines, b"write", folder, token)
    named = _FILE.search(lines[written])
    assert named is not None
    return synced_file(lines, named.group(1), after=written)


def synced_file(lines: list[bytes], name: bytes, after: int) -> int:
    """Return the line by which a file or folder was told to be on the disk, behind another line."""
    asked = place(lines, b"sync(", b"<" + name + b">", after=after)
    thread = lines[asked].split(b" ", 1)[0]
    if b"<unfinished" not in lines[asked]:
        done = asked
    else:
        done = next(
            at
            for at, line in enumerate(lines[asked + 1 :], asked + 1)
            if line.startswith(thread + b" <... f") and b"sync resumed>" in line
        )
    assert lines[done].rstrip().endswith(b"= 0")
    return done
