"""Passwords and keys of gateways are sealed where they lie: a dump of the database opens no door."""

from typing import Any

from django.db import migrations

from anlan.kernel.base.sealed import SealedTextField

COLUMNS = ("token", "hmac_key", "next_hmac_key")


def seal_all(apps: Any, _editor: Any) -> None:
    """Write every row again, through the column that seals."""
    gateways = apps.get_model("sensing", "Gateway")
    for row in gateways.objects.only(*COLUMNS).iterator():
        row.save(update_fields=COLUMNS)


class Migration(migrations.Migration):
    dependencies = [("sensing", "0010_device_name_en")]
    operations = [
        migrations.AlterField(
            model_name="gateway",
            name="token",
            field=SealedTextField("MQTT 口令", max_length=400, about="sensing.gateway.token"),
        ),
        migrations.AlterField(
            model_name="gateway",
            name="hmac_key",
            field=SealedTextField(
                "HMAC 密钥（十六进制）", max_length=400, about="sensing.gateway.hmac_key"
            ),
        ),
        migrations.AlterField(
            model_name="gateway",
            name="next_hmac_key",
            field=SealedTextField(
                "下一个 HMAC 密钥",
                max_length=400,
                blank=True,
                default="",
                about="sensing.gateway.hmac_key",
            ),
        ),
        migrations.RunPython(seal_all, migrations.RunPython.noop, atomic=True),
    ]
