"""How each operation is called: what stands in its path, its query and its body, and what a list shows."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.app.register.sheets import FIRMS, write_template
from anlan.kernel.base.clock import now
from anlan.kernel.people.rules import credit_code_check_character
from tests.app.authorisation import (
    data_honesty_calls,
    desk_calls,
    escalation_calls,
    firm_day_calls,
    hazchem_calls,
    messaging_calls,
)
from tests.app.authorisation.call import Call
from tests.app.authorisation.world import COUNTY, TOWNSHIP, ZONE, Rows


def _later(hours: int) -> str:
    return (now() + timedelta(hours=hours)).isoformat()


SPAN = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z"}
LIMIT = {"value": 85.0, "reason": "核定"}
CREDIT_CODE = "91640181MA76H3GN1" + credit_code_check_character("91640181MA76H3GN1")
EMPTY: dict[str, Any] = {}
CORNERS = [[106.0, 38.0], [106.2, 38.0], [106.2, 38.2], [106.0, 38.0]]
PLAIN = {"type": "object", "properties": {"capacity_m3": {"type": "number"}}}
POINT = {"type": "Point", "coordinates": [106.3, 38.1]}
NEAR = {"lon": "106.3", "lat": "38.1", "radius_m": "3000"}
OUTLINE = {"type": "Polygon", "coordinates": [CORNERS]}
FROM = {"on": "2026-12-01", "reason": "批复〔2026〕1号"}


def _paper(rows: Rows) -> Call:
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7\n")
    return Call(form={"file": file, "about": rows.subject})


def _workbook() -> SimpleUploadedFile:
    buffer = BytesIO()
    write_template(buffer, FIRMS)
    return SimpleUploadedFile("register.xlsx", buffer.getvalue())


CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /session": lambda _: Call(),
    "POST /session": lambda _: Call(body=EMPTY),
    "DELETE /session": lambda _: Call(),
    "POST /session/link": lambda _: Call(body=EMPTY),
    "POST /session/display": lambda _: Call(body=EMPTY),
    "POST /session/password": lambda _: Call(body=EMPTY),
    "GET /session/second-factor": lambda _: Call(),
    "POST /session/second-factor": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/offer": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/confirmation": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/recovery-codes": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/keys/question": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/keys/answer": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/keys/offer": lambda _: Call(body=EMPTY),
    "POST /session/second-factor/keys": lambda _: Call(body=EMPTY),
    "PATCH /session/second-factor/keys/{key_id}": lambda r: Call(r.user, body=EMPTY),
    "POST /session/second-factor/keys/{key_id}/remove": lambda r: Call(r.user, body=EMPTY),
    "GET /live-ticket": lambda _: Call(),
    "GET /registry": lambda _: Call(),
    "GET /session/layer-sets": lambda _: Call(),
    "PUT /session/layer-sets": lambda _: Call(body={"sets": [], "opens_with": ""}),
    "GET /places/region": lambda _: Call(),
    "GET /base-map": lambda _: Call(),
    "GET /base-map/tiles/{which}": lambda _: Call("ground", query={"z": "5", "x": "25", "y": "12"}),
    "GET /map-services": lambda _: Call(),
    "GET /map-services/{service_id}/tiles": lambda _: Call(
        "none", query={"z": "5", "x": "25", "y": "12"}
    ),
    "GET /map-services/{service_id}/features": lambda _: Call("none"),
    "GET /places/divisions": lambda _: Call(),
    "GET /places/vintages": lambda _: Call(),
    "GET /places/zones": lambda _: Call(),
    "GET /places/divisions.geojson": lambda _: Call(query={"level": "county"}),
    "GET /places/areas.geojson": lambda _: Call(),
    "GET /places/settlements.geojson": lambda _: Call(),
    "GET /places/reorganisations": lambda r: Call(sees=r.reorganisation),
    "GET /places/within": lambda _: Call(query=NEAR),
    "GET /places/within/kinds": lambda _: Call(query=NEAR),
    "GET /places/at": lambda _: Call(query={"lon": "106.3", "lat": "38.1"}),
    "POST /places/divisions": lambda _: Call(
        body={"code": f"{COUNTY}109", "name": "新镇", "on": FROM["on"]}
    ),
    "PATCH /places/divisions/{division_id}": lambda r: Call(r.township, {"population": 9}),
    "POST /places/divisions/{division_id}/rename": lambda r: Call(
        r.township, FROM | {"name": "新名"}
    ),
    "POST /places/divisions/{division_id}/move": lambda r: Call(
        r.township, FROM | {"code": f"{COUNTY}108"}
    ),
    "POST /places/divisions/{division_id}/merge": lambda r: Call(
        r.township, FROM | {"into": f"{COUNTY}104"}
    ),
    "POST /places/reorganisations/{reorganisation_id}/undo": lambda r: Call(r.reorganisation),
    "POST /places/zones": lambda _: Call(
        body={"name": "新园区", "division_code": COUNTY, "boundary": OUTLINE}
    ),
    "PATCH /places/zones/{zone_id}": lambda r: Call(r.zone, {"name": "改名园区"}),
    "POST /places/zones/{zone_id}/close": lambda r: Call(r.zone, {"on": FROM["on"]}),
    "POST /places/zones/{zone_id}/reopen": lambda r: Call(r.closed_zone),
    "PATCH /people/organisations/{organisation_id}": lambda r: Call(
        r.firm, {"name": "改名企业", "name_en": "", "territory_code": COUNTY, "zone": None}
    ),
    "GET /people/organisations": lambda r: Call(sees=r.organisation, query={"limit": "500"}),
    "GET /people/roles": lambda _: Call(),
    "GET /people/names": lambda r: Call(query={"actor": f"user:{r.user}"}, sees=r.user),
    "GET /people/posts": lambda r: Call(sees=r.post, query={"filter": f"id.eq:{r.post}"}),
    "GET /people/users": lambda r: Call(sees=r.user, query={"filter": "username.eq:spare"}),
    "POST /people/users": lambda _: Call(body={"username": "fresh", "name": "新人"}),
    "PUT /people/users/{user_id}/phone": lambda r: Call(r.user, {"phone": "12350"}),
    "POST /people/users/{user_id}/phone/reveal": lambda r: Call(r.user, {"reason": "核对值班电话"}),
    "POST /people/users/by-phone": lambda _: Call(body={"phone": "12350"}),
    "PATCH /people/users/{user_id}": lambda r: Call(r.user, {"is_active": False}),
    "POST /people/users/{user_id}/password/reset": lambda r: Call(r.user),
    "POST /people/users/{user_id}/unlock": lambda r: Call(r.user),
    "POST /people/users/{user_id}/second-factor/reset": lambda r: Call(r.user),
    "POST /people/posts": lambda r: Call(
        body={"organisation_id": r.organisation, "role": "expert"}
    ),
    "GET /people/holdings": lambda r: Call(sees=r.holding, query={"filter": f"id.eq:{r.holding}"}),
    "POST /people/posts/{post_id}/holdings": lambda r: Call(r.post, {"user_id": r.user}),
    "POST /people/holdings/{holding_id}/end": lambda r: Call(r.holding),
    "GET /audit/journal": lambda _: Call(query={"limit": "5"}),
    "GET /audit/seals": lambda _: Call(),
    "POST /audit/verify": lambda _: Call(body={"limit": 5}),
    "POST /audit/prints": lambda _: Call(body={"path": "/monitor", "title": "报警监测"}),
    "GET /operations/dead-letters": lambda r: Call(sees=r.letter),
    "POST /operations/dead-letters/{letter_id}/retry": lambda r: Call(r.letter),
    "POST /operations/dead-letters/{letter_id}/discard": lambda r: Call(
        r.letter, {"reason": "不再需要"}
    ),
    "GET /people/shares": lambda r: Call(sees=r.asked_share),
    "POST /people/shares": lambda r: Call(
        body={
            "organisation_id": r.receiver,
            "territory_code": TOWNSHIP,
            "reason": "联防",
            "valid_from": _later(0),
            "valid_to": _later(24),
        }
    ),
    "POST /people/shares/{share_id}/approve": lambda r: Call(r.asked_share),
    "POST /people/shares/{share_id}/end": lambda r: Call(r.asked_share, {"reason": "已不需要"}),
    "GET /people/shares@zone": lambda r: Call(sees=r.asked_zone_share),
    "POST /people/shares@zone": lambda r: Call(
        body={
            "organisation_id": r.receiver,
            "zone": ZONE,
            "reason": "联防",
            "valid_from": _later(0),
            "valid_to": _later(24),
        }
    ),
    "POST /people/shares/{share_id}/approve@zone": lambda r: Call(r.asked_zone_share),
    "POST /people/shares/{share_id}/end@zone": lambda r: Call(
        r.asked_zone_share, {"reason": "已不需要"}
    ),
    "GET /people/supervisions": lambda r: Call(sees=r.supervision),
    "GET /people/sites": lambda r: Call(sees=r.site),
    "POST /people/supervisions/{supervision_id}/end": lambda r: Call(
        r.supervision, {"reason": "移交"}
    ),
    "POST /people/supervisions": lambda r: Call(
        body={"organisation_id": r.organisation, "site": r.site, "matter": "fire"}
    ),
    "POST /people/organisations": lambda _: Call(
        body={
            "name": "新企业",
            "kind": "firm",
            "credit_code": CREDIT_CODE,
            "territory_code": TOWNSHIP,
            "zone": ZONE,
        }
    ),
    "POST /subjects/sites": lambda r: Call(
        body={
            "organisation_id": r.firm,
            "name": "新厂区",
            "code": "fresh",
            "division": TOWNSHIP,
            "zone": ZONE,
        }
    ),
    "GET /register/firms": lambda _: Call(),
    "POST /register/firms": lambda _: Call(form={"file": _workbook()}),
    "GET /register/firms/template": lambda _: Call(),
    "GET /register/plants": lambda _: Call(),
    "GET /register/plants/book": lambda _: Call(query={"wanted": "gas_oxygen:1"}),
    "GET /register/supervisions": lambda _: Call(),
    "POST /register/supervisions": lambda _: Call(form={"file": _workbook()}),
    "GET /register/supervisions/template": lambda _: Call(),
    "GET /register/places": lambda _: Call(),
    "POST /register/places": lambda _: Call(form={"file": _workbook()}),
    "GET /register/places/template": lambda _: Call(),
    "GET /register/bureaus": lambda _: Call(),
    "POST /register/bureaus": lambda _: Call(form={"file": _workbook()}),
    "GET /register/bureaus/template": lambda _: Call(),
    "GET /register/accounts": lambda _: Call(),
    "POST /register/accounts": lambda _: Call(form={"file": _workbook()}),
    "GET /register/accounts/template": lambda _: Call(),
    "POST /sensing/datastreams": lambda r: Call(
        body={
            "gateway_id": r.gateway,
            "subject_id": r.subject,
            "property_code": "level",
            "tag": "T9.LI",
            "name": "新测点",
        }
    ),
    "POST /sensing/devices": lambda r: Call(
        body={"gateway_id": r.gateway, "subject_id": r.subject, "name": "LT9"}
    ),
    "POST /sensing/properties": lambda _: Call(body={"code": "colour", "title": "色度"}),
    "POST /sensing/gateways": lambda r: Call(
        body={"site_id": r.site, "code": "G9", "name": "新网关"}
    ),
    "GET /people/duty": lambda r: Call(sees=r.shift),
    "POST /people/duty": lambda r: Call(
        body={
            "user_id": r.shift_user,
            "post_id": r.shift_post,
            "starts_at": _later(30),
            "ends_at": _later(40),
        }
    ),
    "GET /people/views": lambda _: Call(),
    "PUT /people/views": lambda _: Call(
        body={"page": "/subjects", "name": "储罐", "question": "kind=tank"}
    ),
    "DELETE /people/views/{view_id}": lambda r: Call(r.user),
    "GET /documents": lambda r: Call(sees=r.document),
    "POST /documents": _paper,
    "GET /documents/{document_id}": lambda r: Call(r.document),
    "GET /documents/{document_id}/content": lambda r: Call(r.document),
    "POST /documents/{document_id}/withdraw": lambda r: Call(r.document),
    "GET /sketches": lambda r: Call(sees=r.sketch, query={"limit": "500"}),
    "POST /sketches": lambda _: Call(body={"kind": "point", "name": "集结点", "shape": POINT}),
    "GET /sketches/shapes.geojson": lambda r: Call(sees=r.sketch),
    "PATCH /sketches/{sketch_id}": lambda r: Call(r.sketch, {"name": "改名"}),
    "POST /sketches/{sketch_id}/withdraw": lambda r: Call(r.sketch),
    "POST /sketches/{sketch_id}/restore": lambda r: Call(r.sketch),
    "GET /screens": lambda _: Call(),
    "POST /screens/codes": lambda _: Call(body=EMPTY),
    "POST /screens/lead": lambda _: Call(body={"code": "AAAAAA"}),
    "POST /screens/{screen_id}/let-go": lambda r: Call(r.sketch, body=EMPTY),
    "PUT /screens/shown": lambda _: Call(body=EMPTY),
    "GET /subjects": lambda r: Call(sees=r.subject),
    "POST /subjects": lambda r: Call(body={"kind": "tank", "name": "T9", "parent_id": r.site}),
    "GET /subjects/kinds": lambda _: Call(),
    "POST /subjects/kinds": lambda _: Call(
        body={"code": "bridge", "title": "桥梁", "title_en": "Bridge", "schema": PLAIN}
    ),
    "PATCH /subjects/kinds/{kind_id}": lambda r: Call(r.kind, {"title": "罐"}),
    "GET /subjects/kind-versions": lambda r: Call(sees=r.kind),
    "POST /subjects/kinds/{kind_id}/check": lambda r: Call(r.kind, {"schema": PLAIN}),
    "POST /subjects/kinds/{kind_id}/versions": lambda r: Call(
        r.kind, {"schema": PLAIN, "reason": "普查"}
    ),
    "GET /subjects/points.geojson": lambda r: Call(sees=r.site),
    "GET /subjects/{subject_id}": lambda r: Call(r.subject),
    "GET /subjects/{subject_id}/responsible": lambda r: Call(r.subject),
    "PATCH /subjects/{subject_id}": lambda r: Call(r.subject, {"name": "新名"}),
    "GET /sensing/datastreams": lambda r: Call(sees=r.datastream),
    "GET /maps/layers": lambda _: Call(),
    "GET /tiles/{layer}/{version}/{digest}/{zoom}/{x}/{y}.mvt": lambda _: Call(
        "subjects/1/0000000000000000/0/0/0"
    ),
    "GET /sensing/subjects/{subject_id}/datastreams": lambda r: Call(r.subject, sees=r.datastream),
    "GET /sensing/subjects/{subject_id}/observations": lambda r: Call(r.subject, query=SPAN),
    "GET /sensing/datastreams/{datastream_id}": lambda r: Call(r.datastream),
    "GET /sensing/datastreams/{datastream_id}/observations": lambda r: Call(
        r.datastream, query=SPAN
    ),
    "PATCH /sensing/datastreams/{datastream_id}": lambda r: Call(
        r.datastream, {"name": "改名测点"}
    ),
    "PATCH /sensing/devices/{device_id}": lambda r: Call(r.device, {"name": "改名设备"}),
    "PATCH /sensing/gateways/{gateway_id}": lambda r: Call(r.gateway, {"name": "改名网关"}),
    "POST /sensing/datastreams/{datastream_id}/reinstate": lambda r: Call(r.retired_datastream),
    "POST /sensing/datastreams/{datastream_id}/retire": lambda r: Call(r.datastream),
    "GET /sensing/limits": lambda r: Call(sees=r.limit),
    "POST /sensing/limits": lambda r: Call(
        body=LIMIT | {"value": 5.0, "condition": "L", "datastream_id": r.datastream}
    ),
    "PUT /sensing/limits/{limit_id}": lambda r: Call(r.limit, LIMIT),
    "POST /sensing/limits/{limit_id}/withdraw": lambda r: Call(r.limit, {"reason": "设计变更"}),
    "GET /sensing/suppressions": lambda r: Call(sees=r.suppression),
    "POST /sensing/suppressions": lambda r: Call(
        body={
            "datastream_id": r.datastream,
            "starts_at": _later(0),
            "ends_at": _later(2),
            "reason": "检修",
        }
    ),
    "POST /sensing/suppressions/{suppression_id}/end": lambda r: Call(r.suppression),
    "POST /sensing/outages": lambda r: Call(
        body={
            "datastream_id": r.datastream,
            "starts_at": _later(0),
            "ends_at": _later(2),
            "reason": "校验",
            "approved_by": "设备科长",
        }
    ),
    "POST /sensing/outages/{suppression_id}/end": lambda r: Call(r.outage),
    "GET /sensing/gateways": lambda r: Call(sees=r.gateway),
    "GET /sensing/gateways/{gateway_id}": lambda r: Call(r.gateway),
    "POST /sensing/gateways/{gateway_id}/key": lambda r: Call(r.gateway),
    "POST /sensing/gateways/{gateway_id}/key/finish": lambda r: Call(
        r.rolling_gateway, {"even_if_unused": True}
    ),
    "POST /sensing/gateways/{gateway_id}/key/withdraw": lambda r: Call(r.rolling_gateway),
    "GET /sensing/devices": lambda r: Call(sees=r.device),
    "GET /sensing/properties": lambda _: Call(),
    "GET /sensing/quarantine/{message_id}": lambda r: Call(r.quarantined),
    "POST /sensing/quarantine/{message_id}/resend": lambda r: Call(
        r.quarantined, {"reason": "已改正", "text": "{}"}
    ),
    "POST /sensing/quarantine/{message_id}/discard": lambda r: Call(
        r.quarantined, {"reason": "无用"}
    ),
    "POST /sensing/quarantine/{message_id}/adopt": lambda r: Call(
        r.quarantined,
        {"tag": "T9.NEW", "device_id": r.device, "property_code": "level", "name": "新测点"},
    ),
    "GET /sensing/quarantine": lambda r: Call(sees=r.quarantined),
    "GET /data-quality/findings": lambda r: Call(sees=r.quarantined, query={"limit": "500"}),
    "POST /data-quality/findings/{finding_id}/ask": lambda r: Call(
        f"unknown_tag:{r.quarantined}", {"reason": "周五前处理"}
    ),
    "GET /data-quality/counts": lambda _: Call(),
    "GET /data-quality/doubled-firms": lambda r: Call(sees=r.twice),
    "GET /data-quality/merges": lambda r: Call(sees=r.merge),
    "POST /data-quality/merges": lambda r: Call(
        body={"kept_id": r.once, "merged_ids": [r.twice], "reason": "同一执照"}
    ),
    "POST /data-quality/merges/{merge_id}/undo": lambda r: Call(r.merge, {"reason": "查实为两家"}),
    "POST /data-quality/firms-apart": lambda r: Call(
        body={"first_id": r.once, "second_id": r.twice, "reason": "两个法人"}
    ),
    "GET /health": lambda _: Call(),
    "GET /health/live": lambda _: Call(),
    "GET /alerts/alarms": lambda r: Call(sees=r.new_alarm),
    "GET /alerts/alarms/open": lambda r: Call(sees=r.new_alarm),
    "GET /alerts/alarms/mine": lambda _: Call(),
    "GET /alerts/mine": lambda _: Call(),
    "GET /alerts/remarks": lambda _: Call(),
    "POST /alerts/remarks": lambda r: Call(
        body={"alarm_id": r.new_alarm, "text": "中控称正在倒罐"}
    ),
    "GET /alerts/states": lambda r: Call(sees=r.subject),
    "GET /search": lambda r: Call(sees=r.subject, query={"q": "T101"}),
    "GET /search/besides": lambda _: Call(query={"q": "报警"}),
    "GET /alerts/replay": lambda r: Call(
        sees=r.new_alarm, query={"start": _later(-1), "end": _later(1)}
    ),
    "GET /alerts/day": lambda _: Call(),
    "GET /alerts/firms": lambda r: Call(sees=r.site),
    "GET /alerts/late": lambda _: Call(),
    "GET /alerts/reporting": lambda _: Call(),
    "GET /alerts/choices": lambda _: Call(),
    "GET /alerts/alarms/{alarm_id}": lambda r: Call(r.new_alarm),
    "POST /alerts/alarms/{alarm_id}/confirm": lambda r: Call(r.new_alarm),
    "POST /alerts/alarms/{alarm_id}/close": lambda r: Call(
        r.confirmed_alarm, {"cause": "other", "measure": "已复位"}
    ),
    "POST /alerts/alarms/{alarm_id}/check": lambda r: Call(
        r.new_alarm, {"outcome": "verified_by_phone", "note": "中控李某"}
    ),
    "POST /alerts/alarms/{alarm_id}/check@river": lambda r: Call(
        r.river_alarm, {"outcome": "verified_by_phone", "note": "水文站李某"}
    ),
    "POST /alerts/alarms/{alarm_id}/shelve": lambda r: Call(
        r.new_alarm, {"until": _later(1), "reason": "检修"}
    ),
    "POST /alerts/alarms/{alarm_id}/unshelve": lambda r: Call(r.shelved_alarm),
    "GET /audit/thread/{correlation_id}": lambda r: Call(r.thread, sees=r.new_alarm),
    "GET /audit/history/{object_id}": lambda r: Call(r.new_alarm, sees=r.new_alarm),
    "GET /demo/cast": lambda _: Call(),
}
CALLS |= hazchem_calls.CALLS | escalation_calls.CALLS | data_honesty_calls.CALLS
CALLS |= firm_day_calls.CALLS | messaging_calls.CALLS | desk_calls.CALLS
