"""Heads of the chain to the collector of logs, each once and in order, also after the line was cut.

The file of exported heads is the queue; beside it stands up to where it has been handed over.
"""

import logging
from pathlib import Path

from anlan.kernel.base import heads
from anlan.kernel.base.config import Config
from anlan.kernel.base.syslog import Collector

log = logging.getLogger("anlan.worker")

#: Beside `heads.log`: how many of its bytes the collector has been handed.
SENT = "heads.sent"
#: Who signed the collector's certificate, in `tls_dir`; without the file, whom this machine trusts.
AUTHORITY = "syslog-ca.pem"
ABOUT = "audit-head"
#: A line of some hundred bytes every ten minutes; a month without a collector goes in some rounds.
AT_ONCE = 1_000


def forward_heads(config: Config) -> int:
    """Hand over what has not been yet; return how many lines that were. Raises OSError."""
    if not config.audit_syslog:
        return 0
    folder = config.path("audit_dir")
    waiting, upto = _waiting(folder / heads.FILE, _sent(folder / SENT))
    if not waiting:
        return 0
    _collector(config).send(waiting, node=config.node, about=ABOUT)
    # lost here, lines are handed over twice: a head said twice is the same head
    (folder / SENT).write_text(str(upto), encoding="ascii")
    return len(waiting)


def behind(config: Config) -> int:
    """Return how many heads the collector has not been handed."""
    folder = config.path("audit_dir")
    return len(_waiting(folder / heads.FILE, _sent(folder / SENT))[0])


def _collector(config: Config) -> Collector:
    authority = config.path("tls_dir") / AUTHORITY
    return Collector.of(config.audit_syslog, authority if authority.exists() else None)


def _sent(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


def _waiting(file: Path, sent: int) -> tuple[list[str], int]:
    """Return whole lines behind a place, and the place behind them; a shorter file begins anew."""
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(sent if sent <= size else 0)
            start = opened.tell()
            lines = [line for line in opened.readlines() if line.endswith(b"\n")][:AT_ONCE]
    except FileNotFoundError:
        return [], 0
    return [line.decode().rstrip("\n") for line in lines], start + sum(map(len, lines))
