"""The doors: two keys while one is changed, what a person does with a message in quarantine."""

import anlan.kernel.base.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sensing', "0006_limits_on_change"),
    ]

    operations = [
        migrations.AddField(
            model_name='batchreceipt',
            name='mends',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='gateway',
            name='next_hmac_key',
            field=models.CharField(blank=True, default='', max_length=128, verbose_name='下一个 HMAC 密钥'),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='log_epoch',
            field=anlan.kernel.base.fields.UlidField(db_collation='C', max_length=26, null=True),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='log_sequence',
            field=models.BigIntegerField(null=True, verbose_name='在日志中的位置'),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='mended',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='refused',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='resend_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='resend_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='resend_reason',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='result_code',
            field=models.CharField(blank=True, default='', max_length=48),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='result_reason',
            field=models.CharField(blank=True, default='', max_length=400),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='settled_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='settled_how',
            field=models.CharField(blank=True, choices=[('resent', '已重送入库'), ('discarded', '已丢弃')], default='', max_length=16),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='settled_reason',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='unknown_tags',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='quarantinedmessage',
            name='version',
            field=models.IntegerField(default=1),
        ),
        migrations.AddIndex(
            model_name='batchreceipt',
            index=models.Index(condition=models.Q(('mends', ''), _negated=True), fields=['mends'], name='sensing_receipt_mends'),
        ),
        migrations.AddIndex(
            model_name='quarantinedmessage',
            index=models.Index(fields=['-received_at', '-id'], name='sensing_quarantine_newest'),
        ),
        migrations.AddIndex(
            model_name='quarantinedmessage',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['gateway', 'code'], name='sensing_quarantine_open'),
        ),
        migrations.AddIndex(
            model_name='quarantinedmessage',
            index=models.Index(condition=models.Q(('resend_at__isnull', False), ('settled_at__isnull', True)), fields=['resend_at'], name='sensing_quarantine_resend'),
        ),
    ]
