"""`anlan restore FOLDER`."""

from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.refusal import told

Check = Annotated[bool, typer.Option("--check", help="只核对摘要。Only check the digests.")]


@told
def command(folder: Path, check: Check = False) -> None:
    """把备份恢复到空的数据库和文件夹。Restore into an empty database and empty folders."""
    from anlan.app import backup
    from anlan.kernel.base.config import config

    files = backup.verify(folder) if check else backup.restore(config(), folder)
    typer.echo(f"{folder}: {len(files)} 个文件 files {'✓' if check else '已恢复 restored'}")
