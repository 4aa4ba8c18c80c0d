"""HJ 212 stations to the outbox: who may speak, what is new, what is answered, and when.

The answer to an upload (9014) is given when the outbox has it on disk. Without room there is no
answer: the station keeps the data and sends again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from anlan.adapters.hj212.answers import Returned, data_answer, notice_answer, request_answer
from anlan.adapters.hj212.frames import Broken
from anlan.adapters.hj212.packets import PARTS_MAX, name_of, put_together
from anlan.adapters.hj212.quality import QUALITY
from anlan.adapters.hj212.segment import Segment, SegmentError, segment_of
from anlan.adapters.hj212.settings import Station
from anlan.adapters.hj212.values import UNKNOWN, UPLOADS, Upload, upload_of
from anlan.app.collecting.last_known import LastKnown
from anlan.app.collecting.outbox import OutboxFullError
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.sensing.sample import Sample

log = logging.getLogger(__name__)

#: A notice: the station asks for its clock to be set (1013). It is told that it was heard, no more.
NOTICES: Final = frozenset({1013})
#: Uploads without values of factors: when the station was started (2081), its log and state (3020).
OTHER_UPLOADS: Final = frozenset({2081, 3020})
#: What a station answers to a request of a platform; we make none.
ANSWERS: Final = frozenset({9011, 9012, 9013, 9014})
UNMAPPED_NAMED: Final = 20


@dataclass(slots=True)
class StationDesk:
    """The receiver of one door."""

    name: str
    stations: Mapping[str, tuple[Station, bytes]]
    thread: OutboxThread
    state: Told
    last: LastKnown = field(default_factory=LastKnown)
    unmapped: set[str] = field(default_factory=set)

    async def took(self, data: bytes, peer: str) -> bytes | None:
        """Take a data segment; return the frame to answer with, None for none."""
        self.state.counts["frames"] += 1
        try:
            segment = segment_of(data)
        except SegmentError as error:
            await self.set_aside(peer, str(error), data)
            return None
        try:
            return await self._judged(segment, data)
        except SegmentError as error:
            await self.set_aside(peer, str(error), data)
            returned = Returned(error.code) if error.code in set(Returned) else Returned.UNKNOWN
            return request_answer(segment, returned) if segment.wants_answer else None
        except OutboxFullError as error:
            self.state.failed(error, "refused_full")
            return None

    async def broken(self, piece: Broken, peer: str) -> None:
        """Set aside what is no frame. It is not answered: who it is from stands nowhere for sure."""
        self.state.counts["broken"] += 1
        await self.set_aside(peer, piece.reason, piece.raw)

    async def set_aside(self, peer: str, reason: str, raw: bytes) -> None:
        """Put bytes into the quarantine; when there is no room for them that is counted."""
        self.state.failed(f"{peer}: {reason}", "set_aside")
        try:
            await self.thread.do(self.thread.outbox.set_aside, self.name, peer, reason, raw)
        except OutboxFullError as error:
            self.state.failed(error, "set_aside_lost")

    async def _judged(self, segment: Segment, data: bytes) -> bytes | None:
        station = self._station(segment)
        command = segment.command
        if command in UPLOADS:
            await self._upload(station, segment, data)
            return data_answer(segment) if segment.wants_answer else None
        if command in OTHER_UPLOADS:
            self.state.counts["other_uploads"] += 1
            return data_answer(segment) if segment.wants_answer else None
        if command in NOTICES:
            self.state.counts["notices"] += 1
            return notice_answer(segment) if segment.wants_answer else None
        if command in ANSWERS:
            return None
        raise SegmentError(f"CN={command} is nothing that a station says to us", 8)

    def _station(self, segment: Segment) -> Station:
        """Return whose segment it is. Raises SegmentError with the standard's code."""
        found = self.stations.get(segment.station)
        if found is None:
            raise SegmentError(f"MN={segment.station} is not registered", Returned.WRONG_STATION)
        station, password = found
        if not compare_digest(segment.password.encode(), password):
            raise SegmentError(
                f"MN={segment.station}: the password is wrong", Returned.WRONG_PASSWORD
            )
        return station

    async def _upload(self, station: Station, segment: Segment, data: bytes) -> None:
        """Keep an upload, or the packet of one. Raises SegmentError, OutboxFullError."""
        name = _name(segment)
        if bool(segment.request) and await self.thread.do(
            self.thread.outbox.knows, self.name, name
        ):
            self.state.counts["repeated"] += 1
            return
        names: tuple[str, ...] = (name,) if segment.request else ()
        parts_name = ""
        if segment.parts > 1:
            parts_name = name_of(segment)
            packets = await self._packets(parts_name, segment, data)
            if (whole := await self._whole(parts_name, packets)) is None:
                return
            # each packet's own name too: the last one's answer may be lost, and then it comes again
            names = (_name(whole), *(_name(segment_of(one)) for one in packets))
            segment = whole
        upload = upload_of(segment)
        samples = self._samples(station, upload)
        try:
            is_new = await self.thread.keep(self.name, samples, names, parts_name)
        except OutboxFullError:
            self.last.not_kept(samples)  # the station sends it again
            raise
        if not is_new:
            self.state.counts["repeated"] += 1
            return
        self.state.kept(samples, segment.station)
        for item, reason in upload.refused:
            await self.set_aside(segment.station, reason, item.encode())
        if segment.sent_at is not None and upload.period == "real_time":
            skew = segment.sent_at - now()
            self.state.says_now(segment.station, skew / timedelta(seconds=1))

    async def _packets(self, name: str, segment: Segment, data: bytes) -> list[bytes]:
        """Keep a packet on disk, so that it may be acknowledged; return those that are there."""
        if segment.parts > PARTS_MAX or not segment.request:
            raise SegmentError(f"PNUM={segment.parts}, QN={segment.request!r}", 6)
        self.state.counts["packets"] += 1
        outbox = self.thread.outbox
        return await self.thread.do(outbox.keep_part, self.name, name, segment.part, data)

    async def _whole(self, name: str, packets: list[bytes]) -> Segment | None:
        """Return the message when every packet is there. Raises SegmentError when they do not fit."""
        try:
            whole = put_together(packets)
            if whole is not None:
                upload_of(whole)
        except SegmentError:
            await self.thread.do(self.thread.outbox.give_up, self.name, name)
            raise
        return whole

    def _samples(self, station: Station, upload: Upload) -> list[Sample]:
        at_ms = to_ms(upload.at)
        tags = station.tags(upload.period)
        samples: list[Sample] = []
        for value in upload.values:
            what = f"{value.factor}-{value.kind}"
            if (tag := tags.get(what)) is None:
                self._not_mapped(station, f"{upload.period}.{what}")
            else:
                sample = Sample(tag, at_ms, value.value, QUALITY[value.flag])
                samples += self.last.judged(sample)
                if value.flag == UNKNOWN:
                    why = f"{station.mn}: {what} with the unknown flag {value.letter!r}"
                    self.state.failed(why, "flags_unknown")
        names = (item.partition("=")[0] for item, _ in upload.refused)
        return samples + self.last.missing((tags[one] for one in names if one in tags), at_ms)

    def _not_mapped(self, station: Station, what: str) -> None:
        self.state.counts["unmapped"] += 1
        if len(self.unmapped) < UNMAPPED_NAMED and what not in self.unmapped:
            self.unmapped.add(what)
            log.warning("%s: %s of %s is no tag of ours", self.name, what, station.mn)


def _name(segment: Segment) -> str:
    """Return what makes an upload the same one sent again: station, QN, command and what it says.

    Some stations give one QN to uploads of several periods, and some do not move it on: what says
    something else is never taken for a repeat.
    """
    said = sha256(repr(segment.groups).encode()).hexdigest()[:16]
    return f"{segment.station} {segment.request} {segment.command} {said}"
