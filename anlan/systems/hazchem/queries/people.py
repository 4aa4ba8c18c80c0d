"""Who lives within 500 m of an installation, as the layer of settlements says."""

from dataclasses import dataclass
from typing import Any, Final

from anlan.kernel.base.errors import InvalidError
from anlan.kernel.places import nearby
from anlan.kernel.subjects.models import Subject

#: GB 18218-2018 table 5: beyond the boundary of the works.
WITHIN_M: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The number and each settlement in it: name, name_en, population (None is not known), distance_m."""

    people: int
    basis: list[dict[str, Any]]


def counted_near(subject: Subject, boundary_m: float) -> Counted:
    """Count the settlements whose point lies within 500 m of a circle of `boundary_m` around a subject's place.

    Raises InvalidError for a subject that is not on the map: who lives there must then be entered.
    """
    place = subject.location
    if place is None:
        raise InvalidError(
            "对象没有位置，无法统计人口，请人工填报",
            code="hazchem.no_place_to_count",
            field="people",
        )
    found = nearby.settlements_within(nearby.circle(place.x, place.y, WITHIN_M + boundary_m))
    return Counted(people=sum(one["population"] or 0 for one in found), basis=found)
