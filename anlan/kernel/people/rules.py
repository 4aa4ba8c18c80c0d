"""Decisions about people and organisations that need no database."""

from dataclasses import replace
from datetime import datetime, timedelta

from anlan.kernel.base.permissions import Principal

#: GB 32100-2015, table 1: the characters in order of their values (no I, O, S, V, Z).
CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: GB 32100-2015, annex A: weight of position i (from 0) is 3^i mod 31.
_CREDIT_CODE_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
CREDIT_CODE_LENGTH = 18

#: Matters of supervision (监管事项), as the sections of a bureau are named; a kind of subject may name others.
MATTERS = {
    "hazchem": "危险化学品",
    "mining": "矿山",
    "fireworks": "烟花爆竹",
    "industry": "工贸",
    "flood": "防汛抗旱",
    "forest_fire": "森林草原防火",
}

#: GB/T 22239-2019, 8.1.4.1 a: complex and changed from time to time; figures are project defaults.
PASSWORD_CLASSES = 3
PASSWORD_LENGTH = 10
#: Why a password is refused, by the codes of Django's validators and one of our own: Chinese, English.
WEAKNESSES = {
    "password_too_few_classes": (
        f"须含大写字母、小写字母、数字、符号中的 {PASSWORD_CLASSES} 类",
        f"It must have {PASSWORD_CLASSES} of: capitals, small letters, digits, signs",
    ),
    "password_too_short": (
        f"至少 {PASSWORD_LENGTH} 个字符",
        f"It must have at least {PASSWORD_LENGTH} characters",
    ),
    "password_too_similar": (
        "与姓名或用户名太相近",
        "It is too much like the name or the user name",
    ),
    "password_too_common": ("是常见口令", "It is a common password"),
    "password_entirely_numeric": ("不能全为数字", "It must not be all digits"),
}
PASSWORD_MAX_AGE = timedelta(days=90)
#: So many passwords, the present one among them, are not taken again.
PASSWORD_HISTORY = 5
#: Practice P11: accounts unused so long sleep.
SLEEPS_AFTER = timedelta(days=90)
#: The longest session whatever is done in it; idle sessions end by `config().session_idle_minutes`.
SESSION_LIMIT = timedelta(hours=12)
LINK_LIFETIME = timedelta(hours=24)
#: A screen on a wall that somebody has put up: it reads, it does nothing, and it is not idle because nobody
#: touches it. It ends all the same, and at once where its person's posts, password or account change.
DISPLAY_LIMIT = timedelta(days=30)
#: The highest label on a wall: internal (内部).
DISPLAY_CEILING = 1
#: What may be read and does not belong on a wall: accounts, messages, papers, what strangers sent.
NOT_ON_A_DISPLAY = frozenset(
    {
        "audit.journal.view", "base.dead_letter.view", "documents.document.view",
        "messaging.message.view", "people.post.view", "people.share.view", "people.user.view",
        "sensing.quarantine.view",
    }
)  # fmt: skip

#: Shown on the log-in page and beside every upload (practice P21).
NOTICE = "本系统为非涉密系统，严禁存储、处理、传输国家秘密"


def credit_code_check_character(body: str) -> str:
    """Return the 18th character for the first 17 of a 统一社会信用代码 (GB 32100-2015, annex A).

    Raises ValueError when the 17 are not of the alphabet.
    """
    if len(body) != CREDIT_CODE_LENGTH - 1:
        raise ValueError(f"{body!r} has {len(body)} characters; 17 go before the check character")
    values = [CREDIT_CODE_ALPHABET.index(character) for character in body]
    total = sum(weight * value for weight, value in zip(_CREDIT_CODE_WEIGHTS, values, strict=True))
    return CREDIT_CODE_ALPHABET[-total % 31]


def is_credit_code(text: str) -> bool:
    """Tell whether a text is a 统一社会信用代码 with a right check character."""
    if len(text) != CREDIT_CODE_LENGTH or not set(text) <= set(CREDIT_CODE_ALPHABET):
        return False
    return credit_code_check_character(text[:-1]) == text[-1]


def password_classes(password: str) -> int:
    """Count the kinds of character in a password: small, capital, digit, other."""
    return sum(
        any(test(character) for character in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda one: not one.isalnum())
    )


def password_expired(changed_at: datetime | None, at: datetime) -> bool:
    """Tell whether a password is too old to go on with."""
    return changed_at is not None and at - changed_at > PASSWORD_MAX_AGE


def is_asleep(last_used: datetime, at: datetime) -> bool:
    """Tell whether an account has gone unused so long that an administrator must wake it."""
    return at - last_used > SLEEPS_AFTER


def session_ended(signed_in_at: datetime, seen_at: datetime, at: datetime, idle: timedelta) -> bool:
    """Tell whether a session is over: too old, or nobody has used it for `idle`."""
    return at - signed_in_at > SESSION_LIMIT or at - seen_at > idle


def display_ended(put_up_at: datetime, put_up_from: str, at: datetime, comes_from: str) -> bool:
    """Tell whether a display is over: too old, or no longer on the machine that it was put up on."""
    return at - put_up_at > DISPLAY_LIMIT or put_up_from != comes_from


def as_display(person: Principal) -> Principal:
    """Return what somebody's wall may do: look at what he sees, up to internal, and nothing else."""
    grants = tuple(
        replace(
            grant,
            permissions=frozenset(one for one in grant.permissions if is_on_a_display(one)),
            ceiling=min(grant.ceiling, DISPLAY_CEILING),
        )
        for grant in person.grants
    )
    return replace(person, grants=grants, ceiling=min(person.ceiling, DISPLAY_CEILING))


def is_on_a_display(permission: str) -> bool:
    """Tell whether a permission only shows, and what may hang on a wall."""
    return permission.endswith(".view") and permission not in NOT_ON_A_DISPLAY


def periods_overlap(first: tuple[datetime, datetime], second: tuple[datetime, datetime]) -> bool:
    """Tell whether two periods (start included, end not) have a moment in common."""
    return first[0] < second[1] and second[0] < first[1]
