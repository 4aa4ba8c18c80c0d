"""What settled messages of the quarantine said is let go; that they came, and what became of them, stays."""

from datetime import datetime

from django.db.models import Q

from anlan.kernel.sensing.models import QuarantinedMessage


def forget_payloads(before: datetime, limit: int) -> int:
    """Empty the text of messages settled before a moment: nobody knows what a stranger wrote into it."""
    settled = QuarantinedMessage.objects.filter(settled_at__lt=before)
    due = settled.filter(~Q(payload=b"") | Q(mended__isnull=False)).select_for_update(
        of=("self",), skip_locked=True
    )
    rows = list(due.order_by("id")[:limit])
    for row in rows:
        row.payload, row.mended, row.version = b"", None, row.version + 1
        row.save(update_fields=["payload", "mended", "version"])
    return len(rows)
