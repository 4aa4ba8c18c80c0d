"""Messages to people over channels."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Django application `messaging`."""

    name = "anlan.kernel.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Open the channel inside the product."""
        from anlan.kernel.messaging.channels import InApp, register_channel

        register_channel(InApp())
