"""Monitored subjects of every kind."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class SubjectsConfig(AppConfig):
    """Django application `subjects`."""

    name = "anlan.kernel.subjects"
    label = "subjects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the slice's pages into the core; what stands somewhere is found by who asks what is near."""
        from anlan.kernel.places import within
        from anlan.kernel.subjects import queries

        within.offer(within.Source(name="subjects", permission=queries.VIEW, rows=queries.near))
        register(
            "dossier_sections",
            Entry(
                name="responsible",
                title_zh="责任人",
                title_en="Who answers for it",
                permission="subjects.subject.view",
                component="kernel/subjects/ResponsibleSection",
                order=5,
            ),
        )
        register(
            "dossier_sections",
            Entry(
                name="history",
                title_zh="变更记录",
                title_en="Changes",
                permission="subjects.subject.view",
                component="kernel/subjects/HistorySection",
                order=90,
            ),
        )
        register(
            "menu",
            Entry(
                name="subjects",
                title_zh="监测对象",
                title_en="Subjects",
                permission="subjects.subject.view",
                component="kernel/subjects/SubjectsPage",
                path="/subjects",
                icon="OfficeBuilding",
                order=30,
            ),
        )
        register(
            "menu",
            Entry(
                name="register",
                title_zh="登记簿",
                title_en="Register",
                permission="subjects.subject.edit",
                component="kernel/subjects/RegisterPage",
                path="/register",
                icon="Notebook",
                order=34,
            ),
        )
