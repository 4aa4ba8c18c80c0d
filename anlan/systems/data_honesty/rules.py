"""Which kinds of finding there are, what a change of a limit means, and who may do what with a finding."""

from anlan.kernel.base.permissions import Facts, Principal, Reach, decide

VIEW = "data_honesty.finding.view"
#: Who judges a finding, hands it to the firm and closes it; and who has a firm's day looked at again.
JUDGE = "data_honesty.finding.judge"
LOOK = "data_honesty.look.ask"
#: The firm's own people: what was handed to them, and nothing else.
ANSWER = "data_honesty.finding.answer"

#: What speaks against a datastream: six patterns of its curve (engines.honesty), three facts about it.
KINDS = {
    "copied": "曲线复制",
    "copied_with_noise": "复制并加噪声",
    "repeated": "短周期重复（锯齿）",
    "constant": "恒定不变",
    "clipped": "停在限值之下",
    "twin": "两个测点完全相同",
    "limit_widened": "放宽限值",
    "tag_withdrawn": "测点停传或注销",
    "outage_overdue": "停用到期未恢复",
}
KINDS_EN = {
    "copied": "copied curve",
    "copied_with_noise": "copied with noise",
    "repeated": "short pattern repeated",
    "constant": "constant",
    "clipped": "stops just under the limit",
    "twin": "two tags alike",
    "limit_widened": "limit widened",
    "tag_withdrawn": "tag withdrawn",
    "outage_overdue": "out of service past its end",
}
STATES = {"open": "待核实", "handed": "已交办", "answered": "企业已答复", "closed": "已办结"}
VERDICTS = {"": "未判定", "true": "属实", "untrue": "不属实"}

#: A limit above: a larger value lets more through.
_ABOVE = ("HH", "H", "rate", "range", "silent")
#: A limit below, and how much a value must move to count as alive: a smaller one does.
_BELOW = ("LL", "L", "frozen")


def is_laxer(
    condition: str, before: dict[str, float | None], after: dict[str, float | None]
) -> bool:
    """Tell whether a limit lets more through than the one before it.

    `value`, `low` (of a range), `window_ms` (of frozen) and `on_delay_ms` as the limit's columns say them.
    """
    if _more(after, before, "on_delay_ms") or (
        condition == "frozen" and _more(after, before, "window_ms")
    ):
        return True
    if condition == "range" and _more(before, after, "low"):
        return True
    if condition in _ABOVE:
        return _more(after, before, "value")
    return condition in _BELOW and _more(before, after, "value")


def _more(one: dict[str, float | None], other: dict[str, float | None], name: str) -> bool:
    left, right = one.get(name), other.get(name)
    return left is not None and right is not None and left > right


def acts_on(principal: Principal, state: str, verdict: str, facts: Facts) -> list[str]:
    """Return what a person may do with a finding that hangs here."""
    if state == "closed" or not decide(principal, JUDGE, facts, Reach.IN_CHARGE).allowed:
        return []
    return ["judge", "hand_over", *(["close"] if verdict else [])]


def may_answer(principal: Principal, state: str, facts: Facts) -> bool:
    """Tell whether a person of the firm may answer what was handed to it."""
    return (
        state in ("handed", "answered") and decide(principal, ANSWER, facts, Reach.OWN_FIRM).allowed
    )
