"""Organisations, users, posts, roles, reach over sites, duty: who people are and what they reach."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from anlan.kernel.base.fields import Identified, Sensitivity, UlidField
from anlan.kernel.base.ids import new_ulid


class OrganisationKind(models.TextChoices):
    """What an organisation is to the bureau."""

    BUREAU = "bureau", "应急管理部门"
    GOVERNMENT = "government", "党委政府、乡镇（街道）、功能区"
    AGENCY = "agency", "成员单位"
    FIRM = "firm", "企业"
    TEAM = "team", "救援队伍"


class Organisation(Identified):
    """The legal firm or agency (单位); a site of it is a `Subject(kind=enterprise)`."""

    name = models.CharField("名称", max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, unique=True)  # noqa: DJ001 - null is "not known", unique
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    territory_code = models.CharField("属地区划代码", max_length=16, blank=True)
    zone = models.BigIntegerField("功能区", null=True)
    is_invented = models.BooleanField("演示", default=False)
    #: Of one firm entered twice, the one that is kept; this one is only its other name and code.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="aliases"
    )


class Role(Identified):
    """A named bundle of permissions (岗位角色) kept as data (practice P25)."""

    code = models.CharField(max_length=48, unique=True)
    title = models.CharField(max_length=60)
    title_en = models.CharField(max_length=80)
    family = models.CharField(max_length=16)
    permissions = models.JSONField(default=list)
    ceiling = models.SmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.INTERNAL)


class AdministratorKind(models.TextChoices):
    """The three administrators (三员); they exclude one another and see no business data."""

    NONE = "", "不是管理员"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"


class UserManager(BaseUserManager["User"]):
    """Finds users by name; makes none, because only services write."""


class User(AbstractBaseUser):
    """A named person (实名); no shared account, no superuser (GB/T 22239-2019 8.1.4.2)."""

    id = UlidField(primary_key=True, default=new_ulid, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField("姓名", max_length=60)
    administrator = models.CharField(
        max_length=16, choices=AdministratorKind.choices, default="", blank=True
    )
    is_active = models.BooleanField(default=True)
    is_invented = models.BooleanField("演示", default=False)
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField(null=True)
    earlier_passwords = models.JSONField("用过的口令（散列）", default=list)
    sessions_epoch = models.IntegerField("会话批次", default=0)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_superuser = False
    is_staff = False

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Bind a session to the password and to the epoch: raising it ends every open session."""
        bound = f"{self.password}\x1f{self.sessions_epoch}"
        return salted_hmac("people.session", bound, secret=secret, algorithm="sha256").hexdigest()


class Post(Identified):
    """A position in an organisation (岗位) with its role; what it reaches comes from both."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=60)
    title_en = models.CharField(max_length=80, blank=True)
    territory_code = models.CharField("分管属地", max_length=16, null=True)  # noqa: DJ001 - null is "not narrowed"


class PostHolding(Identified):
    """Who holds a post, from when to when; a change ends the person's sessions."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    held_from = models.DateTimeField()
    held_to = models.DateTimeField(null=True)
    appointed_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "user"],
                condition=models.Q(held_to__isnull=True),
                name="people_holding_once",
            )
        ]


class ScopeGrant(Identified):
    """A further range that an organisation's posts see: a share by name, with dates; nobody acts by it.

    It names a division or a functional zone (`zone`), one of the two. Before somebody of the giver's side has approved it, it gives nothing.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    territory_code = models.CharField(max_length=16, blank=True)
    zone = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=64, blank=True)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(territory_code="") ^ models.Q(zone__isnull=True),
                name="people_share_names_one",
            )
        ]


class SiteRelation(models.TextChoices):
    """How an organisation is related to an enterprise site."""

    OWNER = "owner", "本单位"
    SUPERVISOR = "supervisor", "监管主体"


class SiteReach(Identified):
    """Supervision (监管) by matter with dates, and a firm's own sites (practice P4)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reaches")
    site = UlidField(db_index=True)
    relation = models.CharField(max_length=16, choices=SiteRelation.choices)
    matter = models.CharField("监管事项", max_length=32, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)


class DutyShift(Identified):
    """Who is on duty for a post, from when to when (值班); read by `on_duty`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    exercise_id = UlidField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "starts_at", "ends_at"], name="duty_at")]


class SecondFactor(Identified):
    """The second kind of proof of a person (双因素): the secret of his authenticator app, sealed.

    Without `confirmed_at` it is an offer that nobody has answered with a right code yet; confirmed and
    without a secret, the trace of one that a stop deleted: nothing proves it before it is reset.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    secret = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(confirmed_at__isnull=False),
                name="people_second_factor_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(confirmed_at__isnull=True),
                name="people_second_factor_one_offer",
            ),
        ]


class KeyKind(models.TextChoices):
    """By which standard a key signs."""

    WEBAUTHN = "webauthn", "安全密钥（WebAuthn）"
    SM2 = "sm2", "国密密钥（SM2）"


class SecurityKey(Identified):
    """A key that a person has registered as his second factor: its public half, under his name for it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=KeyKind.choices)
    name = models.CharField(max_length=60)
    credential = models.BinaryField()
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "credential"], name="people_key_once"),
        ]


class RecoveryCode(Identified):
    """A code that stands for the app or the key once; only the SHA-256 of it is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    code_digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "code_digest"], name="people_recovery_once")
        ]


class ContactKind(models.TextChoices):
    """Kinds of personal data of an account."""

    PHONE = "phone", "电话"
    MAIL = "mail", "邮箱"


class Contact(Identified):
    """Personal data of an account: sealed, with what a screen shows of it and the hash it is found by.

    `stopped_at` is when its account was stopped, from which its days are counted (`keep_phones_days`).
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=ContactKind.choices)
    sealed = models.BinaryField()
    masked = models.CharField(max_length=32)
    search_key = models.CharField(max_length=64, db_index=True)
    stopped_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="people_contact_once")]


class LinkPurpose(models.TextChoices):
    """What a one-time link is for."""

    DEMO = "demo", "演示登录"
    FIRST = "first", "首次登录、重设口令"


class OneTimeLink(Identified):
    """A log-in link that works once; only the SHA-256 of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=8, choices=LinkPurpose.choices, default=LinkPurpose.DEMO)
    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Preference(Identified):
    """What a person has set for himself (个人设置), by the name of what it is for; nobody else reads it."""

    actor = models.CharField(max_length=64)
    name = models.CharField(max_length=48)
    value = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "name"], name="people_preference_once")
        ]


class SavedView(Identified):
    """How a person likes to look at a page: its question (filters, order, columns) under a name of his own.

    Row security shows it to nobody else.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    page = models.CharField("页面", max_length=200)
    name = models.CharField("名称", max_length=60)
    question = models.CharField("筛选、排序和列", max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="people_view_once")
        ]
