"""`anlan replay`: recorded data through a real door."""

from contextlib import ExitStack
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.refusal import told


class DoorKind(StrEnum):
    """Which door."""

    MQTT = "mqtt"
    HTTP = "http"


File = Annotated[Path, typer.Argument(help="录制的数据(CSV 等)。The recorded series.")]
MapFile = Annotated[Path, typer.Option("--map", help="列到位号的映射。Which column is which tag.")]
CredentialsFile = Annotated[
    Path | None,
    typer.Option(help="网关凭证;缺省为演示的。Gateways' credentials; the demo's by default."),
]
Speed = Annotated[float, typer.Option(min=0.001, help="倍速。How many times as fast.")]
Exercise = Annotated[str | None, typer.Option(help="演练的 ULID。The exercise that this is.")]
Url = Annotated[str, typer.Option(help="HTTP 入口地址。The HTTP door; this machine's by default.")]
Door = Annotated[DoorKind, typer.Option(help="走哪个入口。Which door.")]
Limit = Annotated[int | None, typer.Option(min=1, help="最多几行。At most so many rows.")]


@told
def command(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    file: File,
    map_file: MapFile,
    door: Door = DoorKind.MQTT,
    speed: Speed = 1.0,
    exercise: Exercise = None,
    credentials: CredentialsFile = None,
    url: Url = "",
    limit: Limit = None,
) -> None:
    """把录制的数据重放进真实入口。Send recorded data through a real door."""
    from anlan.adapters.mqtt.listener import DoorClosedError
    from anlan.app import replay
    from anlan.app.mqtt_way import way_in
    from anlan.app.replay_mapping import ReplayError, read_mapping, read_rows
    from anlan.kernel.base.config import config

    settings = config()
    replay.check_exercise(exercise, demo=settings.demo)
    mapping = read_mapping(map_file)
    found = credentials or settings.home.absolute() / "demo" / "gateways.json"
    who = replay.read_credentials(found, mapping.gateway)
    rows = islice(read_rows(file, mapping), limit)
    with ExitStack() as doors:
        if door is DoorKind.HTTP:
            address = url or f"http://127.0.0.1:{settings.gateway_port}/api/v1/observations"
            sender: replay.Sender = replay.HttpSender(address, who.user)
        else:
            try:
                at = way_in(settings, who.user, who.token)
                sender = doors.enter_context(replay.mqtt_sender(who, at))
            except DoorClosedError as error:
                raise ReplayError(str(error)) from error
        sent = replay.Replay(
            mapping=mapping, credentials=who, sender=sender, speed=speed, exercise=exercise
        ).run(rows)
    for one in sender.heard:
        typer.echo(f"! {one['seq']}: {one['code']} {one['reason']} {one['refused'][:3]}", err=True)
    typer.echo(
        f"已发送 sent: {sent.messages} 条报文 messages, {sent.readings} 个读数 readings, "
        f"拒收 refused {sum(one['refused_count'] for one in sender.heard)}"
    )
