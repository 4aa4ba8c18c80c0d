"""JSON shapes of documents."""

from datetime import datetime

from ninja import Schema
from pydantic import Field


class DocumentOut(Schema):
    """A document, without its content."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    sensitivity: int
    owner: str
    owner_name: str
    about: str
    created_at: datetime
    withdrawn_at: datetime | None
    exercise_id: str | None
    version: int


class UploadForm(Schema):
    """What is said about a file beside its bytes; `name` is the sender's own unless given."""

    name: str = Field(default="", max_length=1000)
    sensitivity: int = Field(default=1, ge=0, le=3)
    about: str = Field(default="", max_length=26, pattern=r"^[0-9A-Z]*$")
