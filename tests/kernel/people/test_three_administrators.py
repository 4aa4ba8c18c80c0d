"""GB/T 22239-2019: no superuser, no self-appointment, three administrators that exclude one another.

Each test is named by the clause that it is the evidence for.
"""

import pytest
from django.db import IntegrityError, connection, transaction

from anlan.kernel.base.errors import InvalidError, NotPermittedError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.catalogue import shipped
from anlan.kernel.people.models import AdministratorKind, PostHolding, User
from anlan.kernel.people.services import posts, shares, users
from tests import factories
from tests.cast import COUNTY, assemble, principal

pytestmark = pytest.mark.django_db
ADMINISTRATORS = ["system_administrator", "security_administrator", "audit_administrator"]


def test_8_1_4_2_c_no_superuser_column_exists() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'people_user'"
        )
        columns = {row[0] for row in cursor.fetchall()}

    assert not {"is_superuser", "is_staff"} & columns
    assert not User().is_superuser


def test_8_1_4_2_c_no_account_exists_after_the_installation() -> None:
    assert User.objects.count() == 0


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_8_1_4_2_d_an_administrator_sees_no_business_data(who: str) -> None:
    asking = principal(assemble().people[who])

    assert (asking.scope.divs, asking.scope.zones, asking.scope.sites) == ((), (), ())
    business = {"alerts.", "sensing.", "subjects.", "documents."}
    assert not [one for one in asking.permissions if one.startswith(tuple(business))]


def test_8_1_4_2_d_the_duties_of_the_three_do_not_overlap() -> None:
    held = {
        role.code: {
            one for one in role.permissions if one.endswith((".edit", ".read")) or "post." in one
        }
        for role in shipped()
        if role.family == "administrator"
    }

    assert "people.user.edit" in held["system_administrator"]
    assert "people.post.edit" in held["security_administrator"]
    assert "audit.journal.read" in held["audit_administrator"]
    for permission in ("people.user.edit", "people.post.edit", "audit.journal.read"):
        assert sum(permission in one for one in held.values()) == 1


def test_8_1_4_2_d_only_the_audit_administrator_reads_the_whole_journal() -> None:
    cast = assemble()

    audits = {name for name, one in cast.people.items() if principal(one).scope.audit}

    assert audits == {"audit_administrator"}


def test_8_1_4_2_d_an_administrator_is_appointed_to_no_post() -> None:
    cast = assemble()
    post = factories.post(cast.bureau)

    with factories.working(), pytest.raises(InvalidError) as refusal:
        posts.appoint(user=cast.audit_administrator, post=post)

    assert refusal.value.code == "people.administrator_post"


def test_8_1_4_2_d_the_database_refuses_a_post_for_an_administrator() -> None:
    cast = assemble()
    held = PostHolding.objects.get(user=cast.duty_officer)

    with (
        pytest.raises(IntegrityError, match="administrator holds no business post"),
        transaction.atomic(),
    ):
        PostHolding.objects.filter(pk=held.pk).update(user=cast.system_administrator)


def test_8_1_4_2_d_the_database_refuses_an_administrator_who_holds_a_post() -> None:
    cast = assemble()

    with (
        pytest.raises(IntegrityError, match="holds a post is no administrator"),
        transaction.atomic(),
    ):
        User.objects.filter(pk=cast.duty_officer.pk).update(administrator="audit")


def test_8_1_4_2_d_the_database_refuses_two_administrators_in_one_person() -> None:
    cast, nobody = assemble(), factories.user()

    with pytest.raises(IntegrityError, match="not two administrators"), transaction.atomic():
        User.objects.filter(pk=cast.system_administrator.pk).update(administrator="audit")
    with pytest.raises(IntegrityError, match="people_user_administrator"), transaction.atomic():
        User.objects.filter(pk=nobody.pk).update(administrator="super")


def test_8_1_4_2_b_nobody_appoints_himself() -> None:
    cast = assemble()
    post = factories.post(cast.bureau, "bureau_director")

    with unit_of_work(principal(cast.leader)), pytest.raises(NotPermittedError) as refusal:
        posts.appoint(user=cast.leader, post=post)

    assert refusal.value.code == "people.own_appointment"


def test_8_1_4_2_b_the_database_refuses_a_self_appointment() -> None:
    cast = assemble()
    actor = f"user:{cast.leader.id}"

    with pytest.raises(IntegrityError, match="people_holding_not_by_oneself"), transaction.atomic():
        PostHolding.objects.filter(user=cast.leader).update(appointed_by=actor)


def test_8_1_4_2_b_nobody_widens_what_his_own_posts_reach() -> None:
    cast = assemble()

    with unit_of_work(principal(cast.leader)), pytest.raises(NotPermittedError) as refusal:
        shares.grant_scope(organisation=cast.bureau, territory_code="64", reason="方便")

    assert refusal.value.code == "people.own_grant"


def test_8_1_4_2_b_nobody_stops_or_wakes_his_own_account() -> None:
    cast = assemble()

    with unit_of_work(principal(cast.leader)), pytest.raises(NotPermittedError):
        users.set_active(user=cast.leader, is_active=False)


def test_8_1_4_2_b_no_post_is_made_of_an_administrators_role() -> None:
    bureau = factories.organisation(territory_code=COUNTY)

    with pytest.raises(InvalidError) as refusal:
        factories.post(bureau, "audit_administrator")

    assert refusal.value.code == "people.administrator_post"


def test_8_1_4_1_a_a_given_password_must_be_changed_at_the_first_log_in() -> None:
    cast = assemble()

    with unit_of_work(principal(cast.system_administrator)):
        made = users.create_user(username="new", name="新人", password=factories.PASSWORD)
        with pytest.raises(NotPermittedError):
            users.create_user(
                username="other", name="新人", password=factories.PASSWORD, is_temporary=False
            )

    assert made.must_change_password
    assert AdministratorKind(made.administrator) is AdministratorKind.NONE
