"""A file system of its own, as small as a test needs, that can be filled and freed."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.left_out import leave_out


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Path]:
    """Mount a tmpfs; skips where nobody may."""
    folder.mkdir()
    mounted = subprocess.run(
        ["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "anlan-test", folder],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        leave_out(f"no tmpfs may be mounted here (root, CAP_SYS_ADMIN): {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["/usr/bin/umount", "--lazy", folder], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Write zeros until so many bytes are free; return the file."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        left = shutil.disk_usage(folder).free - leave
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 16))
    return ballast
