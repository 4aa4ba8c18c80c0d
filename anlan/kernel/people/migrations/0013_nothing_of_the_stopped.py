"""Accounts that were stopped before a stop deleted what proves a person keep no more than those after it."""

from typing import Any

from django.contrib.auth.hashers import is_password_usable, make_password
from django.db import migrations

from anlan.kernel.base.clock import now


def delete_proofs(apps: Any, _editor: Any) -> None:
    """Do for every stopped account what `services.proofs.delete_proofs` does at a stop.

    When it was stopped stands in `updated_at` and stays. A second factor leaves a row without a secret.
    """
    models = {
        name: apps.get_model("people", name)
        for name in ("User", "SecondFactor", "SecurityKey", "RecoveryCode", "OneTimeLink")
    }
    moment = now()
    factors, keys = models["SecondFactor"].objects, models["SecurityKey"].objects
    for user in models["User"].objects.filter(is_active=False):
        confirmed = factors.filter(user=user, confirmed_at__isnull=False)
        had_factor = confirmed.exists() or keys.filter(user=user).exists()
        for name in ("SecondFactor", "SecurityKey", "RecoveryCode", "OneTimeLink"):
            models[name].objects.filter(user=user).delete()
        if had_factor:
            factors.create(
                user=user, secret=b"", confirmed_at=moment, created_at=moment, updated_at=moment
            )
        had_password = is_password_usable(user.password)
        user.must_change_password = user.must_change_password or had_password
        user.password = make_password(None)
        user.password_changed_at, user.earlier_passwords = None, []
        user.save(
            update_fields=[
                "must_change_password", "password", "password_changed_at", "earlier_passwords",
            ]
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("people", "0012_zone_shares")]
    operations = [migrations.RunPython(delete_proofs, migrations.RunPython.noop)]
