"""`anlan collect`: the collector, and how it fares."""

import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anlan.app.cli.refusal import told

if TYPE_CHECKING:
    from anlan.app.collecting.config import Checked

app = typer.Typer(
    help="采集器：按各协议采集企业数据，可靠送往平台。The collector: plants' protocols in, one gateway out.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

File = Annotated[Path, typer.Option("--config", help="采集器的配置（TOML）。What to collect.")]
OfCollector = Annotated[
    Path | None, typer.Option("--config", help="采集器的配置（TOML）。What to collect.")
]


@app.callback()
@told
def collect(context: typer.Context, config: OfCollector = None) -> None:
    """采集器：按各协议采集企业数据，可靠送往平台。The collector: plants' protocols in, one gateway out."""
    if context.invoked_subcommand is not None:
        return
    if config is None:
        raise typer.BadParameter("--config FILE")
    from anlan.app import loops
    from anlan.app.collecting.config import read

    checked = read(config)
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("anlan").setLevel(logging.INFO)
    # what goes wrong with a device stands in its state; these two repeat it each second, in hexadecimal
    for library in ("pymodbus", "asyncua"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    loops.run(_run(checked))


async def _run(checked: "Checked") -> None:
    import asyncio

    from anlan.app.collecting.process import run
    from anlan.app.stopping import stop_when_told

    stop = asyncio.Event()
    stop_when_told(stop)
    await run(checked, stop)


@app.command()
@told
def status(
    config: File,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。As JSON.")] = False,
) -> None:
    """各来源是否连通、最近读数、时钟差、待送与被拒的报文。How sources fare, what waits, what was refused."""
    import msgspec

    from anlan.app.collecting.config import read
    from anlan.app.collecting.status import as_text
    from anlan.app.collecting.status import status as status_of

    said = status_of(read(config).outbox_file)
    typer.echo(msgspec.json.encode(said).decode() if as_json else as_text(said))


@app.command()
@told
def letters(config: File) -> None:
    """平台拒收的报文（JSON，最近一百条）。What the platform refused, as JSON."""
    import msgspec

    from anlan.app.collecting import letters as kept
    from anlan.app.collecting.config import read

    typer.echo(msgspec.json.encode(kept.letters(read(config).outbox_file)).decode())


@app.command()
@told
def broken(config: File) -> None:
    """读不出的报文及其原始字节（JSON，最近一百条）。What could not be read, with its bytes, as JSON."""
    import msgspec

    from anlan.app.collecting import letters as kept
    from anlan.app.collecting.config import read

    typer.echo(msgspec.json.encode(kept.pieces(read(config).outbox_file)).decode())


Seq = Annotated[int, typer.Argument(help="报文序号。The message's number.")]


@app.command("send-again")
@told
def send_again(seq: Seq, config: File) -> None:
    """问题解决后，把一条被拒报文以新序号重送。Send a refused message again under a new number."""
    from anlan.app.collecting import letters as kept
    from anlan.app.collecting.config import read

    count = kept.send_again(read(config).outbox_file, seq)
    typer.echo(f"✓ {count} 个读数将重送 · readings will be sent again")


@app.command()
@told
def discard(seq: Seq, config: File) -> None:
    """丢弃一条被拒报文。Throw a refused message away."""
    from anlan.app.collecting import letters as kept
    from anlan.app.collecting.config import read

    kept.discard(read(config).outbox_file, seq)
    typer.echo(f"✓ {seq}")


@app.command()
@told
def check(
    config: File,
    rows: Annotated[
        int,
        typer.Option(
            min=0,
            max=1_000,
            help="试读每个上级来源的若干行。Show so many rows as they would arrive.",
        ),
    ] = 0,
) -> None:
    """检查配置文件及其密钥、口令文件。Check the file, and the files of secrets that it names."""
    import asyncio

    from anlan.app.collecting import dry_run
    from anlan.app.collecting.config import clear_text, read
    from anlan.app.collecting.pull_sources import pulls
    from anlan.app.collecting.sources import prepared

    checked = read(config)
    secrets = prepared(checked).secrets
    for line in clear_text(checked.said):
        typer.echo(f"! {line}")
    for pull in pulls(checked, secrets):
        if rows:
            found = asyncio.run(dry_run.dry_run(pull, checked.outbox_file, rows))
            for line in dry_run.lines(pull.settings.name, found):
                typer.echo(line)
    typer.echo(f"✓ {config}")


@app.command()
@told
def counts(
    config: File,
    day: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="北京时间的一天。A Beijing day.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。As JSON.")] = False,
) -> None:
    """与上级逐日对账，不一致时退出码为 1。Rows of a day here and at the sender; exit code 1 where they differ."""
    import asyncio

    import msgspec

    from anlan.app.collecting.config import read
    from anlan.app.collecting.day_counts import day_count, line
    from anlan.app.collecting.pull_sources import pulls
    from anlan.app.collecting.sources import prepared

    checked = read(config)
    found = [
        asyncio.run(day_count(pull, checked.outbox_file, day.date()))
        for pull in pulls(checked, prepared(checked).secrets)
    ]
    said = [line(one) for one in found]
    typer.echo(msgspec.json.encode(found).decode() if as_json else "\n".join(said))
    if any(one.differs for one in found):
        raise typer.Exit(1)
