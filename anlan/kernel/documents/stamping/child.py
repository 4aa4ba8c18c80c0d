"""The process that stamps one file: the mark and the kind as JSON in its arguments, bytes in, bytes out.

It ends with REFUSED and a word when the file cannot carry a stamp; any other end but 0 means that
the file is broken or takes more than it may.
"""

import json
import resource
import sys

from anlan.kernel.documents.stamping import pdf, picture
from anlan.kernel.documents.stamping.mark import Mark, UnstampableError

REFUSED = 3
SECONDS_MAX, BYTES_MAX = 30, 2 * 1024**3
STAMPS = {"application/pdf": pdf.stamp, "image/png": picture.stamp, "image/jpeg": picture.stamp}


def main() -> int:
    """Stamp what comes in."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES_MAX, BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = json.loads(sys.argv[1])
    try:
        made = STAMPS[told["media_type"]](sys.stdin.buffer.read(), Mark(**told["mark"]))
    except UnstampableError as refusal:
        sys.stdout.write(str(refusal))
        return REFUSED
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
