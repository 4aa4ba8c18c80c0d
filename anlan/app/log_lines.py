"""How a process writes its log: a line for people, or one JSON object for a collector; no secret in either.

What looks like a secret is struck out of the finished text, so that a library's message and a
traceback are covered too. It is the second net: the first is that nothing of ours logs any.
"""

import json
import logging
import re
from datetime import UTC, datetime

from anlan.kernel.base.config import config

STRUCK = "***"
_PATTERNS = (
    # user:password@ in an address
    re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+(?=@)"),
    # name: value, name=value, "name": "value"
    re.compile(
        r"""(?ix)( \b[\w-]*(?: password | passwd | secret | token | api_?key | private_?key
            | cookie | csrf | session_?(?:id|key) )["']? \s* [=:] \s* ["']? )[^\s"',;}&)]+"""
    ),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"),
    # the way in by a one-time link
    re.compile(r"(/link#)[\w-]+"),
)


def without_secrets(text: str) -> str:
    """Strike out what looks like a password, a key, a token or a cookie."""
    first, *others = _PATTERNS
    text = first.sub(rf"\1:{STRUCK}", text)
    for pattern in others:
        text = pattern.sub(rf"\g<1>{STRUCK}", text)
    return text


class PlainLines(logging.Formatter):
    """Time, level, logger, words."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return without_secrets(super().format(record))


def of_this_process() -> logging.Formatter:
    """Return the form that the setting names, for a library's own configuration of its log."""
    settings = config()
    return JsonLines(settings.db_role) if settings.log_format == "json" else PlainLines()


class JsonLines(logging.Formatter):
    """One object a line: time (RFC 3339, UTC), level, logger, process, message, exception if any."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self.process = process.removeprefix("anlan_")

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self.process,
            "pid": record.process,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            said["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
