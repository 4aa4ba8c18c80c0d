"""The kinds of finding, from what blinds the watch to what is only untidy, and whose each is to mend."""

VIEW = "data_quality.finding.view"

#: What is wrong, in the order of the desk.
KINDS = {
    "silent": "无数据",
    "frozen": "数据冻结",
    "out_of_range": "超量程",
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
#: What moves with a firm, in the order in which it is told.
MOVES = {
    "sites": "厂区和设备",
    "gateways": "网关",
    "posts": "岗位",
    "reaches": "权属",
    "shifts": "排班",
    "documents": "文件",
    "parts": "下属单位",
    "aliases": "其他名称",
}
