"""Reads of the journal: the whole of it, one thread of cause, one object's versions."""

from django.db.models import F, Func, OuterRef, QuerySet, Subquery, TextField, Value

from anlan.kernel.base.models import Journal, Seal, Sealed

#: A thread or a history longer than this is read through the list.
AT_ONCE = 500


def journal_rows() -> QuerySet[Journal]:
    """Return the journal rows that the scope reaches, with their positions once sealed."""
    position = Sealed.objects.filter(journal=OuterRef("pk")).values("position")[:1]
    return Journal.objects.annotate(position=Subquery(position))


def thread(correlation_id: str) -> QuerySet[Journal]:
    """Return everything that one cause has led to, oldest first."""
    return journal_rows().filter(correlation_id=correlation_id).order_by("id")[:AT_ONCE]


def history(object_id: str) -> QuerySet[Journal]:
    """Return the versions of one object, oldest first."""
    return journal_rows().filter(object=object_id).order_by("id")[:AT_ONCE]


def seals() -> QuerySet[Seal]:
    """Return the links of the chain, their heads as hexadecimal text."""
    text = Func(F("head"), Value("hex"), function="encode", output_field=TextField())
    return Seal.objects.annotate(head_hex=text)
