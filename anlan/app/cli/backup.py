"""`anlan backup FOLDER`."""

from pathlib import Path

import typer

from anlan.app.cli.refusal import told


@told
def command(folder: Path) -> None:
    """备份数据库、历史和文件到一个空文件夹。Back up into an empty folder."""
    from anlan.app.backup import back_up
    from anlan.kernel.base.config import config

    files = back_up(config(), folder)
    size_mb = sum(one.size_bytes for one in files) / 1e6
    typer.echo(f"{folder}: {len(files)} 个文件 files, {size_mb:.1f} MB")
