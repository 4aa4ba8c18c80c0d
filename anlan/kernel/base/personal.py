"""Personal data in columns (个人信息): one form, a mask for screens, a keyed hash to search by (P21).

A plain hash of eleven digits is guessed in a minute; the key is derived from the installation's
secret, which is not in the database.
"""

import hmac
import re
from datetime import date
from functools import cache
from hashlib import sha256
from unicodedata import normalize

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from anlan.kernel.base.errors import InvalidError

_BETWEEN = re.compile(r"[\s\-()]")
#: With country code or area code, as people write it; ITU-T E.164 has at most 15 digits.
_PHONE = re.compile(r"\+?[0-9]{5,15}")
#: How much of a number stays to be seen, at its two ends.
_HEAD, _TAIL = 3, 2
_LONG = 8


def phone(text: str) -> str:
    """Return a phone number in one form, `13800000001`. Raises InvalidError."""
    bare = _BETWEEN.sub("", normalize("NFKC", text))
    bare = bare.removeprefix("+86").removeprefix("0086")
    if not _PHONE.fullmatch(bare):
        raise InvalidError("不是电话号码", code="base.not_a_phone", field="phone")
    return bare


def masked(number: str) -> str:
    """Return what a screen shows of a number: `138******01`; of a short one its end only."""
    head = _HEAD if len(number) >= _LONG else 0
    return number[:head] + "*" * (len(number) - head - _TAIL) + number[-_TAIL:]


def mail(text: str) -> str:
    """Return a mail address in one form, its domain in small letters. Raises InvalidError."""
    bare = normalize("NFKC", text).strip()
    try:
        validate_email(bare)
    except ValidationError:
        raise InvalidError("不是邮箱地址", code="base.not_a_mail", field="mail") from None
    name, _, domain = bare.rpartition("@")
    return f"{name}@{domain.lower()}"


def masked_mail(address: str) -> str:
    """Return what a screen shows of a mail address: `w***@example.gov.cn`."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


#: Columns that people write in their own words (理由、说明); what they say may name somebody.
WRITTEN = frozenset(
    {
        "reason", "reason_en", "end_reason", "undo_reason", "resend_reason", "settled_reason",
        "approved_by", "check_note", "shelve_reason", "out_of_service_reason", "measure", "evidence",
        "body", "body_en",
    }
)  # fmt: skip
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
#: GB 11643-1999: weights of the first 17 digits, and the check character by the sum modulo 11.
_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


def without_numbers(text: str) -> str:
    """Return a text with the mobile and identity card numbers in it masked.

    A card number has a check character and a day of birth in it (GB 11643-1999); a credit code or a serial
    number of as many digits stays.
    """
    found = _MOBILE.sub(lambda one: masked(one.group()), text)
    return _IDENTITY.sub(
        lambda one: masked(one.group()) if _is_identity(one.group()) else one.group(), found
    )


def _is_identity(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return _CHECKS[total % 11] == number[-1].upper()


def search_key(text: str, kind: str) -> str:
    """Return by what a text of this kind is found: HMAC-SHA256 under the installation's key."""
    return hmac.new(_key(settings.SECRET_KEY), f"{kind}\x1f{text}".encode(), sha256).hexdigest()


@cache
def _key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"anlan search").derive(secret.encode())
