"""The words of a bulletin as they are drafted from its figures, and how a paper writes numbers. No database."""

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.alerts.rules import GROUPS
from anlan.systems.desk.rules import RATES, rate

#: The name of a rate in a paper, and exactly what it is a share of.
RATE_WORDS = {
    "online": ("在线率", "在线时长÷应在线时长；数据中断限值有效、未注销、不在已备案停用内的测点计为应在线，数据中断报警产生至复归计为离线"),
    "confirmed_in_time": ("及时确认率", "企业在T1内确认的报警÷到期或已确认的报警；T1自最近一次报警起，红色10分钟，其余30分钟，直接消警视同确认"),
    "closed_in_time": ("及时消警率", "企业在T2内消警的报警÷到期或已消警的报警；T2自最近一次报警起，红色30分钟，其余4小时"),
    "false_alarm": ("误报率", "消警时认定误报的报警÷已消警的报警"),
    "accepted": ("数据合格率", "接收入库的读数÷收到的全部读数"),
}  # fmt: skip
CONDITION_WORDS = {
    "HH": "高高限", "H": "高限", "L": "低限", "LL": "低低限", "rate": "变化率", "range": "超量程",
    "frozen": "数据冻结", "silent": "数据中断", **GROUPS,
}  # fmt: skip
MOST_NAMED = 5
RANKING = "名次按在线率、及时确认率、及时消警率、数据合格率的平均值排列（无该项数据的不计），项目默认，待核。"


def percent(share: float | None) -> str:
    """Return a share to a tenth of a per cent; what is not whole is never written as 100."""
    if share is None:
        return "—"
    tenths = round(share * 1000)
    if share < 1:
        tenths = min(tenths, 999)
    if share > 0:
        tenths = max(tenths, 1)
    return f"{tenths / 10:.1f}%"


def title_of(kind: str, period: str) -> str:
    """Return the title of a bulletin of a period."""
    what = "周" if kind == "week" else "月"
    return f"关于{period}危险化学品安全生产风险监测预警运行情况的{what}通报"


def text_of(period: str, figures: Mapping[str, Any]) -> str:
    """Return the text of a bulletin, a paragraph a line, headings by 一、二、三."""
    total, firms = figures["total"], [one for one in figures["firms"] if one["site_id"]]
    kinds = "、".join(
        f"{CONDITION_WORDS.get(one['condition'], one['condition'])}{one['count']}条"
        for one in figures["conditions"]
    )
    return "\n".join(
        (
            f"现将{period}风险监测预警运行情况通报如下：",
            "一、总体情况",
            (
                f"本期接入企业{len(firms)}家，应在线测点{total['streams']}个，{_said(total, 'online')}。"
                f"共产生报警{total['alarms']}条，其中红色{total['red']}条、橙色{total['orange']}条、"
                f"黄色{total['yellow']}条、蓝色{total['blue']}条{f'；按类型分：{kinds}' if kinds else ''}。"
            ),
            "二、报警处置情况",
            (
                f"{_said(total, 'confirmed_in_time')}，{_said(total, 'closed_in_time')}，{_said(total, 'false_alarm')}。"
                f"企业超时确认{total['confirm_overdue']}条、超时消警{total['close_overdue']}条；"
                f"部门应核查{total['bureau_due']}条，超时{total['bureau_overdue']}条。{_late(firms)}"
            ),
            "三、数据质量情况",
            f"{_said(total, 'accepted')}；数据冻结、超量程报警{total['bad_values']}条，隔离报文{total['quarantined']}条。{_low(firms)}",
            "四、工作要求",
            "请有关企业对照通报认真查找原因，及时整改；请监管人员督促排名靠后的企业落实报警处置责任。",
        )
    )


def _said(total: Mapping[str, Any], name: str) -> str:
    top, bottom = RATES[name]
    if not total[bottom]:
        return f"{RATE_WORDS[name][0]}无可统计数据"
    if name == "online":
        parts = f"{total[top] / 3600:,.1f}/{total[bottom] / 3600:,.1f}测点小时"
    else:
        parts = f"{total[top]:,}/{total[bottom]:,}"
    return f"{RATE_WORDS[name][0]}{percent(rate(total, name))}（{parts}）"


def _late(firms: Sequence[Mapping[str, Any]]) -> str:
    worst = sorted(
        (one for one in firms if one["close_overdue"]), key=lambda one: -one["close_overdue"]
    )
    named = "、".join(f"{one['name']}（{one['close_overdue']}条）" for one in worst[:MOST_NAMED])
    return f"超时消警较多的企业：{named}。" if named else ""


def _low(firms: Sequence[Mapping[str, Any]]) -> str:
    known = [(share, one) for one in firms if (share := rate(one, "online")) is not None]
    worst = sorted((pair for pair in known if pair[0] < 1), key=lambda pair: pair[0])
    named = "、".join(f"{one['name']}（{percent(share)}）" for share, one in worst[:MOST_NAMED])
    return f"在线率较低的企业：{named}。" if named else ""
