"""The demo's chemicals and major-hazard installations, of `hazards.toml`. Safe to repeat."""

import tomllib
from typing import Any

from anlan.app.demo.mapping import HERE
from anlan.kernel.sensing.models import Datastream
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from anlan.systems.hazchem.queries.chemicals import by_code
from anlan.systems.hazchem.queries.installations import installations
from anlan.systems.hazchem.services.holdings import HoldingDetails
from anlan.systems.hazchem.services.installations import InstallationDetails, register_installation

FILE = HERE / "hazards.toml"
_OF_UNIT = ("code", "name", "name_en", "unit_kind", "filing_number", "boundary_m", "people")


def load_hazards() -> None:
    """Register what is missing, inside the open unit of work; a firm that is not there is left out."""
    for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["installation"]:
        site = Subject.objects.filter(kind__code=subjects.SITE_KIND, code=row["firm"]).first()
        if site is None or installations().filter(site=site.id, code=row["code"]).exists():
            continue
        at = site
        if "subject" in row:
            at = Subject.objects.get(site=site.id, code=f"{row['firm']}-{row['subject']}")
        said = {name: row[name] for name in _OF_UNIT if name in row}
        register_installation(
            subject_id=at.id,
            details=InstallationDetails(**said, is_invented=True),
            held=[_held(site, one) for one in row["holdings"]],
        )


def _held(site: Subject, row: dict[str, Any]) -> HoldingDetails:
    said = {key: value for key, value in row.items() if key not in {"chemical", "tag"}}
    if "tag" in row:
        stream = Datastream.objects.get(site=site.id, tag=row["tag"], retired_at=None)
        said |= {"datastream_id": stream.id, "stock_from": "tank"}
    return HoldingDetails(chemical_id=by_code(row["chemical"]).id, **said)
