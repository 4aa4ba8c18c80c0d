"""Work permits of special work (GB 30871-2022), and the daily safety commitment by versions."""

from dataclasses import replace
from typing import Final

from django.db import models

from anlan.kernel.base.fields import Exercisable, Identified, Placed
from anlan.kernel.base.permissions import Facts

#: The matter (监管事项) that permits and commitments are of.
MATTER: Final = "hazchem"


class PermitState(models.TextChoices):
    """How far a permit has come. That its time is over is computed, never written."""

    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已签发"
    UNDER_WAY = "under_way", "作业中"
    FINISHED = "finished", "已完工"
    CANCELLED = "cancelled", "已取消"


class OfFirm(Identified, Placed, Exercisable):
    """A row that a firm keeps of its own site."""

    class Meta:
        abstract = True

    @property
    def facts(self) -> Facts:
        """Return what a decision about it rests on."""
        return replace(super().facts, matter=MATTER)


class WorkPermit(OfFirm):
    """A permit of special work (特殊作业票) at a subject of a site. It raises watch and suppresses nothing.

    `level` is as assessed, `managed_level` one up where the work is done at night or on a day off. `gas_tests` are
    {"at", "by", "spot", "oxygen_pct", "flammable_lel_pct", "toxic", "toxic_ppm"}: % of volume, % of the lower explosive
    limit, ppm, null where not measured.
    """

    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    code = models.CharField("作业票编号", max_length=32)
    kind = models.CharField("作业类别", max_length=20)
    level = models.CharField("级别", max_length=8, blank=True)
    managed_level = models.CharField("管理级别", max_length=8, blank=True)
    is_off_hours = models.BooleanField("夜间、节假日作业", default=False)
    spot = models.CharField("作业部位", max_length=120)
    content = models.CharField("作业内容", max_length=400)
    isolation = models.CharField("隔离措施", max_length=400, blank=True)
    contractor = models.CharField("作业单位", max_length=120, blank=True)
    applicant = models.CharField("申请人", max_length=60, blank=True)
    guardian = models.CharField("监护人", max_length=60, blank=True)
    approver = models.CharField("审批人", max_length=60, blank=True)
    planned_start = models.DateTimeField("计划开始")
    planned_end = models.DateTimeField("计划结束")
    gas_tests = models.JSONField("气体分析", default=list)
    state = models.CharField(max_length=12, choices=PermitState.choices)
    #: What an undo goes back to; empty where nothing can be taken back.
    previous_state = models.CharField(max_length=12, choices=PermitState.choices, blank=True)
    state_at = models.DateTimeField()
    state_by = models.CharField(max_length=64)
    reason = models.CharField("理由", max_length=200, blank=True)
    started_at = models.DateTimeField("实际开始", null=True)
    ended_at = models.DateTimeField("实际结束", null=True)
    is_invented = models.BooleanField("演示", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code", "exercise_id"],
                nulls_distinct=False,
                name="firm_day_permit_code",
            )
        ]
        indexes = [
            models.Index(fields=["div", "id"], name="firm_day_permit_div"),
            models.Index(fields=["site", "planned_end"], name="firm_day_permit_site"),
            models.Index(fields=["state", "planned_end"], name="firm_day_permit_state"),
        ]


class SafetyCommitment(OfFirm):
    """The promise of a firm's site for one day (安全承诺公告); what it says stands in its versions.

    `contradictions` are those of now: {"what", "promised", "found", "codes", "since"}. They are found by a process and
    grow no version.
    """

    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    day = models.DateField("日期")
    current = models.OneToOneField(
        "CommitmentVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    promised_at = models.DateTimeField("承诺时间")
    is_late = models.BooleanField("迟报", default=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdraw_reason = models.CharField("撤回理由", max_length=200, blank=True)
    contradictions = models.JSONField("不一致", default=list)
    contradicted_since = models.DateTimeField("不一致起始", null=True)
    is_invented = models.BooleanField("演示", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "day", "exercise_id"],
                nulls_distinct=False,
                name="firm_day_commitment_once",
            )
        ]
        indexes = [
            models.Index(fields=["div", "day", "id"], name="firm_day_commitment_div"),
            models.Index(fields=["day", "site"], name="firm_day_commitment_day"),
        ]


class CommitmentVersion(OfFirm):
    """What was promised from a filing on; insert-only: a correction is the next version with its reason.

    `works` counts by key (`promises.work_keys`), `steps` are the three of the judgement: {"step", "by", "said"}.
    """

    commitment = models.ForeignKey(
        SafetyCommitment, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.IntegerField("版本")
    units_total = models.IntegerField("装置总套数")
    units_running = models.IntegerField("运行套数")
    units_stopped = models.IntegerField("停产套数")
    units_under_repair = models.IntegerField("检修套数")
    works = models.JSONField("特殊作业", default=dict)
    tanks_safe = models.BooleanField("罐区、仓库等处于安全状态")
    is_trial = models.BooleanField("试生产", default=False)
    is_starting_or_stopping = models.BooleanField("开停车", default=False)
    risk = models.CharField("风险等级", max_length=16)
    steps = models.JSONField("研判", default=list)
    accountability = models.CharField("包保责任落实", max_length=400, blank=True)
    text = models.CharField("承诺", max_length=600)
    signed_by = models.CharField("承诺人", max_length=60)
    filed_by = models.CharField("填报人", max_length=64)
    reason = models.CharField("更正理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "number"], name="firm_day_commitmentversion_once"
            )
        ]
        indexes = [models.Index(fields=["div", "id"], name="firm_day_commitver_div")]


class Chase(Identified):
    """That whoever had not promised was asked: once for a day and a stage (0 for the first)."""

    day = models.DateField()
    stage = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "stage"], name="firm_day_chase_once")]
