"""Organisations, users, posts, roles, duty."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, Panel, register


class PeopleConfig(AppConfig):
    """Django application `people`."""

    name = "anlan.kernel.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the doors who is behind a request; hang the register's pages into the menu."""
        from anlan.kernel.base import forgetting
        from anlan.kernel.base.doors import Identity
        from anlan.kernel.base.queries import Names
        from anlan.kernel.people.queries.holdings import name_behind
        from anlan.kernel.people.queries.sessions import behind, identity
        from anlan.kernel.people.services.forgetting import (
            forget_names,
            forget_phones,
            forget_sign_ins,
        )

        Identity.of, Identity.behind = staticmethod(identity), staticmethod(behind)
        Names.behind = staticmethod(name_behind)
        for kind, setting, act in (
            ("phone", "keep_phones_days", forget_phones),
            ("name", "keep_names_days", forget_names),
            ("sign_in", "keep_sign_ins_days", forget_sign_ins),
        ):
            forgetting.register(forgetting.Forgetter(kind=kind, setting=setting, act=act))
        register(
            "panels",
            Panel(
                name="duty",
                title_zh="值班",
                title_en="On duty",
                permission="people.duty.view",
                component="kernel/people/DutyPanel",
                order=30,
            ),
        )
        register(
            "menu",
            Entry(
                name="people",
                title_zh="人员与权限",
                title_en="People and rights",
                permission="people.user.view",
                component="kernel/people/AccountsPage",
                path="/people",
                icon="User",
                order=890,
            ),
        )
        register(
            "menu",
            Entry(
                name="organisations",
                title_zh="单位",
                title_en="Organisations",
                permission="people.organisation.edit",
                component="kernel/people/OrganisationsPage",
                path="/organisations",
                icon="OfficeBuilding",
                order=35,
            ),
        )
        register(
            "menu",
            Entry(
                name="shares",
                title_zh="属地共享",
                title_en="Shares",
                permission="people.share.view",
                component="kernel/people/SharesPage",
                path="/shares",
                icon="Share",
                order=38,
            ),
        )
