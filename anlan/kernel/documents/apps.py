"""Files with a digest and a label."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class DocumentsConfig(AppConfig):
    """Django application `documents`."""

    name = "anlan.kernel.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang what is filed at a subject into its dossier."""
        register(
            "dossier_sections",
            Entry(
                name="documents",
                title_zh="文件资料",
                title_en="Documents",
                permission="documents.document.view",
                component="kernel/documents/DocumentsSection",
                order=30,
            ),
        )
