"""A plant, its people, the firm's safety officer at his desk, and a clock that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # the tables are there once Django is set up, and this file is read before
    from django.test import Client

    from anlan.kernel.people.models import User
    from tests.cast import Cast
    from tests.plant import Plant
    from tests.systems.firm_day.day import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    from anlan.systems.firm_day import subscriptions
    from anlan.systems.firm_day.api import commitments as http
    from anlan.systems.firm_day.queries import permits as reads
    from anlan.systems.firm_day.queries import promises
    from anlan.systems.firm_day.services import (
        commitments,
        contradictions,
        notices,
        permits,
        watch,
    )
    from tests.systems.firm_day.day import Clock

    made = Clock()
    modules = (reads, promises, commitments, contradictions, notices, permits, watch, subscriptions)
    for module in (*modules, http):
        monkeypatch.setattr(module, "now", made)
    return made


@pytest.fixture
def plant() -> Plant:
    from anlan.kernel.subjects.models import SubjectKind
    from tests.plant import build_plant

    made = build_plant(streams=1)
    SubjectKind.objects.filter(code="enterprise").update(matter="hazchem")
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    from tests.cast import assemble

    return assemble(site=plant.site.id)


@pytest.fixture
def safety(cast: Cast) -> User:
    from tests import factories

    return factories.officer(cast.firm, "firm_safety", "何安全", "safety")


@pytest.fixture
def firm(safety: User, clock: Clock) -> Client:
    """The safety officer's browser."""
    from tests.cast import signed_in

    return signed_in(safety)
