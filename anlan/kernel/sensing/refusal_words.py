"""What a door says to a machine, in words for people: Chinese and English (practice P13).

The reason on the wire is one short English line (docs/protocol/observations.md) and is kept as it came. Here
it becomes a sentence in the language of the reader; a line that is not known stands as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

#: Why a single reading was refused (`intake`), and how many: "tag_unknown: 1, value_bad: 3".
ROW_WORDS = {
    "tag_unknown": ("位号未登记", "tag not registered"),
    "unit_differs": ("单位与登记的不同", "unit differs from the registered one"),
    "value_bad": ("数值不是数", "value is no number"),
    "time_bad": ("时间无效", "time is not valid"),
    "quality_bad": ("质量码无效", "quality code is not valid"),
    "row_bad": ("整条不能读取", "row cannot be read"),
}
#: What became of a message, by the code of its door, as lists say it.
CODE_WORDS = {
    "gateway_unknown": "网关未登记或已停用",
    "signature_bad": "签名不符",
    "unreadable": "不能读取",
    "too_large": "报文过大",
    "foreign": "不是这台网关的报文",
    "altered": "同一序号内容不同",
    "later": "暂不能判定",
    "tag_unknown": "位号未登记",
    "unit_differs": "单位不符",
    "value_bad": "数值不是数",
    "time_bad": "时间无效",
    "quality_bad": "质量码无效",
    "row_bad": "这一条不能读取",
    "rows_refused": "部分读数被拒收",
    "kept": "已入库",
    "repeat": "重复，此前已入库",
}
_COUNTS = re.compile(r"\w+: \d+(?:, \w+: \d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One sentence in the two languages of the product."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A line that the doors write, and what it means; `{0}` are its parts."""

    line: re.Pattern[str]
    zh: str
    en: str


def _known(line: str, zh: str, en: str) -> _Known:
    return _Known(re.compile(line, re.DOTALL), zh, en)


#: Details that the library which reads JSON and msgpack adds; the field stands at `$.name`.
_DETAILS = (
    _known(r"Object missing required field `(.+?)`(?: - at .*)?", "缺少 {0}", "{0} is missing"),
    _known(r"Expected `(.+?)`, got `(.+?)` - at `\$\.(.+)`", "{2} 应为 {0}，实为 {1}",
           "{2} should be {0} and is {1}"),
    _known(r"Input data was truncated", "内容不完整", "the content is cut off"),
    _known(r"Invalid RFC3339 encoded datetime(?: - at `\$\.(.+)`)?", "时间 {0} 不合 RFC 3339",
           "the time {0} is not RFC 3339"),
)  # fmt: skip
_REASONS = (
    _known(r"no HMAC at the end", "报文末尾没有签名（HMAC），整条未收。",
           "There is no signature (HMAC) at the end: nothing of it was taken."),
    _known(r"the HMAC does not fit", "签名（HMAC）与这台网关的密钥不符，整条未收。",
           "The signature (HMAC) does not fit the gateway's key: nothing of it was taken."),
    _known(r"no gateway '(.*)'", "没有登记过网关 {0}。", "No gateway {0} is registered."),
    _known(r"gateway '(.*)' may not send", "网关 {0} 已停用，或其密钥不可用，整条未收。",
           "Gateway {0} is out of use, or its key is none: nothing of it was taken."),
    _known(r"(\d+) bytes; at most (\d+)", "报文 {0} 字节，最多 {1} 字节。",
           "The message has {0} bytes; at most {1}."),
    _known(r"gw is '(.*)', the sender is '(.*)'", "报文自称来自网关 {0}，实际由网关 {1} 发送。",
           "The message says gateway {0}, its sender is {1}."),
    _known(r"message (\d+) was received before with another content",
           "序号 {0} 的报文此前收到过，内容不同。", "Message {0} was received before with another content."),
    _known(r"(\d+) readings in one message; at most (\d+)", "一条报文里有 {0} 个读数，最多 {1} 个。",
           "{0} readings in one message; at most {1}."),
    _known(r"neither JSON \(\{\) nor a msgpack map by its first byte",
           "从首字节看既不是 JSON，也不是 msgpack。", "By its first byte it is neither JSON nor msgpack."),
    _known(r"not (JSON|msgpack): (.*)", "不是完整的 {0}（{1}）。", "It is no valid {0} ({1})."),
    _known(r"not a map", "报文不是键值结构。", "The message is not a map."),
    _known(r"the envelope: (.*)", "报文头不合规：{0}。", "The envelope is wrong: {0}."),
    _known(r"either rows.*one of them", "读数须用 rows 或 columns 之一给出。",
           "Readings stand in rows or in columns, one of them."),
    _known(r"columns need the lists tags, i, t and v", "columns 须有 tags、i、t、v 四个列表。",
           "Columns need the lists tags, i, t and v."),
    _known(r"columns of unequal length.*", "各列长度不一致。", "The columns are of unequal length."),
    _known(r"a column is not whole: .*", "有一列的字节数不完整。", "The bytes of a column are not whole."),
    _known(r"internal error: (.*)", "本平台处理时出错（{0}），可重送。",
           "This platform failed at it ({0}); it may be sent again."),
)  # fmt: skip


def words_of(code: str, reason: str) -> Words:
    """Return what is wrong with a message; `code` and `reason` are what the door said."""
    if _COUNTS.fullmatch(reason):
        return _counts(reason)
    found = _match(_REASONS, reason, _detail)
    return found or Words(zh=reason or code, en=reason or code)


def _counts(reason: str) -> Words:
    """Say how many readings were refused for which reason."""
    parts = [part.split(": ") for part in reason.split(", ")]
    total = sum(int(count) for _, count in parts)
    words = [(ROW_WORDS.get(code, (code, code)), count) for code, count in parts]
    zh = "、".join(f"{zh} {count} 个" for (zh, _), count in words)
    en = ", ".join(f"{en}: {count}" for (_, en), count in words)
    return Words(zh=f"{total} 个读数被拒收：{zh}。", en=f"{total} readings refused: {en}.")


def _detail(text: str) -> Words:
    return _match(_DETAILS, text, lambda part: Words(zh=part, en=part)) or Words(zh=text, en=text)


def _match(table: tuple[_Known, ...], text: str, inner: Callable[[str], Words]) -> Words | None:
    for known in table:
        if (found := known.line.fullmatch(text)) is not None:
            parts = [inner(part or "") for part in found.groups()]
            return Words(
                zh=known.zh.format(*(part.zh for part in parts)),
                en=known.en.format(*(part.en for part in parts)),
            )
    return None
