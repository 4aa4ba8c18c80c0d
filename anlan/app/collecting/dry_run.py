"""The next rows of a source as they would arrive: nothing is kept, and no place moves."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from anlan.app.collecting.outbox_tables import looked_at
from anlan.app.collecting.pull_progress import Judged, mark_of
from anlan.app.collecting.pull_sources import Pull
from anlan.app.collecting.pulling import judge
from anlan.kernel.base.clock import from_ms
from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.sensing.pulled import AwayError, Mark
from anlan.kernel.sensing.sample import Sample


async def dry_run(pull: Pull, outbox: Path, rows: int) -> list[Judged]:
    """Return the first rows of the round that comes next. Raises ConfigurationError where the source is away."""
    found: list[Judged] = []
    try:
        since = await pull.source.since(_mark(outbox, pull.settings.name))
        async for page in pull.source.pages(since, rows):
            found += [judge(row, pull.settings) for row in islice(page, rows - len(found))]
            if len(found) >= rows:
                break
    except AwayError as error:
        raise ConfigurationError(f"{pull.settings.name}：{error}") from error
    finally:
        await pull.source.close()
    return found


def lines(name: str, rows: list[Judged]) -> Iterator[str]:
    """Yield what a person reads: tag, time (UTC), value, quality, or why a row is refused and the row."""
    yield f"{name}：{len(rows)} 行试读，未入库 · rows as they would arrive, none kept"
    for row in rows:
        said = row.outcome
        if isinstance(said, Sample):
            at = from_ms(said.at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            yield f"  {said.tag}  {at}  {said.value:g}  {said.quality}"
        else:
            yield f"  ✗ {said}  {row.text.decode()}"


def _mark(outbox: Path, name: str) -> Mark | None:
    """Return how far a source was read, also where no collector has run yet, or only one that knew no such source."""
    try:
        with closing(looked_at(outbox)) as db:
            [is_there] = db.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'progress'"
            ).fetchone()
            return mark_of(db, name) if is_there else None
    except ConfigurationError:
        return None
