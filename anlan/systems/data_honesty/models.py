"""What speaks against datastreams, and the nightly looks that found it."""

from dataclasses import replace

from django.db import models

from anlan.kernel.base.fields import Identified, Placed
from anlan.kernel.base.permissions import Facts
from anlan.systems.data_honesty.rules import KINDS, STATES, VERDICTS


class HonestyLook(Identified, Placed):
    """One firm's site looked at for one day, a part of its datastreams at a time; `reached` is the last subject done.

    It ends (`done_at`), or it fails where history says what cannot be judged.
    """

    day = models.DateField("日期")
    asked_by = models.CharField("发起人", max_length=64)
    reached = models.CharField(max_length=26, blank=True, default="")
    streams = models.IntegerField("测点数", default=0)
    found = models.IntegerField("新发现", default=0)
    went_on = models.IntegerField("仍在继续", default=0)
    files_missing = models.IntegerField("缺失的历史文件", default=0)
    #: A site that said nothing all day is looked at when it has caught up.
    not_before = models.DateTimeField(null=True)
    done_at = models.DateTimeField("完成时间", null=True)
    failed_at = models.DateTimeField("失败时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], name="data_honesty_look_once")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="data_honesty_look_due",
            ),
            models.Index(fields=["div", "id"], name="data_honesty_look_div"),
        ]


class HonestyFinding(Identified, Placed):
    """What speaks against the honesty of a datastream (数据真实性线索): never an accusation by itself.

    `figures` is what justifies it, `basis` what the engine was given, so that it can be replayed. Reason and clause are
    kept as they stood in the configuration when it was found. `key` names a fact once; a pattern is the same as one that
    it overlaps.
    """

    datastream = models.ForeignKey("sensing.Datastream", on_delete=models.PROTECT, related_name="+")
    #: The tag that it equals.
    other = models.ForeignKey(
        "sensing.Datastream", on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField("类型", max_length=24, choices=list(KINDS.items()))
    key = models.CharField(max_length=80, blank=True, default="")
    first_at = models.DateTimeField("起")
    last_at = models.DateTimeField("止")
    #: Where the curve that it repeats begins.
    earlier_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    basis = models.JSONField(default=dict)
    reason = models.CharField("理由", max_length=400)
    reason_en = models.CharField(max_length=400)
    clause = models.CharField("条款", max_length=200, blank=True)
    clause_en = models.CharField(max_length=200, blank=True)
    mark = models.CharField("依据标记", max_length=8, blank=True)
    state = models.CharField("状态", max_length=12, choices=list(STATES.items()), default="open")
    verdict = models.CharField(
        "判定", max_length=8, choices=list(VERDICTS.items()), blank=True, default=""
    )
    verdict_reason = models.CharField("判定理由", max_length=400, blank=True, default="")
    judged_by = models.CharField("判定人", max_length=64, blank=True, default="")
    judged_at = models.DateTimeField(null=True)
    asked = models.CharField("交办要求", max_length=400, blank=True, default="")
    due_on = models.DateField("办理期限", null=True)
    handed_by = models.CharField("交办人", max_length=64, blank=True, default="")
    handed_at = models.DateTimeField(null=True)
    answer = models.TextField("企业答复", max_length=2000, blank=True, default="")
    answered_by = models.CharField("答复人", max_length=64, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    close_reason = models.CharField("办结说明", max_length=400, blank=True, default="")
    closed_by = models.CharField("办结人", max_length=64, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["datastream", "kind", "key"],
                condition=~models.Q(key=""),
                name="data_honesty_fact_once",
            )
        ]
        indexes = [
            models.Index(fields=["datastream", "kind"], name="data_honesty_finding_stream"),
            models.Index(fields=["div", "id"], name="data_honesty_finding_div"),
            models.Index(fields=["site", "state"], name="data_honesty_finding_site"),
        ]

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on; its matter is that of the datastream's subject."""
        return replace(super().facts, matter=self.datastream.subject.kind.matter)
