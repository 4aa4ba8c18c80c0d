"""`anlan gateway`: the doors of readings."""

import logging

import typer

from anlan.app import loops
from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told


@told
def command() -> None:
    """运行采集网关:MQTT 与 HTTP 入口。Run the doors for readings, MQTT and HTTP."""
    start_django("anlan_gateway")
    from anlan.adapters.mqtt.raw_log import RawLogLostError
    from anlan.app import gateway
    from anlan.app.doorkeeper import SelfTestError
    from anlan.app.listening import PlainDoorError
    from anlan.app.log_writer import AnotherWriterError, LogLostError
    from anlan.kernel.base.config import config

    logging.getLogger("anlan").setLevel(logging.INFO)
    reasons: list[str] = []
    try:
        loops.run(gateway.run(config()))
    except* (
        AnotherWriterError,
        LogLostError,
        RawLogLostError,
        SelfTestError,
        PlainDoorError,
    ) as group:
        reasons += [str(error) for error in group.exceptions]
    if reasons:
        for reason in reasons:
            typer.echo(f"✗ {reason}", err=True)
        raise typer.Exit(code=3)
