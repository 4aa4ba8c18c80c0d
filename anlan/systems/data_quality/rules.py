"""The kinds of finding, from what blinds the watch to what is only untidy, and whose each is to mend."""

from dataclasses import replace

from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.sensing.rules import keeping_of

VIEW = "data_quality.finding.view"
#: Who may ask an owner to mend what is his.
ASK = "data_quality.finding.ask"

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
#: As the web application names them (web/src/systems/data_quality/locale.en.json), for messages.
KINDS_EN = {
    "silent": "silent",
    "frozen": "frozen",
    "out_of_range": "out of range",
    "late": "late again",
    "gateway_unseen": "gateway unseen",
    "gateway_missing": "messages missing",
    "gateway_late": "readings late",
    "gateway_clock": "clock off",
    "quarantined": "messages quarantined",
    "unknown_tag": "unknown tag",
    "no_limits": "no limits",
    "no_supervisor": "no supervisor",
    "no_owner": "no owner",
    "no_place": "no place",
}
#: The posts of a firm, of a bureau, that are asked: the first of them that anybody holds.
FIRM_POSTS = (("firm_safety", "firm_control_room"), ("firm_accountable_operational",))
KEEPER_POSTS = (("data_keeper", "section_technology"), ("monitor", "section_hazchem"))
#: What a message about a finding speaks of, for the link beside it. A firm has no page of gateways.
_STREAM, _GATEWAY, _MESSAGE = "sensing.datastream", "sensing.gateway", "sensing.quarantine"
ABOUT = {
    **dict.fromkeys(("silent", "frozen", "out_of_range", "late", "no_limits"), _STREAM),
    **dict.fromkeys(
        ("gateway_unseen", "gateway_missing", "gateway_late", "gateway_clock"), _GATEWAY
    ),
    **dict.fromkeys(("quarantined", "unknown_tag"), _MESSAGE),
    **dict.fromkeys(("no_owner", "no_place"), "subjects.subject"),
    # he sees no dossier: the sheet of supervisions is where he mends it
    "no_supervisor": "people.supervision",
}

#: Acts of who keeps limits, by what is wrong: an instrument is taken out of service, a limit filed.
_KEPT = {
    "silent": ("take_out",),
    "frozen": ("take_out",),
    "out_of_range": ("take_out",),
    "late": ("take_out",),
    "no_limits": ("file_limit",),
}
#: The other acts and what each asks of whoever does it; `place` puts it on the map, `enter` brings a row of the register again.
_DONE = {
    "quarantined": ("settle", ("sensing.quarantine.edit",)),
    "unknown_tag": ("adopt", ("sensing.quarantine.edit", "sensing.datastream.edit")),
    "no_place": ("place", ("subjects.subject.edit",)),
    "no_owner": ("enter", ("subjects.subject.edit",)),
}


def acts_on(principal: Principal, kind: str, owner: str, facts: Facts) -> list[str]:
    """Return the acts by which a person may mend a finding of this kind that hangs here.

    Whoever is in charge may ask the owner, unless he is to mend it himself and can.
    """
    own = _own_acts(principal, kind, facts)
    asks = may_ask(principal, kind, facts) and (owner == "firm" or not own)
    return [*own, "ask"] if asks else own


def may_ask(principal: Principal, kind: str, facts: Facts) -> bool:
    """Decide whether a person may ask the owner: who is in charge, or at home where nobody is."""
    needs = Reach.HOME if kind == "no_supervisor" else Reach.IN_CHARGE
    return decide(principal, ASK, facts, needs).allowed


def _own_acts(principal: Principal, kind: str, facts: Facts) -> list[str]:
    if kind in _KEPT:
        may = keeping_of(principal, facts)
        return [act for act in _KEPT[kind] if act in may]
    if kind not in _DONE:
        return []
    act, needs = _DONE[kind]
    # a message of a gateway is of no matter
    at = replace(facts, matter="")
    allowed = all(decide(principal, one, at, Reach.IN_CHARGE).allowed for one in needs)
    return [act] if allowed else []
