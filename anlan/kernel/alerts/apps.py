"""Alarms, by three owners."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class AlertsConfig(AppConfig):
    """Django application `alerts`."""

    name = "anlan.kernel.alerts"
    label = "alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the slice's pages, layers and sections into the core; tell sensing what is judged."""
        from anlan.kernel.alerts import queries
        from anlan.kernel.alerts.services.asides import follow_windows
        from anlan.kernel.base import deadlines
        from anlan.kernel.sensing import ports

        deadlines.register(deadlines.Sweep(name="alarms set aside", act=follow_windows))

        ports.install_judged(queries.judged)
        register(
            "menu",
            Entry(
                name="wall",
                title_zh="一张图",
                title_en="Map",
                permission="alerts.alarm.view",
                path="/",
                icon="MapLocation",
                order=10,
            ),
        )
        register(
            "menu",
            Entry(
                name="monitor",
                title_zh="报警监测",
                title_en="Alarms",
                permission="alerts.alarm.view",
                component="kernel/alerts/MonitorPage",
                path="/monitor",
                icon="Bell",
                order=20,
            ),
        )
        register(
            "map_layers",
            Entry(
                name="subjects",
                title_zh="监测对象与报警",
                title_en="Subjects and alarms",
                permission="subjects.subject.view",
                component="kernel/alerts/SubjectsLayer",
                order=40,
            ),
        )
        register(
            "dossier_sections",
            Entry(
                name="alarms",
                title_zh="报警",
                title_en="Alarms",
                permission="alerts.alarm.view",
                component="kernel/alerts/AlarmsSection",
                order=20,
            ),
        )
        register(
            "panels",
            Entry(
                name="open_alarms",
                title_zh="未消警报警",
                title_en="Open alarms",
                permission="alerts.alarm.view",
                component="kernel/alerts/OpenAlarmsPanel",
                order=10,
            ),
        )
