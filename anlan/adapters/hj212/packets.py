"""A message in several packets (PNUM, PNO; HJ 212-2017 6.3.2): whole when every packet is there."""

from dataclasses import replace

from anlan.adapters.hj212.segment import Segment, SegmentError, segment_of

#: 1,024 bytes each; beyond this it is no upload of a station.
PARTS_MAX = 999


def name_of(segment: Segment) -> str:
    """Return what all packets of one message share."""
    return f"{segment.station} {segment.request} {segment.command}"


def put_together(packets: list[bytes]) -> Segment | None:
    """Return the message of packets in their order, None while one is missing. Raises SegmentError."""
    parts = [segment_of(one) for one in packets]
    first = parts[0]
    if any(one.parts != first.parts for one in parts):
        raise SegmentError("packets that differ in PNUM", 6)
    if [one.part for one in parts] != list(range(1, first.parts + 1)):
        return None
    groups: list[dict[str, str]] = []
    for part in parts:
        # some stations say the time of the data in each packet, others in the first alone
        groups += [one for one in part.groups if not (_is_time(one) and one in groups)]
    return replace(first, groups=tuple(groups), parts=1, part=1)


def _is_time(group: dict[str, str]) -> bool:
    return list(group) == ["DataTime"]
