"""Gateways, devices, datastreams, limits, and the evidence of what arrived."""

from dataclasses import replace

from django.db import models

from anlan.kernel.base.fields import Exercisable, Identified, Placed, UlidField
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.sealed import SealedTextField


class Gateway(Identified, Placed):
    """A box at a firm that sends batches over MQTT or HTTP (采集网关).

    `firm_code` and `code` are the two words of its topic `a1/<firm>/<gateway>/obs`.
    """

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    firm_code = models.CharField(max_length=32)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="", db_default="")
    shard = models.SmallIntegerField("分片", default=0)
    token = SealedTextField("MQTT 口令", max_length=400, about="sensing.gateway.token")
    hmac_key = SealedTextField(
        "HMAC 密钥（十六进制）", max_length=400, about="sensing.gateway.hmac_key"
    )
    #: while the key is changed both are valid; empty at all other times
    next_hmac_key = SealedTextField(
        "下一个 HMAC 密钥",
        max_length=400,
        blank=True,
        default="",
        about="sensing.gateway.hmac_key",
    )
    is_active = models.BooleanField(default=True)
    last_seen_at = models.DateTimeField(null=True)
    health = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm_code", "code"], name="sensing_gateway_topic"),
            models.CheckConstraint(
                condition=models.Q(shard__gte=0, shard__lte=63), name="sensing_gateway_shard"
            ),
        ]


class Device(Identified, Placed):
    """An instrument (感知设备) behind a gateway."""

    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="devices")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="", db_default="")
    model = models.CharField(max_length=120, blank=True)
    serial = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)


class ObservedProperty(Identified):
    """What is measured (监测指标) and its SI or customary unit."""

    code = models.CharField(max_length=48, unique=True)
    title = models.CharField(max_length=60)
    title_en = models.CharField(max_length=80)
    unit = models.CharField(max_length=24)


class Datastream(Identified, Placed):
    """One point of measurement (测点): a ULID outside, an int4 number inside, never re-used (7.18)."""

    number = models.IntegerField(unique=True, editable=False)
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="datastreams")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    observed_property = models.ForeignKey(
        ObservedProperty, on_delete=models.PROTECT, related_name="+"
    )
    tag = models.CharField("位号", max_length=64)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="", db_default="")
    unit = models.CharField(max_length=24)
    resolution = models.FloatField("分辨力", null=True)
    time_resolution_ms = models.IntegerField(default=1)
    shard = models.SmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)
    control_version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "tag"],
                condition=models.Q(retired_at__isnull=True),
                name="sensing_datastream_tag",
            )
        ]
        indexes = [
            models.Index(fields=["site"], name="sensing_datastream_site"),
            models.Index(fields=["div", "number"], name="sensing_datastream_div"),
            models.Index(
                fields=["zone", "number"],
                condition=models.Q(zone__isnull=False),
                name="sensing_datastream_zone",
            ),
        ]

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on; its matter is that of its subject's kind."""
        return replace(super().facts, matter=self.subject.kind.matter)


class Condition(models.TextChoices):
    """The kinds of limit; the order is the kernel's numbering (engines.alarms)."""

    HH = "HH", "高高限"
    H = "H", "高限"
    L = "L", "低限"
    LL = "LL", "低低限"
    RATE = "rate", "变化率"
    RANGE = "range", "超量程"
    FROZEN = "frozen", "数据冻结"
    SILENT = "silent", "数据中断"


class Confidence(models.TextChoices):
    """How sure the figure is."""

    STANDARD = "standard", "标准条文"
    DESIGN = "design", "设计文件"
    DEFAULT = "default", "项目默认"
    UNVERIFIED = "unverified", "待核"


class InLog(models.Model):
    """What the engine hears of by READINGS: which life of the log, where in it, when (7.3); null: waits."""

    log_epoch = UlidField(null=True)
    log_seq = models.BigIntegerField("在日志中的位置", null=True)
    log_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Limit(Identified, Placed, InLog):
    """One threshold (限值) as data: value, unit, standard, clause, mark, valid from, filed by.

    A new value is a new row; `superseded_at` closes the old one, which decisions keep naming.
    It is in force once the engine's progress has passed `log_seq`, its place in READINGS (7.3).
    """

    datastream = models.ForeignKey(Datastream, on_delete=models.PROTECT, related_name="limits")
    condition = models.CharField(max_length=8, choices=Condition.choices)
    value = models.FloatField(help_text="see rules.Asked; seconds for silent")
    unit = models.CharField(max_length=24)
    deadband = models.FloatField("回差", default=0.0)
    on_delay_ms = models.IntegerField(default=0)
    off_delay_ms = models.IntegerField(default=0)
    low = models.FloatField("量程下限", null=True)
    window_ms = models.IntegerField("时间窗", null=True)
    priority = models.SmallIntegerField("优先级")
    standard = models.CharField(max_length=80, blank=True)
    clause = models.CharField(max_length=40, blank=True)
    clause_en = models.CharField(max_length=80, blank=True, default="", db_default="")
    confidence = models.CharField(
        max_length=16, choices=Confidence.choices, default=Confidence.DEFAULT
    )
    valid_from = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    filed_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)
    reason_en = models.CharField(max_length=200, blank=True, default="", db_default="")
    ended_by = models.CharField("更替或撤销人", max_length=64, blank=True)
    end_reason = models.CharField("撤销原因", max_length=200, blank=True)
    control_version = models.IntegerField()
    withdrawn_version = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["datastream", "condition"],
                condition=models.Q(superseded_at__isnull=True),
                name="sensing_limit_current",
            )
        ]
        indexes = [
            models.Index(
                fields=["control_version", "id"],
                condition=models.Q(log_seq__isnull=True),
                name="sensing_limit_waiting",
            )
        ]


class SuppressionKind(models.TextChoices):
    """Why a datastream's alarms are not told for a while (ISA-18.2)."""

    BY_DESIGN = "by_design", "抑制"
    OUT_OF_SERVICE = "out_of_service", "停用"


class Suppression(Identified, Placed, Exercisable, InLog):
    """Alarms of a datastream not told for a while: suppressed by design (抑制), or out of service (停用).

    An end and a filing always; out of service also names who approved it (报备, practice P14).
    """

    kind = models.CharField(
        max_length=16, choices=SuppressionKind.choices, default=SuppressionKind.BY_DESIGN
    )
    datastream = models.ForeignKey(Datastream, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    approved_by = models.CharField("批准人", max_length=64, blank=True)
    filed_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField("提前结束人", max_length=64, blank=True)
    control_version = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=models.Q(ended_at__isnull=True),
                name="sensing_suppression_standing",
            )
        ]


class Retirement(Identified, Placed, InLog):
    """A datastream that leaves service for good (注销), or is taken up again, as the engine hears of it.

    Every turn is a row of its own, so that what stood in the log before a message can be asked.
    """

    datastream = models.ForeignKey(Datastream, on_delete=models.PROTECT, related_name="retirements")
    is_retired = models.BooleanField()
    control_version = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["control_version"],
                condition=models.Q(log_seq__isnull=True),
                name="sensing_retirement_waiting",
            )
        ]


class BatchReceipt(Exercisable):
    """The evidence of one batch: gateway, sequence, count, hash (the reading's journal row).

    `log_epoch` and `log_sequence` say where in READINGS the batch stands: the gateway takes
    its receipts up again behind the last of them. `mends` names the message of the quarantine,
    and its version, that a person had sent again.
    """

    id = models.BigAutoField(primary_key=True)
    log_epoch = UlidField(null=True)
    log_sequence = models.BigIntegerField(null=True)
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    count = models.IntegerField()
    refused = models.IntegerField(default=0)
    digest = models.CharField(max_length=64)
    verdict = models.CharField(max_length=16, default="accepted")
    mends = models.CharField(max_length=40, blank=True, default="")
    arrived_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["gateway", "-sequence"], name="sensing_receipt_last"),
            models.Index(
                fields=["mends"], condition=~models.Q(mends=""), name="sensing_receipt_mends"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["log_epoch", "log_sequence"], name="sensing_receipt_place"
            )
        ]


class QuarantinedMessage(models.Model):
    """What a door could not take, or not whole, as it came, with the reason (隔离区).

    `payload` never changes, and is let go when the message is settled and its days are over; `mended` is what a person had sent in its place, without signature.
    Open while neither `resend_at` nor `settled_at` stands; `result_*` say what the door answered
    to the last sending.
    """

    class Settled(models.TextChoices):
        """How a message left the quarantine."""

        RESENT = "resent", "已重送入库"
        DISCARDED = "discarded", "已丢弃"

    id = UlidField(primary_key=True, default=new_ulid, editable=False)
    version = models.IntegerField(default=1)
    div = models.BigIntegerField(default=0)
    zone = models.BigIntegerField(null=True)
    site = UlidField(null=True)
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, null=True, related_name="+")
    door = models.CharField(max_length=16)
    topic = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=48)
    reason = models.CharField(max_length=400)
    #: of the rows that were refused: row, code, tag; the first hundred
    refused = models.JSONField(default=list)
    unknown_tags = models.JSONField(default=list)
    payload = models.BinaryField()
    received_at = models.DateTimeField()
    exercise_id = UlidField(null=True)
    mended = models.BinaryField(null=True)
    resend_at = models.DateTimeField(null=True)
    resend_by = models.CharField(max_length=64, blank=True, default="")
    resend_reason = models.CharField(max_length=200, blank=True, default="")
    result_code = models.CharField(max_length=48, blank=True, default="")
    result_reason = models.CharField(max_length=400, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True, default="")
    settled_how = models.CharField(max_length=16, choices=Settled.choices, blank=True, default="")
    settled_reason = models.CharField(max_length=200, blank=True, default="")
    log_epoch = UlidField(null=True)
    log_sequence = models.BigIntegerField("在日志中的位置", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="sensing_quarantine_newest"),
            models.Index(
                fields=["gateway", "code"],
                condition=models.Q(settled_at__isnull=True),
                name="sensing_quarantine_open",
            ),
            models.Index(
                fields=["resend_at"],
                condition=models.Q(settled_at__isnull=True, resend_at__isnull=False),
                name="sensing_quarantine_resend",
            ),
        ]


class HistoryFile(models.Model):
    """The catalogue of history (7.17): readers ask it, never a folder."""

    id = UlidField(primary_key=True, default=new_ulid, editable=False)
    epoch = UlidField()
    shard = models.SmallIntegerField(null=True)
    seq_first = models.BigIntegerField()
    seq_last = models.BigIntegerField()
    level = models.CharField(max_length=16)
    number_lo = models.IntegerField()
    number_hi = models.IntegerField()
    t_lo_ms = models.BigIntegerField()
    t_hi_ms = models.BigIntegerField()
    rows = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=255)
    live_from = models.DateTimeField()
    dead_from = models.DateTimeField(null=True)
    exercise_id = UlidField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path"], name="sensing_historyfile_path")]
        indexes = [
            models.Index(fields=["t_lo_ms", "t_hi_ms"], name="sensing_historyfile_span"),
            models.Index(fields=["epoch", "seq_last"], name="sensing_historyfile_seq"),
        ]
