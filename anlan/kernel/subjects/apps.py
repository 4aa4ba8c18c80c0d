"""Monitored subjects of every kind."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class SubjectsConfig(AppConfig):
    """Django application `subjects`."""

    name = "anlan.kernel.subjects"
    label = "subjects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the slice's pages, layers and sections into the core."""
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
