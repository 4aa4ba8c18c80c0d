"""Findings about the honesty of data for tests, written down as the nightly look does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.sensing.models import Datastream
from anlan.systems.data_honesty.grounds import read_grounds
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.patterns import Pattern
from anlan.systems.data_honesty.services.noting import note_patterns
from tests.factories import working
from tests.plant import Plant

MODELS = (HonestyFinding, HonestyLook)


@dataclass(frozen=True, kw_only=True)
class HonestyRows:
    """Ids of a finding, one that was handed over, one that was judged, and a look."""

    finding: str
    handed_finding: str
    judged_finding: str
    look: str


def midnight(ago: int = 0) -> datetime:
    """Return the beginning of today in the bureau's time, or of a day so many days ago."""
    here = now().astimezone(SHANGHAI)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=ago)


def finding(stream: Datastream, kind: str = "copied") -> HonestyFinding:
    """Write down that a datastream's yesterday is a copy of three days before it, or another kind of that day."""
    with working():
        said = Pattern(
            stream=stream,
            kind=kind,
            first_at=midnight(1),
            last_at=midnight(0),
            earlier_at=midnight(4) if kind.startswith("copied") else None,
            figures={"hours": 24.0, "lag_hours": 72.0},
            basis={"step_s": 60},
        )
        note_patterns([said], read_grounds())
        return HonestyFinding.objects.get(kind=kind, datastream=stream)


def handed_finding(stream: Datastream, kind: str = "constant") -> HonestyFinding:
    """Return a finding that was handed to the firm, whoever stands there."""
    row = finding(stream, kind)
    with working():
        row.state, row.asked, row.handed_by = "handed", "说明来源", "system:factory"
        row.handed_at, row.due_on = now(), midnight(-7).date()
        row.save()
        return row


def judged_finding(stream: Datastream, kind: str = "clipped") -> HonestyFinding:
    """Return a finding that was judged true."""
    row = finding(stream, kind)
    with working():
        row.verdict = "true"
        row.save()
        return row


def look(plant: Plant) -> HonestyLook:
    """Return a look at a plant's yesterday that is done."""
    with working():
        moment, site = now(), plant.site
        return HonestyLook.objects.create(
            site=site.id,
            div=site.div,
            zone=site.zone,
            day=midnight(1).date(),
            asked_by="system:test",
            done_at=moment,
            created_at=moment,
            updated_at=moment,
        )


def rows_at(plant: Plant) -> dict[str, str]:
    """Return a finding, one that was handed over, one that was judged, and a look, by what each is called."""
    stream = plant.streams[4]
    return {
        "finding": finding(stream).id,
        "handed_finding": handed_finding(stream).id,
        "judged_finding": judged_finding(stream).id,
        "look": look(plant).id,
    }
