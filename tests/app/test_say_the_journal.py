"""The audit viewer has a word, in both languages, for every field that an event carries and every code of it."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

WORDS = Path(__file__).parents[2] / "web/src/kernel/base/journalFields.json"


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found


def carried() -> set[str]:
    """Return every field of every event, but the English half of a pair."""
    from anlan.app.event_types import load_event_types
    from anlan.kernel.base.events import EVENT_TYPES

    load_event_types()
    found = {one.name for event in EVENT_TYPES.values() for one in fields(event.data)}
    return {name for name in found if name.removesuffix("_en") == name or name[:-3] not in found}


def test_every_field_of_every_event_has_a_word_and_no_word_is_left_over(
    said: dict[str, Any],
) -> None:
    assert set(said["fields"]) == carried()


def test_every_proof_that_a_stop_deletes_has_a_word(said: dict[str, Any]) -> None:
    from anlan.kernel.people.services.proofs import NOTHING

    assert set(NOTHING) - set(said["changes"]) == set()


def test_every_word_is_said_twice(said: dict[str, Any]) -> None:
    pairs = [*said["fields"].values(), *said["changes"].values(), *said["truth"].values()]
    pairs += [pair for words in said["words"].values() for pair in words.values()]
    assert [pair for pair in pairs if len(pair) != 2 or not all(pair)] == []


def test_every_code_that_a_field_may_hold_has_a_word(said: dict[str, Any]) -> None:
    from anlan.kernel.alerts import models as alerts
    from anlan.kernel.alerts import rules
    from anlan.kernel.base.fields import Sensitivity
    from anlan.kernel.people import models as people
    from anlan.kernel.places import models as places
    from anlan.kernel.screens.rules import Ending
    from anlan.kernel.sensing import models as sensing
    from anlan.kernel.sketches import models as sketches
    from anlan.kernel.subjects import models as subjects
    from anlan.systems.data_honesty import rules as honesty
    from anlan.systems.desk import models as desk
    from anlan.systems.escalation import rules as escalation
    from anlan.systems.firm_day import models as firm_day
    from anlan.systems.firm_day import promises
    from anlan.systems.firm_day import rules as work
    from anlan.systems.hazchem import models as hazchem

    held: dict[str, set[str]] = {
        "instrument_state": set(alerts.InstrumentState),
        "firm_state": set(alerts.FirmState),
        "bureau_state": set(alerts.BureauState),
        "cause": set(rules.CAUSES),
        "check_outcome": set(rules.CHECK_OUTCOMES),
        "condition": {*sensing.Condition, *rules.GROUPS},
        "confidence": set(sensing.Confidence),
        "limit_confidence": set(sensing.Confidence),
        "sensitivity": {str(one.value) for one in Sensitivity},
        "ceiling": {str(one.value) for one in Sensitivity},
        "administrator": set(people.AdministratorKind),
        "relation": set(people.SiteRelation),
        "purpose": set(people.LinkPurpose),
        "status": set(subjects.SubjectStatus),
        "ending": set(Ending),
        "figure": set(sketches.SketchKind),
        "audience": set(sketches.Audience),
        "awaited": set(escalation.AWAITED),
        "bulletin_state": set(desk.BulletinState),
        "round_level": set(desk.RoundLevel),
        "round_result": set(desk.RoundResult),
        "unit_kind": set(hazchem.UnitKind),
        "promised_risk": set(promises.promise_rules().risks),
        "permit_state": set(firm_day.PermitState),
        "work_kind": set(work.standard().kinds),
        "work_level": {
            level.key for kind in work.standard().kinds.values() for level in kind.levels
        },
        "managed_level": {
            level.key for kind in work.standard().kinds.values() for level in kind.levels
        },
        "people_source": set(hazchem.PeopleSource),
        "over": set(hazchem.Over),
        "state": set(honesty.STATES),
        "verdict": set(honesty.VERDICTS) - {""},
        "kind": {
            *people.OrganisationKind,
            *people.KeyKind,
            *people.ContactKind,
            *places.AreaKind,
            *places.ReorganisationKind,
            *sensing.SuppressionKind,
            *honesty.KINDS,
        },
    }
    lacking = {
        field: missing
        for field, codes in held.items()
        if (missing := {str(one) for one in codes} - set(said["words"][field]))
    }
    assert lacking == {}
