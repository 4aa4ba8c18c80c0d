"""How a process of ours comes in by the MQTT door of this installation."""

from anlan.adapters.mqtt.listener import Door, Tls
from anlan.kernel.base.config import Config

#: In `tls_dir`: the authority that signed the door's certificate; our own certificate and its key.
AUTHORITY, CERTIFICATE, KEY = "ca.pem", "anlan.pem", "anlan.key"


def way_in(config: Config, user: str, password: str) -> Door:
    """Return the door for a device, which has a password."""
    tls = Tls(config.path("tls_dir") / AUTHORITY) if config.mqtt_tls else None
    return Door(host=config.mqtt_host, port=config.mqtt_port, user=user, password=password, tls=tls)


def own_way_in(config: Config) -> Door:
    """Return the door for ourselves: by certificate where the door knows everybody by his own."""
    folder, tls = config.path("tls_dir"), None
    if config.client_certificates:
        tls = Tls(folder / AUTHORITY, folder / CERTIFICATE, folder / KEY)
    elif config.mqtt_tls:
        tls = Tls(folder / AUTHORITY)
    return Door(
        host=config.mqtt_host,
        port=config.mqtt_port,
        user=config.nats_user,
        password=config.secret("nats_password_file"),
        tls=tls,
    )
