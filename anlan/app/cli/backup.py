"""`anlan backup FOLDER`."""

from pathlib import Path

import typer

from anlan.app.cli.refusal import told


@told
def command(folder: Path) -> None:
    """备份数据库、历史和文件到一个空文件夹。Back up into an empty folder."""
    from anlan.app.backup import back_up, manifest_of
    from anlan.app.cli.django_setup import start_django
    from anlan.kernel.base.config import config

    files = back_up(config(), folder)
    size_bytes = sum(one.size_bytes for one in files)
    typer.echo(f"{folder}: {len(files)} 个文件 files, {size_bytes / 1e6:.1f} MB")
    start_django("anlan_app")
    from anlan.kernel.base.events import BackupMade
    from anlan.kernel.base.permissions import machine
    from anlan.kernel.base.services.backups import record_backup
    from anlan.kernel.base.unit_of_work import unit_of_work

    manifest = manifest_of(folder)
    with unit_of_work(machine("backup")):
        record_backup(
            BackupMade(
                made_at=manifest.made_at,
                files=len(files),
                size_bytes=size_bytes,
                sha256=manifest.sha256,
            )
        )
