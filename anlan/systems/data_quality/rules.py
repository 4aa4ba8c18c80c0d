"""The kinds of finding, from what blinds the watch to what is only untidy, and whose each is to mend."""

from dataclasses import replace

from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.sensing.rules import keeping_of

VIEW = "data_quality.finding.view"

#: What is wrong, in the order of the desk.
KINDS = {
    "silent": "无数据",
    "frozen": "数据冻结",
    "out_of_range": "超量程",
    "late": "数据迟到",
    "gateway_unseen": "网关离线",
    "gateway_missing": "网关缺报",
    "gateway_late": "网关迟报",
    "gateway_clock": "网关时钟偏差",
    "quarantined": "报文待处理",
    "unknown_tag": "未登记位号",
    "no_limits": "测点无限值",
    "no_supervisor": "厂区无监管部门",
    "no_owner": "厂区无权属单位",
    "no_place": "对象无位置",
}
#: Whose it is to mend.
OWNERS = {
    "firm": "企业",
    "data_keeper": "数据管理员",
    "security_administrator": "安全管理员",
}

#: Who may say that two entries are one firm, or that they are two.
MERGE = "data_quality.merge.edit"
#: What a message or a tag that waits asks of whoever settles it, and how it is settled.
_SETTLING = {
    "quarantined": ("sensing.quarantine.edit",),
    "unknown_tag": ("sensing.quarantine.edit", "sensing.datastream.edit"),
}
_SETTLED_BY = {"quarantined": "settle", "unknown_tag": "adopt"}


def acts_on(principal: Principal, kind: str, facts: Facts) -> list[str]:
    """Return the acts by which a person may mend a finding of this kind that hangs here.

    The other kinds are mended outside the platform, or by nothing that one press could do.
    """
    if kind == "no_limits":
        return [act for act in keeping_of(principal, facts) if act == "file_limit"]
    needs = _SETTLING.get(kind)
    # a message of a gateway is of no matter
    at = replace(facts, matter="")
    allowed = needs and all(decide(principal, one, at, Reach.IN_CHARGE).allowed for one in needs)
    return [_SETTLED_BY[kind]] if allowed else []
