"""How the accounts stand as a whole: what an auditor and the doctor ask for."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.people.events import USED_ELSEWHERE
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.holdings import holdings
from anlan.kernel.people.queries.second_factor import IS_ENROLLED
from anlan.kernel.people.rules import SLEEPS_AFTER

SHARED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Counts over accounts that are not stopped; the invented cast of a demo is not counted."""

    people: int
    without_second_factor: int
    asleep: int
    temporary_passwords: int
    #: Accounts that were used from several addresses at once within `SHARED_WITHIN`.
    used_elsewhere: int
    administrators: dict[str, int]
    administrators_in_posts: int


def standing() -> Standing:
    """Count."""
    users = User.objects.filter(is_active=True, is_invented=False)
    administrators: dict[str, int] = {}
    for kind in users.exclude(administrator="").values_list("administrator", flat=True):
        administrators[kind] = administrators.get(kind, 0) + 1
    held = Exists(holdings().filter(user=OuterRef("pk")))
    return Standing(
        people=users.count(),
        without_second_factor=users.exclude(IS_ENROLLED).count(),
        asleep=users.annotate(used_at=Coalesce("last_login", "created_at"))
        .filter(used_at__lt=now() - SLEEPS_AFTER)
        .count(),
        temporary_passwords=users.filter(must_change_password=True).count(),
        used_elsewhere=Journal.objects.filter(
            type=USED_ELSEWHERE.name,
            known_at__gt=now() - SHARED_WITHIN,
            object__in=users.values("id"),
        )
        .values("object")
        .distinct()
        .count(),
        administrators=administrators,
        administrators_in_posts=users.exclude(administrator="").filter(held).count(),
    )
