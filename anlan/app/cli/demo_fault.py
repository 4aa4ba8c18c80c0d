"""`anlan demo-fault`: force a fault at one of the demo's firms, within a second."""

from typing import Annotated

import typer

from anlan.app.cli.refusal import told
from anlan.app.demo.control import DEFAULT_ROW, DEFAULT_RUN

RUN = "哪一段模拟,如 overfill、idv-06。Which simulated run."
LOST = "网关中断多少秒；断满 300 秒后报“网关失联”。Its gateway is lost for so many seconds; an alarm after 300."
ROW = "从第几行开始,跳过平稳段。From which row, skipping the quiet beginning."


@told
def command(
    firm: Annotated[str, typer.Argument(help="企业编号,如 F01。The firm's code.")],
    run: Annotated[str, typer.Option(help=RUN)] = DEFAULT_RUN,
    from_row: Annotated[int, typer.Option(help=ROW)] = DEFAULT_ROW,
    lost: Annotated[float | None, typer.Option(min=1.0, help=LOST)] = None,
) -> None:
    """让演示中的一家企业立刻出事,约十秒后报警。Force a fault; the alarm comes in about ten seconds."""
    from anlan.app.demo.control import FaultRequest, faults, request_fault
    from anlan.app.demo.prepare import demo_folder
    from anlan.app.stack.lock import is_held
    from anlan.kernel.base.config import config
    from anlan.kernel.base.errors import ConflictError

    if not is_held(config().home / "lock"):
        raise ConflictError("演示没有运行；先运行 make demo", code="demo.not_running")
    asked = FaultRequest(firm=firm, run=run, from_row=from_row, lost_s=lost)
    request_fault(demo_folder(config()), asked)
    said = faults()[run] if lost is None else f"网关中断 {lost:g} s · its gateway is lost"
    typer.echo(f"{firm}: {said}")
