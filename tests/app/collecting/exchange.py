"""An exchange database of a province: a view as they are, in SQLite or in whatever SQLAlchemy reaches."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from anlan.adapters.exchange_db.settings import Exchange
from anlan.adapters.mqtt.decode import to_batch
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox

TABLE = "CREATE TABLE {} (id INTEGER PRIMARY KEY, tag TEXT, at {}, val TEXT, q TEXT, firm TEXT, laid {})"


class Province:
    """The other side: rows are laid in, changed and taken away by plain SQL."""

    def __init__(self, url: str, table: str = "v_reading", time: str = "TEXT") -> None:
        self.engine, self.url, self.table, self.time = create_engine(url), url, table, time
        self.say(TABLE.format(table, time, time))

    def say(self, sql: str, *rows: dict[str, Any]) -> None:
        with self.engine.begin() as line:
            line.execute(text(sql), list(rows) or None)

    def lay(self, *rows: Sequence[Any], tag: str = "P1", firm: str = "F1") -> None:
        """Lay rows in: id, when measured, value, when laid in."""
        said = "INSERT INTO {} VALUES (:id, :tag, :at, :val, '0', :firm, :laid)"
        self.say(
            said.format(self.table),
            *(
                {"id": key, "at": at, "val": val, "laid": laid, "tag": tag, "firm": firm}
                for key, at, val, laid in rows
            ),
        )

    def settings(self, **more: Any) -> Exchange:
        return settings_of(self.url, view=self.table, **more)


def settings_of(url: str, **more: Any) -> Exchange:
    said: dict[str, Any] = {
        "name": "province", "url": url, "view": "v_reading", "tag_column": "tag", "time": "at",
        "value": "val", "quality": "q", "qualities": {"0": 192, "1": 0}, "watermark": "id",
        "key": ["id"], "tag": {"P1": "T101.LI", "P2": "T102.LI"}, "overlap_rows": 5, "page": 3,
    }  # fmt: skip
    return Exchange(**said | more)


def sqlite_in(folder: Path) -> Province:
    return Province(f"sqlite:///{folder / 'province.sqlite'}")


def outbox_in(folder: Path, limit_bytes: int = 64 * 1024**2) -> Outbox:
    return Outbox(
        folder / "outbox.sqlite",
        lambda seq, some, held: composed("G1", seq, some, held),
        limit_bytes,
    )


def values_in(outbox: Outbox) -> list[float]:
    """Return what is sent, in its order."""
    found: list[float] = []
    done = None
    while (one := outbox.following(done)) is not None:
        done = one.seq
        found += to_batch(one.body).values.tolist()
    return found
