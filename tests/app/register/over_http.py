"""How the register is sent over HTTP, and its report counted."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import csrf

URL = "/api/v1/register"


def send(client: Client, content: bytes, book: str = "firms", **form: Any) -> tuple[int, Any]:
    """Send a file as the form does; return the status and what was said."""
    file = SimpleUploadedFile("登记簿.xlsx", content, "application/octet-stream")
    answer = client.post(f"{URL}/{book}", {"file": file, **form}, headers=csrf(client))
    return answer.status_code, answer.json()


def counted(report: dict[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    """Return (new, changed, same, refused) of each sheet of a report."""
    names = ("new", "changed", "same", "refused")
    return {one["sheet"]: tuple(one[name] for name in names) for one in report["counts"]}
