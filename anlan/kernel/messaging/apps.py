"""Messages, deliveries, channels as ports."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Django application `messaging`."""

    name = "anlan.kernel.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
