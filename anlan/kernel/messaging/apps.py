"""Messages to people over channels."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class MessagingConfig(AppConfig):
    """Django application `messaging`."""

    name = "anlan.kernel.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what was in flight at a crash noted; hang the pages into the menu."""
        from anlan.kernel.base import deadlines
        from anlan.kernel.messaging.services.dispatches import lapse_dispatches

        deadlines.register(deadlines.Sweep(name="messaging.dispatches", act=lapse_dispatches))
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
        register(
            "menu",
            Entry(
                name="dispatches",
                title_zh="消息外发",
                title_en="Messages outside",
                permission="messaging.dispatch.view",
                component="kernel/messaging/DispatchesPage",
                path="/admin/dispatches",
                icon="Promotion",
                order=904,
            ),
        )
