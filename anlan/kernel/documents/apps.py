"""Files with a digest and a label."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Django application `documents`."""

    name = "anlan.kernel.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
