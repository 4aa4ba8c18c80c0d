"""A frame packed once for all who listen: blocks of a gzip stream that lean on nothing before them.

gzip (RFC 1952) is a header and blocks of deflate (RFC 1951). A block that a fresh compressor has made and
ended at a byte may stand in any stream, so all streams share it; a compressor a listener would cost its
memory and the work five hundred times. The stream has no end of its own, as the listening has none.
"""

import zlib

#: Deflate, no name, no time, system unknown.
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: Below this a frame is laid in as it is: it is gone before a compressor has come.
SMALL_BYTES = 512
#: The fastest: two hundred alarms are packed forty-fold in a millisecond, and better is not much better.
LEVEL = 1
_RAW = -15


def packed(frame: bytes) -> bytes:
    """Return a frame as whole blocks of deflate that end at a byte."""
    if len(frame) < SMALL_BYTES:
        size = len(frame).to_bytes(2, "little")
        return b"\x00" + size + bytes(255 - one for one in size) + frame
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW)
    return compressor.compress(frame) + compressor.flush(zlib.Z_SYNC_FLUSH)
