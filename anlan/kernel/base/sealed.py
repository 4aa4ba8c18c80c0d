"""A column of text that is encrypted where it lies: rows, dumps and replicas say nothing without the key."""

from base64 import b64decode, b64encode
from typing import Any

from django.db import models

from anlan.kernel.base.vault import open_sealed, seal

#: What is sealed begins so; what does not was written before the column was sealed.
MARK = "sealed:"


class SealedTextField(models.CharField):  # type: ignore[type-arg]
    """Text for whoever reads the row, sealed in the database; "" stays "" and can be asked for.

    It is bound to its column, so it opens in no other; nothing but "" can be looked up. Reading raises
    `SealedTextError` without the key. `max_length` counts what is stored: twice the text and some 60.
    """

    def __init__(self, *args: Any, about: str = "", **kwargs: Any) -> None:
        """Bind the column to a name, which must never change."""
        self.about = about
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Tell migrations the name as well."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"about": self.about}

    def get_prep_value(self, value: Any) -> Any:
        """Seal a text on its way in."""
        text = super().get_prep_value(value)
        if not text or text.startswith(MARK):
            return text
        return MARK + b64encode(seal(text.encode(), self.about)).decode()

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """Open a text on its way out."""
        if not value or not value.startswith(MARK):
            return value
        return open_sealed(b64decode(value.removeprefix(MARK)), self.about).decode()
