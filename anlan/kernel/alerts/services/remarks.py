"""What people note at an alarm (备注): written once, by whoever sees the alarm by more than a share."""

from anlan.kernel.alerts import events
from anlan.kernel.alerts.models import Alarm, Remark
from anlan.kernel.base import journal
from anlan.kernel.base.errors import InvalidError, NotFoundError
from anlan.kernel.base.permissions import Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless

VIEW = "alerts.alarm.view"
#: To whom only a look was given he writes nothing.
WRITERS = (Reach.OWN_FIRM, Reach.HOME, Reach.IN_CHARGE)


def write_remark(*, alarm_id: str, text: str) -> Remark:
    """Note something at an alarm; the alarm itself and whose turn it is stay as they are."""
    alarm = Alarm.objects.filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFoundError("没有这个报警，或不在您的范围内", id=alarm_id)
    refuse_unless(VIEW, alarm.facts, *WRITERS)
    if not text.strip():
        raise InvalidError("请填写备注", code="alerts.remark_missing", field="text")
    place = journal.Place.of(alarm)
    columns = journal.first_columns(place) | {"exercise_id": alarm.exercise_id}
    made = Remark.objects.create(
        alarm=alarm, text=text.strip(), written_by=current_work().principal.name, **columns
    )
    state = events.RemarkState(
        id=made.id, alarm_id=alarm.id, text=made.text, written_by=made.written_by
    )
    journal.record(events.REMARK_WRITTEN, state, journal.Subject.of(made))
    return made
