"""Messages to people over channels."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class MessagingConfig(AppConfig):
    """Django application `messaging`."""

    name = "anlan.kernel.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Open the channel inside the product; hang the inbox into the menu."""
        from anlan.kernel.messaging.channels import InApp, register_channel

        register_channel(InApp())
        register(
            "menu",
            Entry(
                name="messages",
                title_zh="消息",
                title_en="Messages",
                permission="messaging.message.view",
                component="kernel/messaging/MessagesPage",
                path="/messages",
                icon="Message",
                order=80,
            ),
        )
