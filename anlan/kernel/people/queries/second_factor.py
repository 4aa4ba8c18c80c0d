"""Who has a second factor (双因素) and who must have one (GB/T 22239-2019, 8.1.4.1 d)."""

from django.db.models import Exists, OuterRef

from anlan.kernel.base.config import config
from anlan.kernel.people.models import RecoveryCode, SecondFactor, User

#: For lists of accounts.
IS_ENROLLED = Exists(SecondFactor.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False))


def is_required(user: User) -> bool:
    """Tell whether a person must have one: everybody, save the invented cast of a demo."""
    settings = config()
    return settings.second_factor and not (settings.demo and user.is_invented)


def factor_of(user: User) -> SecondFactor | None:
    """Return a person's second factor, once it has been confirmed."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def recovery_left(user: User) -> int:
    """Return how many recovery codes a person has not used."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
