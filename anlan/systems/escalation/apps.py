"""Escalation: alarms that nobody answers are carried upwards."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register
from anlan.systems.escalation.rules import VIEW


class EscalationConfig(AppConfig):
    """Django application `escalation`."""

    name = "anlan.systems.escalation"
    label = "escalation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read the ladder, have it climbed, and hang the page into the core."""
        from anlan.kernel.base import deadlines
        from anlan.systems.escalation.ladder import ladder
        from anlan.systems.escalation.services.climbing import sweep

        ladder()
        deadlines.register(deadlines.Sweep(name="escalation", act=sweep, is_long=True))
        register(
            "menu",
            Entry(
                name="escalations",
                title_zh="报警升级",
                title_en="Escalations",
                permission=VIEW,
                component="systems/escalation/EscalationsPage",
                path="/escalations",
                icon="Top",
                order=21,
            ),
        )
