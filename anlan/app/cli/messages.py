"""`anlan messages`: the channels by which messages leave, as they are described and as they answer."""

from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(
    help="消息外发渠道。The channels by which messages leave.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
WAYS = {"sms": "短信", "voice": "语音", "mail": "邮件", "group": "群"}
SAID = {
    "sent": "✓ 对方已接受 · accepted",
    "delivered": "✓ 已送达 · delivered",
    "not_sent": "✗ 没有发出 · not sent",
    "refused": "✗ 被拒收 · refused",
    "unknown": "? 结果不明，可能已收到 · end unknown, it may have arrived",
}


@app.command()
@told
def channels() -> None:
    """列出渠道(docs/messages.md)。List the channels; nothing is sent."""
    start_django("anlan_worker")
    from anlan.app.message_channels.served import described
    from anlan.kernel.base.config import config

    found = described(config())
    if not found:
        typer.echo(f"{config().path('channels_file')}：没有写渠道 · describes no channels")
    for one in found:
        typer.echo(
            f"{one.name:<16} {WAYS[one.way]:<4} {one.rate_per_minute}/min"
            f" {one.ceiling.label}{'（超出只提示 hint above）' if one.hints_above else ''}"
        )


@app.command()
@told
def check(
    channel: Annotated[str, typer.Argument(help="渠道 id。The channel's id.")],
    to: Annotated[
        str, typer.Option(help="发给谁(用户名);群不用写。To whom (user name); a group needs none.")
    ] = "",
) -> None:
    """真发一条测试消息并打印对方应答。Send a real test message and print what came back; exits with 1 unless accepted."""
    start_django("anlan_worker")
    from anlan.app.message_channels.check import try_channel
    from anlan.app.message_channels.served import described
    from anlan.kernel.base.config import config
    from anlan.kernel.messaging.queries.dispatches import REASONS

    found = next((one for one in described(config()) if one.name == channel), None)
    if found is None:
        raise typer.BadParameter(f"没有渠道 {channel} · no such channel")
    tried = try_channel(found, to)
    answer = tried.answer
    typer.echo(f"{channel}: {SAID[answer.outcome]} ({tried.took_ms} ms)")
    for words in (REASONS.get(answer.reason, answer.reason), answer.words, answer.receipt):
        if words:
            typer.echo(f"  {words}")
    if answer.outcome not in {"sent", "delivered"}:
        raise typer.Exit(code=1)
