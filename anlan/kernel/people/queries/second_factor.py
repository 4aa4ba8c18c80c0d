"""Who has a second factor (双因素) and who must have one (GB/T 22239-2019, 8.1.4.1 d)."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from anlan.kernel.base.config import config
from anlan.kernel.people.models import RecoveryCode, SecondFactor, SecurityKey, User

_CONFIRMED = SecondFactor.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False)
_KEYS = SecurityKey.objects.filter(user=OuterRef("pk"))
#: For lists of accounts.
IS_ENROLLED = ExpressionWrapper(
    Q(Exists(_CONFIRMED)) | Q(Exists(_KEYS)), output_field=BooleanField()
)


def is_required(user: User) -> bool:
    """Tell whether a person must have one: everybody, save the invented cast of a demo."""
    settings = config()
    return settings.second_factor and not (settings.demo and user.is_invented)


def is_enrolled(user: User) -> bool:
    """Tell whether a person has a second factor of any kind."""
    return bool(kinds_of(user))


def kinds_of(user: User) -> list[str]:
    """Return what a person can prove himself by, beside his password and recovery codes."""
    keys = SecurityKey.objects.filter(user=user).values_list("kind", flat=True)
    return [*(["totp"] if factor_of(user) else []), *sorted(set(keys))]


def factor_of(user: User) -> SecondFactor | None:
    """Return a person's authenticator app, once it has been confirmed."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def is_factor_deleted(user: User) -> bool:
    """Tell whether a stop deleted a person's second factor, and nobody has reset it since."""
    factor = factor_of(user)
    return factor is not None and not bytes(factor.secret)


def keys_of(user: User) -> list[SecurityKey]:
    """Return a person's security keys, the oldest first."""
    return list(SecurityKey.objects.filter(user=user).order_by("id"))


def recovery_left(user: User) -> int:
    """Return how many recovery codes a person has not used."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
