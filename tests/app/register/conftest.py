"""What every test of the register stands on."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from anlan.kernel.people.models import Organisation


@pytest.fixture
def bureau() -> "Organisation":
    """Set up what the security administrator sets up first, as himself: the bureau and its posts."""
    from anlan.app.register.kinds import load_kinds
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.people.models import AdministratorKind, OrganisationKind, User
    from anlan.kernel.people.queries.principals import principal_of
    from anlan.kernel.people.services import organisations
    from tests import factories

    factories.division("640181001")
    factories.user("fengan", "冯安全", AdministratorKind.SECURITY)
    keeper, monitor = factories.user("lishu", "李数据"), factories.user("zhaojian", "赵监测")
    with unit_of_work(principal_of(User.objects.get(username="fengan"))):
        made = organisations.create_organisation(
            name="灵武市应急管理局", kind=OrganisationKind.BUREAU, territory_code="640181"
        )
        factories.holding(keeper, factories.post(made, "data_keeper"))
        factories.holding(monitor, factories.post(made, "monitor"))
    with unit_of_work(principal_of(keeper)):
        load_kinds()
    return made


@pytest.fixture
def keeper(bureau: "Organisation") -> "Client":
    """Sign in the person who keeps the register, in his browser."""
    from anlan.kernel.people.models import User
    from tests.cast import signed_in

    return signed_in(User.objects.get(username="lishu"))
