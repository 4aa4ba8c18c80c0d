"""Gateways, datastreams, limits, readings."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register


class SensingConfig(AppConfig):
    """Django application `sensing`."""

    name = "anlan.kernel.sensing"
    label = "sensing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the slice's pages, layers and sections into the core."""
        from anlan.kernel.base import forgetting
        from anlan.kernel.sensing.services.forgetting import forget_payloads

        forgetting.register(
            forgetting.Forgetter(
                kind="quarantine", setting="keep_quarantine_days", act=forget_payloads
            )
        )
        register(
            "menu",
            Entry(
                name="limits",
                title_zh="限值与抑制",
                title_en="Limits",
                permission="sensing.datastream.view",
                component="kernel/sensing/LimitsPage",
                path="/limits",
                icon="Odometer",
                order=40,
            ),
        )
        register(
            "menu",
            Entry(
                name="gateways",
                title_zh="采集网关",
                title_en="Gateways",
                permission="sensing.gateway.view",
                component="kernel/sensing/GatewaysPage",
                path="/gateways",
                icon="Connection",
                order=45,
            ),
        )
        register(
            "menu",
            Entry(
                name="quarantine",
                title_zh="隔离报文",
                title_en="Quarantine",
                permission="sensing.quarantine.view",
                component="kernel/sensing/QuarantinePage",
                path="/quarantine",
                icon="Box",
                order=46,
            ),
        )
        register(
            "dossier_sections",
            Entry(
                name="datastreams",
                title_zh="测点与曲线",
                title_en="Datastreams",
                permission="sensing.datastream.view",
                component="kernel/sensing/DatastreamsSection",
                order=10,
            ),
        )
