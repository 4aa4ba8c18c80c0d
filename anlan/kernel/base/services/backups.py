"""A backup leaves the platform, and the journal says when and what (GB/T 22239-2019, 8.1.4.9 a)."""

from anlan.kernel.base import journal
from anlan.kernel.base.events import BACKUP_MADE, BackupMade
from anlan.kernel.base.ids import new_ulid


def record_backup(made: BackupMade) -> None:
    """Write into the journal that a backup stands complete; it is younger than what the backup holds."""
    about = journal.Subject(id=new_ulid(), version=1, place=journal.Place())
    journal.record(BACKUP_MADE, made, about)
