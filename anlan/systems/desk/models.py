"""Bulletins, and online rounds by plan: what the desk leaves behind."""

from django.db import models

from anlan.kernel.base.fields import Exercisable, Identified, Placed


class BulletinKind(models.TextChoices):
    """Of which period it tells."""

    WEEK = "week", "周通报"
    MONTH = "month", "月通报"


class BulletinState(models.TextChoices):
    """How far a bulletin has come."""

    DRAFT = "draft", "草稿"
    APPROVED = "approved", "已签发"
    ISSUED = "issued", "已印发"
    WITHDRAWN = "withdrawn", "已撤回"


class Bulletin(Identified, Placed):
    """A bulletin (监测通报) of a week or month: its words, and its figures frozen with what they were counted from.

    `figures` is what `queries.figures` answered for (`starts_at`, `ends_at`, `as_of`, `sites`); they change
    in a draft only, by counting anew.
    """

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=BulletinKind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    as_of = models.DateTimeField("统计截至")
    title = models.CharField("标题", max_length=120)
    text = models.TextField("正文", max_length=8000)
    sites = models.JSONField("计入的企业", default=list)
    figures = models.JSONField(default=dict)
    state = models.CharField(
        max_length=16, choices=BulletinState.choices, default=BulletinState.DRAFT
    )
    year = models.SmallIntegerField("文号年份", null=True)
    number = models.IntegerField("文号", null=True)
    drafted_by = models.CharField("起草人", max_length=64)
    edited_by = models.CharField("修改人", max_length=64, blank=True)
    approved_by = models.CharField("签发人", max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    issued_by = models.CharField("印发人", max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField("撤回人", max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField("退回或撤回理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "number"],
                condition=models.Q(number__isnull=False),
                name="desk_bulletin_number",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "starts_at"],
                condition=~models.Q(state="withdrawn"),
                name="desk_bulletin_once",
            ),
        ]
        indexes = [models.Index(fields=["div", "-starts_at"], name="desk_bulletin_div")]


class RoundLevel(models.TextChoices):
    """Whose rounds they are: a county looks at its share every day, those above it look on by chance."""

    COUNTY = "county", "县级日常巡查"
    CITY = "city", "市级抽查"
    PROVINCE = "province", "省级抽查"


class RoundPlan(Identified, Placed):
    """How often which firms are looked at online (在线巡查计划): each of `sites` once in `every_days`.

    The firms are spread over these days, so that each day has its share (`rules.due_day`).
    """

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("名称", max_length=80)
    level = models.CharField("层级", max_length=16, choices=RoundLevel.choices)
    every_days = models.SmallIntegerField("周期（天）")
    sites = models.JSONField("企业", default=list)
    starts_on = models.DateField("开始日期")
    made_by = models.CharField("制定人", max_length=64)
    ended_at = models.DateTimeField("停用时间", null=True)
    ended_by = models.CharField("停用人", max_length=64, blank=True)
    end_reason = models.CharField("停用理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_days__gte=1, every_days__lte=90), name="desk_plan_days"
            )
        ]
        indexes = [models.Index(fields=["div"], name="desk_plan_div")]


class RoundResult(models.TextChoices):
    """What a round found; empty while it is not done."""

    OPEN = "", "巡查中"
    NORMAL = "normal", "正常"
    ABNORMAL = "abnormal", "异常"


class OnlineRound(Identified, Placed, Exercisable):
    """One look at one firm (在线巡查): who, from when to when, at what, and what was found.

    `facts` is what the platform showed when it began; `checks` what was looked at, each normal or not, with a note.
    """

    plan = models.ForeignKey(RoundPlan, on_delete=models.PROTECT, related_name="+")
    looked_by = models.CharField("巡查人", max_length=64)
    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    facts = models.JSONField(default=dict)
    checks = models.JSONField("检查项", default=list)
    result = models.CharField("结果", max_length=16, choices=RoundResult.choices, blank=True)
    finding = models.CharField("发现情况", max_length=500, blank=True)
    assigned = models.CharField("交办", max_length=200, blank=True)
    assigned_until = models.DateField("交办期限", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["div", "-began_at"], name="desk_round_div"),
            models.Index(fields=["site", "-began_at"], name="desk_round_site"),
            models.Index(fields=["plan", "site", "-began_at"], name="desk_round_plan"),
        ]
