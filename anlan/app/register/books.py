"""The workbooks beside that of firms: divisions and zones, bureaus and their posts, accounts.

Each is entered by who keeps it by hand as well: the data keeper of the territory, the security
administrator, the system administrator. No book gives anybody a password, or an administrator's duty.
"""

from anlan.app.register.sheets import Sheet

#: An empty cell leaves a zone as it stands: what posts reach must not change by a column that is not there.
NO_ZONE = "无"
_NAMES = {"name": "名称", "name_en": "英文名称"}
_POST = {
    "organisation": "单位名称（企业填统一社会信用代码）",
    "role": "角色代码",
    "title": "岗位名称（空：角色的名称）",
    "division": "分管属地代码（空：单位的属地）",
}
#: A zone of a new row needs its outline; the others keep theirs where the cell is empty.
PLACES = (
    Sheet(
        "divisions",
        "区划",
        "Divisions",
        {"code": "区划代码"}
        | _NAMES
        | {"population": "人口", "valid_from": "启用日期（如 2026-12-01，空：今日）"},
        ("code", "name"),
    ),
    Sheet(
        "zones",
        "功能区",
        "Zones",
        {"number": "编号（新设的不填）", "division": "归口区划代码", "kind": "类别代码"}
        | _NAMES
        | {
            "attribution": "边界来源",
            "valid_from": "启用日期（新设时填，可空）",
            "outline": "边界（GeoJSON 几何，新设时填）",
        },
        ("division", "kind", "name"),
    ),
)
BUREAUS = (
    Sheet(
        "bureaus",
        "部门",
        "Bureaus",
        {"id": "标识（导出带出，改名时保留）", "kind": "类别代码"}
        | _NAMES
        | {
            "credit_code": "统一社会信用代码（可空）",
            "division": "属地区划代码",
            "zone": f"功能区编号（空：不变，{NO_ZONE}：不在功能区）",
            "parent": "上级单位名称",
        },
        ("kind", "name"),
    ),
    Sheet(
        "posts",
        "岗位",
        "Posts",
        _POST | {"title_en": "岗位英文名称"},
        ("organisation", "role"),
    ),
    Sheet(
        "appointments",
        "任职",
        "Appointments",
        {"username": "用户名"} | _POST,
        ("username", "organisation", "role"),
    ),
)
ACCOUNTS = (
    Sheet(
        "accounts",
        "账号",
        "Accounts",
        {"username": "用户名", "name": "姓名"},
        ("username", "name"),
    ),
)
