"""Two entries of one firm made one by a person, and undone; or told apart for good."""

from collections.abc import Sequence
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
)
from anlan.kernel.base.permissions import Reach, decide
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.documents.services import move_documents
from anlan.kernel.people.models import Organisation, OrganisationKind, SiteReach, SiteRelation
from anlan.kernel.people.queries.directory import facts_of
from anlan.kernel.people.queries.holdings import valid_at
from anlan.kernel.people.queries.own_territory import is_own
from anlan.kernel.people.services import merging
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.services.owners import move_gateways
from anlan.kernel.subjects.models import Subject
from anlan.kernel.subjects.services import SITE_KIND, move_subjects
from anlan.systems.data_quality import events
from anlan.systems.data_quality.models import FirmMerge, FirmsApart
from anlan.systems.data_quality.queries.doubles import hidden_of, merge
from anlan.systems.data_quality.rules import MERGE


def merge_firms(*, kept_id: str, merged_ids: Sequence[str], reason: str) -> list[FirmMerge]:
    """Let one entry of a firm stand for several: all of them, or none."""
    if not reason.strip():
        raise InvalidError("请写明理由", code="data_quality.reason_missing")
    if kept_id in merged_ids or not merged_ids or len(set(merged_ids)) != len(merged_ids):
        raise InvalidError("请选择要并入的其他单位", code="data_quality.nothing_to_merge")
    firms = _locked([kept_id, *merged_ids])
    kept = firms[kept_id]
    for firm in firms.values():
        _refuse_unless_reached(firm)
    return [_merge(kept, firms[one], reason.strip()) for one in merged_ids]


def undo_merge(*, merge_id: str, version: int, reason: str) -> FirmMerge:
    """Give everything back to the doubled entry; refused when a later change stands in the way."""
    if not reason.strip():
        raise InvalidError("请写明理由", code="data_quality.reason_missing")
    row = merge(merge_id)
    if row.version != version:
        raise StaleVersionError("已被他人修改，请刷新后再改", version=row.version)
    if row.undone_at is not None:
        raise ConflictError("这次合并已经撤回", code="data_quality.undone_already")
    firms = _locked([row.kept_id, row.merged_id])
    kept, merged = firms[row.kept_id], firms[row.merged_id]
    _refuse_unless_reached(kept)
    moved = row.moved
    _refuse_if_built_upon(kept, moved)
    way = {"giver": kept.id, "taker": merged.id}
    merging.release(kept=kept, merged=merged, moved=moved)
    move_subjects(**way, ids=moved["sites"])
    move_gateways(**way, ids=moved["gateways"])
    move_documents(**way, ids=moved["documents"])
    row.undone_at = row.updated_at = now()
    row.undone_by, row.undo_reason = current_work().principal.actor, reason.strip()
    row.version += 1
    row.save(update_fields=["undone_at", "undone_by", "undo_reason", "version", "updated_at"])
    _record(row, moved, merged_into=[kept.id, None])
    return row


def tell_apart(*, first_id: str, second_id: str, reason: str) -> FirmsApart:
    """Say that two entries that look alike are two firms; they are not shown as one again."""
    if not reason.strip():
        raise InvalidError("请写明理由", code="data_quality.reason_missing")
    if first_id == second_id:
        raise InvalidError("请选择两家单位", code="data_quality.nothing_to_merge")
    firms = _locked([first_id, second_id])
    for firm in firms.values():
        _refuse_unless_reached(firm)
    low, high = sorted(firms)
    place, moment = _place(firms[low]), now()
    said = {"reason": reason.strip(), "said_by": current_work().principal.actor}
    columns = {"div": place.div, "zone": place.zone, "site": place.site}
    row, is_new = FirmsApart.objects.get_or_create(
        first_id=low,
        second_id=high,
        defaults={**said, **columns, "created_at": moment, "updated_at": moment},
    )
    if is_new:
        state = events.FirmsApartState(id=row.id, first_id=low, second_id=high)
        about = journal.Subject.of(row)
        journal.record(events.FIRMS_APART, state, about, change={"reason": [None, row.reason]})
    return row


def _merge(kept: Organisation, merged: Organisation, reason: str) -> FirmMerge:
    if kept.credit_code is None and merged.credit_code is not None:
        raise InvalidError(
            f"{merged.name} 有统一社会信用代码，{kept.name} 没有：请保留有代码的一家",
            code="data_quality.keep_the_coded",
        )
    if kept.parent_id == merged.id or merged.parent_id == kept.id:
        raise InvalidError(
            f"{merged.name} 与 {kept.name} 是上下级单位，不是同一家",
            code="data_quality.parent_and_part",
        )
    place, moment = _place(kept), now()
    way = {"giver": merged.id, "taker": kept.id}
    moved = {
        "sites": move_subjects(**way),
        "gateways": move_gateways(**way),
        "documents": move_documents(**way),
        **merging.absorb(kept=kept, merged=merged),
    }
    row = FirmMerge.objects.create(
        kept=kept,
        merged=merged,
        reason=reason,
        moved=moved,
        merged_by=current_work().principal.actor,
        div=place.div,
        zone=place.zone,
        site=place.site,
        created_at=moment,
        updated_at=moment,
    )
    _record(row, moved, merged_into=[None, kept.id])
    return row


def _locked(ids: Sequence[str]) -> dict[str, Organisation]:
    """Return the firms, locked in the order of their ids, so that two people never wait for each other."""
    rows = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    found = {one.id: one for one in rows.order_by("pk")}
    if missing := sorted(set(ids) - found.keys()):
        raise NotFoundError(f"没有单位 {missing[0]}", code="data_quality.firm_not_found")
    for one in found.values():
        if one.kind != OrganisationKind.FIRM:
            raise InvalidError(f"{one.name} 不是企业", code="data_quality.not_a_firm")
    return found


def _refuse_unless_reached(firm: Organisation) -> None:
    """Refuse unless the firm's seat is of one's own territory, or all of it is in one's charge."""
    principal = current_work().principal
    sites = list(Subject.objects.filter(organisation=firm, kind__code=SITE_KIND))
    is_mine = is_own(principal, MERGE, facts_of(firm)) or bool(sites)
    if hidden_of(firm) or not is_mine or not all(_keeps(one) for one in sites):
        raise NotPermittedError(
            f"{firm.name} 或它的厂区、设备、文件有不在您管辖范围内的，不能由您合并",
            code="data_quality.firm_out_of_reach",
            firm=firm.id,
        )


def _keeps(site: Subject) -> bool:
    """Tell whether somebody is in charge of a site, or it is of his own territory and nobody's yet."""
    principal = current_work().principal
    if decide(principal, MERGE, site.facts, Reach.IN_CHARGE).allowed:
        return True
    standing = SiteReach.objects.filter(valid_at(now()), relation=SiteRelation.SUPERVISOR)
    return not standing.filter(site=site.site).exists() and is_own(principal, MERGE, site.facts)


def _refuse_if_built_upon(kept: Organisation, moved: dict[str, list[str]]) -> None:
    """Refuse when something was put up since on what would go back: whose it is, nobody could say."""
    sites = Subject.objects.filter(pk__in=moved["sites"]).values_list("site", flat=True)
    own = {"organisation": kept, "site__in": set(sites)}
    new: list[Subject | Gateway] = [
        *Subject.objects.filter(**own).exclude(pk__in=moved["sites"]),
        *Gateway.objects.filter(**own).exclude(pk__in=moved["gateways"]),
    ]
    if new:
        raise ConflictError(
            f"合并之后又在这些厂区登记了 {new[0].name} 等 {len(new)} 项，不能撤回",
            code="data_quality.built_upon_since",
            objects=[one.id for one in new],
        )


def _place(firm: Organisation) -> journal.Place:
    """Return where a decision about a firm hangs: at its seat, or at a site if that is out of reach."""
    facts = facts_of(firm)
    if current_work().principal.scope.sees(facts):
        return journal.Place(div=facts.div, zone=facts.zone)
    site = Subject.objects.filter(organisation=firm, kind__code=SITE_KIND).first()
    return journal.Place.of(site) if site else journal.Place(div=facts.div, zone=facts.zone)


def _record(row: FirmMerge, moved: dict[str, list[str]], *, merged_into: list[Any]) -> None:
    state = events.FirmMergeState(
        id=row.id,
        version=row.version,
        kept_id=row.kept_id,
        merged_id=row.merged_id,
        moved={key: len(ids) for key, ids in moved.items()},
        is_undone=row.undone_at is not None,
    )
    event = events.MERGE_UNDONE if row.undone_at else events.FIRM_MERGED
    change = {"merged_into": merged_into, "organisation_id": merged_into, "moved": moved}
    reason = row.undo_reason or row.reason
    journal.record(event, state, journal.Subject.of(row), change=change | {"reason": reason})
