"""The base slice: identity, time, errors, journal, scope, registry."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class BaseConfig(AppConfig):
    """Django application `base`."""

    name = "anlan.kernel.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the pages of health and journal into the menu; say how the journal lets people's data go."""
        from anlan.kernel.base import deadlines, forgetting
        from anlan.kernel.base.services.forgetting import erase_private_halves
        from anlan.kernel.base.services.refusals import settle_refusals

        deadlines.register(deadlines.Sweep(name="refusals", act=settle_refusals))

        forgetting.register(
            forgetting.Forgetter(
                kind="private_half", setting="keep_private_halves_days", act=erase_private_halves
            )
        )
        register(
            "menu",
            Entry(
                name="health",
                title_zh="运行状态",
                title_en="Health",
                permission="health.view",
                component="kernel/base/HealthPage",
                path="/health",
                icon="Monitor",
                order=900,
            ),
        )
        register(
            "menu",
            Entry(
                name="dead_letters",
                title_zh="未能处理的事件",
                title_en="Events not handled",
                permission="base.dead_letter.view",
                component="kernel/base/DeadLettersPage",
                path="/admin/dead-letters",
                icon="Warning",
                order=905,
            ),
        )
        register(
            "menu",
            Entry(
                name="journal",
                title_zh="审计日志",
                title_en="Journal",
                permission="audit.journal.read",
                component="kernel/base/JournalPage",
                path="/admin/audit",
                icon="Tickets",
                order=910,
            ),
        )
