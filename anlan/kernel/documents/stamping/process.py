"""Stamp a file in a process of its own: what it reads was made elsewhere, and may be made to harm.

A PDF can make its reader turn in a circle or unpack gigabytes; that costs a child its life, and the
person a copy, but not the web server.
"""

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO

from anlan.kernel.documents.stamping.mark import Mark, UnstampableError

log = logging.getLogger(__name__)

STAMPED_KINDS = frozenset({"application/pdf", "image/png", "image/jpeg"})
WAIT_S = 90
_REFUSED = 3
_ROOT = Path(__file__).parents[4]


def stamped(content: IO[bytes], media_type: str, mark: Mark) -> bytes:
    """Return a copy with the stamp.

    Raises UnstampableError with a word: kind (no stamp is drawn on such files), encrypted, signed,
    moving, too_large, broken (cannot be read, or not within time and memory).
    """
    if media_type not in STAMPED_KINDS:
        raise UnstampableError("kind")
    told = json.dumps({"media_type": media_type, "mark": asdict(mark)})
    argv = [sys.executable, "-m", "anlan.kernel.documents.stamping.child", told]
    # no setting and no secret of this process goes along
    env = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            argv, stdin=content, capture_output=True, timeout=WAIT_S, env=env, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnstampableError("broken") from error
    if done.returncode == 0 and done.stdout:
        return done.stdout
    if done.returncode == _REFUSED:
        raise UnstampableError(done.stdout.decode())
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
    log.warning("no stamp on a file of kind %s (end %s): %s", media_type, done.returncode, last)
    raise UnstampableError("broken")
