"""What becomes of one row of the workbooks of bureaus, posts, who holds them, and accounts."""

from typing import Any

from anlan.app.register.books import NO_ZONE
from anlan.app.register.known import Known
from anlan.app.register.outcome import Outcome, differing
from anlan.app.register.sheets import Row
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.people.models import Organisation, OrganisationKind, Post, Role, User
from anlan.kernel.people.queries.holdings import holdings
from anlan.kernel.people.services import organisations, posts, users

KINDS = tuple(one for one in OrganisationKind.values if one != OrganisationKind.FIRM)


def bureau(row: Row, _known: Known) -> Outcome:
    """Register a bureau or agency, or give it another name, seat or zone.

    It is found by its id, by its credit code or, in a row that has neither, by its name.
    """
    if row.of("kind") not in KINDS:
        raise InvalidError(
            f"类别 {row.of('kind')} 不在 {'、'.join(KINDS)} 之内",
            code="register.unknown_bureau_kind",
        )
    kind, parent = OrganisationKind(row.of("kind")), _above(row)
    found = _found(row)
    wanted: dict[str, Any] = {
        "name": row.of("name"),
        "name_en": row.of("name_en") or (found.name_en if found else ""),
        "territory_code": row.of("division") or (found.territory_code if found else ""),
        "zone": zone_of(row, found),
    }
    if not wanted["territory_code"] and wanted["zone"] is None:
        raise InvalidError(
            f"{row.of('name')} 须有属地或功能区", code="register.bureau_without_seat"
        )
    if found is None:
        organisations.create_organisation(
            kind=kind, credit_code=row.of("credit_code") or None, parent=parent, **wanted
        )
        return Outcome.NEW
    stands: dict[str, Any] = {"kind": kind}
    stands |= {"parent": parent} if parent is not None else {}
    stands |= {"credit_code": code} if (code := row.of("credit_code")) else {}
    if differing(found, stands):
        raise ConflictError(
            f"{found.name} 的类别、上级和统一社会信用代码不能由导入改动",
            code="register.bureau_stands",
        )
    if not differing(found, wanted):
        return Outcome.SAME
    organisations.change_organisation(organisation=found, **wanted)
    return Outcome.CHANGED


def post(row: Row, _known: Known) -> Outcome:
    """Set up a post of a bureau or firm; one that stands is not altered."""
    at, role = named(row.of("organisation")), _role(row)
    said = {"title_en": row.of("title_en")} if row.of("title_en") else {}
    if found := _posts(row, at, role):
        if all(differing(one, said) for one in found):
            raise ConflictError(
                f"{at.name} 已设 {found[0].title}，英文名称不能由导入改动",
                code="register.post_stands",
            )
        return Outcome.SAME
    posts.create_post(
        organisation=at,
        role=role,
        title=row.of("title"),
        territory_code=row.of("division") or None,
        **said,
    )
    return Outcome.NEW


def appointment(row: Row, _known: Known) -> Outcome:
    """Appoint a person to a post that stands; nobody leaves a post by a workbook.

    Of equal posts of one organisation it is one that nobody holds.
    """
    person = User.objects.filter(username=row.of("username").lower()).first()
    if person is None:
        raise InvalidError(f"没有账号 {row.of('username')}", code="register.unknown_account")
    at, role = named(row.of("organisation")), _role(row)
    found = _posts(row, at, role)
    if not found:
        raise InvalidError(
            f"{at.name} 没有这样的岗位：{row.of('title') or role.title}",
            code="register.unknown_post",
        )
    held = holdings().filter(post__in=found)
    if held.filter(user=person).exists():
        return Outcome.SAME
    taken = set(held.values_list("post_id", flat=True))
    posts.appoint(user=person, post=next((one for one in found if one.id not in taken), found[0]))
    return Outcome.NEW


def account(row: Row, _known: Known) -> Outcome:
    """Open an account without a password, its owner comes by a first link; or write his name anew."""
    username = row.of("username").lower()
    found = User.objects.select_for_update().filter(username=username).first()
    if found is None:
        users.create_user(username=username, name=row.of("name"))
        return Outcome.NEW
    if found.name == row.of("name"):
        return Outcome.SAME
    if found.administrator:
        raise ConflictError(
            f"{username} 是三员账号，不能由导入改动", code="register.administrator_stands"
        )
    users.rename(user=found, name=row.of("name"))
    return Outcome.CHANGED


def named(said: str) -> Organisation:
    """Return the one organisation of this credit code or name. Raises InvalidError for none, or more."""
    standing = Organisation.objects.filter(merged_into=None)
    if (by_code := standing.filter(credit_code=said).first()) is not None:
        return by_code
    rows = list(standing.filter(name=said)[:2])
    if len(rows) != 1:
        raise InvalidError(f"没有（或不止一个）单位叫 {said}", code="register.unknown_organisation")
    return rows[0]


def _found(row: Row) -> Organisation | None:
    rows = Organisation.objects.select_for_update(of=("self",))
    rows = rows.exclude(kind=OrganisationKind.FIRM).filter(merged_into=None)
    if key := row.of("id"):
        if (by_id := rows.filter(pk=key).first()) is None:
            raise InvalidError(f"没有标识为 {key} 的部门", code="register.unknown_organisation")
        return by_id
    if (code := row.of("credit_code")) and (by_code := rows.filter(credit_code=code).first()):
        return by_code
    named_so = list(rows.filter(name=row.of("name"))[:2])
    if len(named_so) > 1:
        raise InvalidError(f"不止一个单位叫 {row.of('name')}", code="register.unknown_organisation")
    return named_so[0] if named_so else None


def zone_of(row: Row, found: Organisation | None) -> int | None:
    """Return the zone that a row says; an empty cell leaves it as it stands."""
    if row.of("zone") == NO_ZONE:
        return None
    return row.whole_of("zone") if row.of("zone") else found.zone if found else None


def _above(row: Row) -> Organisation | None:
    return named(row.of("parent")) if row.of("parent") else None


def _role(row: Row) -> Role:
    found = Role.objects.filter(code=row.of("role")).first()
    if found is None:
        raise InvalidError(f"没有角色 {row.of('role')}", code="register.unknown_role")
    return found


def _posts(row: Row, at: Organisation, role: Role) -> list[Post]:
    rows = Post.objects.filter(
        organisation=at, role=role, territory_code=row.of("division") or None
    )
    title = row.of("title") or role.title
    return list(rows.filter(title=title).order_by("id"))
