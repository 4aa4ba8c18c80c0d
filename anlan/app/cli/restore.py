"""`anlan restore FOLDER`."""

from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.refusal import told

Check = Annotated[bool, typer.Option("--check", help="只核对摘要。Only check the digests.")]
Keep = Annotated[
    bool,
    typer.Option(
        "--keep-files",
        help="只丢了数据库：留下现有的历史和文件，只补所缺。Only the database was lost: history and"
        " documents that are here stay, what is missing is added.",
    ),
]


@told
def command(folder: Path, check: Check = False, keep_files: Keep = False) -> None:
    """把备份恢复到空的数据库和文件夹。Restore into an empty database and empty folders."""
    from anlan.app import backup
    from anlan.kernel.base.config import config

    if check:
        files = backup.verify(folder)
    else:
        files = backup.restore(config(), folder, keeping_files=keep_files)
    typer.echo(f"{folder}: {len(files)} 个文件 files {'✓' if check else '已恢复 restored'}")
