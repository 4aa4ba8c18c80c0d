"""READINGS is a log, not an archive: what is old and has been taken in by all leaves it (7.16)."""

import logging
from datetime import datetime, timedelta

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from anlan.kernel.alerts.models import EngineProgress, ExerciseProgress
from anlan.kernel.base.bus import READINGS
from anlan.kernel.base.clock import now

log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)


def engines_progress(epoch: str) -> int:
    """Return up to where every engine has judged this life of READINGS; 0 where one has not.

    Exercises are waited for while somebody judges them: real readings must have room.
    """
    real = list(EngineProgress.objects.values_list("epoch", "seq"))
    drills = ExerciseProgress.objects.filter(updated_at__gt=now() - KEPT)
    rows = [*real, *drills.values_list("epoch", "seq")]
    if not real or any(judged != epoch for judged, _ in rows):
        return 0
    return min(int(seq) for _, seq in rows)


async def purge_readings(
    js: JetStreamContext, *, engine_seq: int, recorder_seq: int, moment: datetime
) -> int:
    """Purge what is below both positions and older than 24 h; return how many messages went."""
    state = (await js.stream_info(READINGS)).state
    taken_in = min(engine_seq, recorder_seq)
    if not state.messages or state.first_seq > taken_in:
        return 0
    first = int(state.first_seq)
    low, high = first, min(taken_in, int(state.last_seq)) + 1
    # the first message that stays: by halves, since the time of messages grows with them
    while low < high:
        middle = (low + high) // 2
        if await _is_older(js, middle, moment - KEPT):
            low = middle + 1
        else:
            high = middle
    if low <= first:
        return 0
    await js.purge_stream(READINGS, seq=low)
    purged = low - first
    log.info("purged %s messages of READINGS, up to %s", purged, low - 1)
    return purged


async def _is_older(js: JetStreamContext, sequence: int, moment: datetime) -> bool:
    try:
        message = await js.get_msg(READINGS, sequence)
    except NotFoundError:
        return True  # gone already
    return message.time is not None and message.time < moment
