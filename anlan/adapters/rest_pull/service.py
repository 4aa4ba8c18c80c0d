"""A REST service, page by page: only the rows after a watermark, patient as it asks, bounded in size."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from anlan.adapters.rest_pull.settings import Rest
from anlan.kernel.base.clock import now
from anlan.kernel.sensing.pulled import AwayError, Mark, Row, before, moment_of


class Service:
    """One source. What it asks raises AwayError, with the patience that a Retry-After asks for."""

    def __init__(self, said: Rest, folder: Path, secret: str) -> None:
        """Know the service; nothing is connected yet. Raises ValueError, OSError for a certificate."""
        self.said = said
        #: Services page as they like, unless the file says otherwise.
        self.is_in_order = said.ordered
        headers = dict(said.header)
        if secret:
            headers[said.secret_header] = said.secret_prefix + secret
        trust = ssl.create_default_context(
            cafile=str(folder / said.ca_file) if said.ca_file else None
        )
        # no proxy and no password out of the environment: only what the file says
        self._client = httpx.AsyncClient(
            headers=headers, verify=trust, timeout=said.timeout_s, trust_env=False
        )
        self._skew: timedelta | None = None
        #: The last place that a row told.
        self._last: Mark | None = None

    @property
    def address(self) -> str:
        """Return where it is, without what is asked."""
        return self.said.url.partition("?")[0]

    async def skew_s(self) -> float | None:
        """Return by how much its clock is ahead of ours (s), by the Date of its last answer: to the second."""
        return None if self._skew is None else self._skew / timedelta(seconds=1)

    async def look(self, mark: Mark | None) -> str:
        """Return nothing: a service has no common way to be asked for its newest row."""
        return ""

    async def since(self, mark: Mark | None) -> Mark | None:
        """Return where a round begins that has come to a mark: the overlap before it, never beyond its clock."""
        said = self.said
        if mark is None:
            return said.start
        if said.watermark_kind == "number" and isinstance(mark, int | float):
            return mark - said.overlap_rows
        latest = now() + (self._skew or timedelta(0))
        return before(mark, latest, timedelta(seconds=said.overlap_s), said.zone)

    async def pages(self, since: Mark | None, most: int | None = None) -> AsyncIterator[list[Row]]:
        """Yield the rows from a mark on, as the service pages them."""
        said = self.said
        asked = dict(said.parameter)
        if since is not None:
            asked[said.since_parameter] = str(since)
        if said.size_parameter:
            asked[said.size_parameter] = str(min(most or said.page, said.page))
        if said.paging == "number":
            asked[said.page_parameter] = str(said.first_page)
        url = str(httpx.URL(said.url).copy_merge_params(asked))
        for number in range(said.pages_max):
            answer = await self._answer(url)
            rows = self._rows(answer)
            if rows:
                yield rows
            following = self._following(url, answer, number + 1 if rows else 0)
            if following is None:
                return
            if following == url:
                raise AwayError("the next page is the same page")
            url = following
        raise AwayError(f"more than {said.pages_max} pages in a round")

    async def count(self, first: datetime, end: datetime) -> int | None:
        """Return None: a service has no common way to be asked for a count."""
        return None

    async def close(self) -> None:
        """Let go of the lines."""
        await self._client.aclose()

    async def _answer(self, url: str) -> Any:
        most, body = self.said.max_mb * 1024**2, bytearray()
        try:
            async with self._client.stream("GET", url) as answer:
                self._learn_clock(answer.headers.get("date"))
                if answer.status_code != httpx.codes.OK:
                    raise AwayError(
                        f"{answer.status_code} {answer.reason_phrase}",
                        _patience_s(answer.headers.get("retry-after", "")),
                    )
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > most:
                        raise AwayError(f"an answer of more than {self.said.max_mb} MB")
            return msgspec.json.decode(bytes(body))
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            msgspec.MsgspecError,
            UnicodeDecodeError,
        ) as error:
            raise AwayError(error) from error

    def _rows(self, answer: Any) -> list[Row]:
        said, found = self.said, at_path(answer, self.said.rows)
        if not isinstance(found, list):
            raise AwayError(f"rows: nothing like a list at {said.rows!r}")
        names = [said.tag_column, said.time, said.value, said.quality, said.watermark, *said.key]
        rows: list[Row] = []
        told = [{name: at_path(one, name) for name in names if name} for one in found]
        places = [self._place(fields[said.watermark]) for fields in told]
        mark = next((one for one in places if one is not None), self._last)
        for fields, place in zip(told, places, strict=True):
            # a row that does not tell its place stands beside one that does
            mark = self._last = mark if place is None else place
            if mark is None:
                wrong = fields[said.watermark]
                raise AwayError(f"{said.watermark}: {wrong!r} is no {said.watermark_kind}")
            key = [fields[name] for name in said.key]
            is_named = None not in key
            name = json.dumps(key if is_named else fields, ensure_ascii=False)
            rows.append(Row(mark, name, fields, is_named))
        return rows

    def _place(self, said: Any) -> Mark | None:
        """Return the place that a row tells, None where it is none, or written in another way than those before."""
        if self.said.watermark_kind == "number":
            if isinstance(said, str) and said.isdecimal():
                return int(said)
            is_number = isinstance(said, int | float) and not isinstance(said, bool)
            return said if is_number else None
        is_alike = self._last is None or type(said) is type(self._last)
        is_time = is_alike and moment_of(said, self.said.zone, is_mark=True) is not None
        return said if is_time else None

    def _following(self, url: str, answer: Any, pages: int) -> str | None:
        """Return the next page; `pages` is how many there were, 0 after an empty one."""
        said = self.said
        if said.paging == "number":
            if not pages:
                return None
            return str(httpx.URL(url).copy_set_param(said.page_parameter, said.first_page + pages))
        told = at_path(answer, said.next)
        if told is None or told == "":
            return None
        if said.paging == "cursor":
            return str(httpx.URL(url).copy_set_param(said.page_parameter, str(told)))
        link = urljoin(url, str(told))
        if _origin(link) != _origin(said.url):
            raise AwayError("next: a link to another origin is not followed")
        return link

    def _learn_clock(self, date: str | None) -> None:
        at = _date(date or "")
        if at is not None:
            self._skew = at - now()


def at_path(answer: Any, path: str) -> Any:
    """Return what stands at names joined by dots, None where nothing does; the answer itself for no name."""
    for name in path.split(".") if path else []:
        if not isinstance(answer, Mapping):
            return None
        answer = answer.get(name)
    return answer


def _origin(url: str) -> tuple[str, str | None, int | None]:
    where = urlsplit(url)
    return where.scheme, where.hostname, where.port or {"https": 443, "http": 80}.get(where.scheme)


def _patience_s(said: str) -> float:
    """Return what a Retry-After asks for (s): a number or a date."""
    if said.isdecimal():
        return float(said)
    at = _date(said)
    return 0.0 if at is None else max(0.0, (at - now()) / timedelta(seconds=1))


def _date(said: str) -> datetime | None:
    try:
        return parsedate_to_datetime(said).astimezone(UTC)
    except (TypeError, ValueError):
        return None
