"""Alarms, by three owners."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, LegendSign, MapLayer, Panel, register

#: Grey is no level: nothing is the matter.
_CALM, _AWAY = "#8a9794", "#6db1ff"
_SUBJECTS = MapLayer(
    name="subjects",
    title_zh="监测对象",
    title_en="Subjects",
    permission="subjects.subject.view",
    component="kernel/alerts/SubjectsLayer",
    order=40,
    source="/api/v1/subjects/points.geojson",
    group="subjects",
    time="replay",
    card="kernel/subjects/SubjectCard",
    legend=(
        LegendSign(shape="dot", title_zh="无报警", title_en="No alarm", colour=_CALM),
        LegendSign(
            shape="hollow", title_zh="数据中断（空心）", title_en="Silent (hollow)", colour=_AWAY
        ),
        LegendSign(
            shape="ring",
            title_zh="企业未确认（闪烁）",
            title_en="Firm has not confirmed (blinks)",
            colour="#ff5a5f",
        ),
    ),
)
_ALARMS = MapLayer(
    name="alarms",
    title_zh="未消警报警",
    title_en="Open alarms",
    permission="alerts.alarm.view",
    component="kernel/alerts/AlarmsLayer",
    order=50,
    source="/api/v1/alerts/states",
    group="alarms",
    time="replay",
    card="kernel/subjects/SubjectCard",
    legend=tuple(
        LegendSign(shape="level", title_zh=zh, title_en=en, priority=priority)
        for priority, zh, en in (
            (1, "红色", "Red"),
            (2, "橙色", "Orange"),
            (3, "黄色", "Yellow"),
            (4, "蓝色", "Blue"),
        )
    ),
)


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
        register("map_layers", _SUBJECTS)
        register("map_layers", _ALARMS)
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
            Panel(
                name="open_alarms",
                title_zh="未消警报警",
                title_en="Open alarms",
                permission="alerts.alarm.view",
                component="kernel/alerts/OpenAlarmsPanel",
                order=10,
                area="foot",
            ),
        )
        # the order of practice P23; what has no system yet leaves its place empty
        for order, name, title_zh, title_en, component in (
            (60, "late", "超时未处置", "Late by owner", "LatePanel"),
            (70, "serious_firms", "红橙报警企业", "Firms in red and orange", "SeriousFirmsPanel"),
            (80, "reporting", "在线情况", "Reporting", "ReportingPanel"),
            (90, "last_day", "近 24 小时报警", "Alarms of the last 24 hours", "DayPanel"),
        ):
            register(
                "panels",
                Panel(
                    name=name,
                    title_zh=title_zh,
                    title_en=title_en,
                    permission="alerts.alarm.view",
                    component=f"kernel/alerts/{component}",
                    order=order,
                ),
            )
