"""How the operations of hazardous chemicals are called."""

from collections.abc import Callable

from tests.app.authorisation.call import Call
from tests.app.authorisation.world import Rows

CHEMICAL = {"name": "某溶剂", "classes": ["W5.3"], "reason": "登记"}
CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /hazchem/chemicals": lambda r: Call(sees=r.chemical, query={"limit": "500"}),
    "GET /hazchem/chemicals/{chemical_id}": lambda r: Call(r.chemical),
    "GET /hazchem/chemical-versions": lambda r: Call(sees=r.chemical),
    "GET /hazchem/standard": lambda _: Call(),
    "POST /hazchem/chemicals": lambda _: Call(body=CHEMICAL | {"code": "Z-1"}),
    "POST /hazchem/chemicals/{chemical_id}/versions": lambda r: Call(r.chemical, CHEMICAL),
    "GET /hazchem/installations": lambda r: Call(sees=r.installation),
    "GET /hazchem/installations/points.geojson": lambda r: Call(sees=r.installation),
    "GET /hazchem/subjects/{subject_id}/installations": lambda r: Call(
        r.subject, sees=r.installation
    ),
    "GET /hazchem/installations/{installation_id}": lambda r: Call(r.installation),
    "GET /hazchem/installations/{installation_id}/sheet": lambda r: Call(r.installation),
    "POST /hazchem/installations": lambda r: Call(
        body={
            "subject_id": r.site,
            "code": "M9",
            "name": "库房",
            "unit_kind": "storage",
            "people": 3,
            "holdings": [
                {"chemical_id": r.chemical, "name": "1 号", "design_t": 20, "fixed_t": 10}
            ],
        }
    ),
    "PATCH /hazchem/installations/{installation_id}": lambda r: Call(
        r.installation, {"name": "新罐区", "reason": "更名"}
    ),
    "POST /hazchem/installations/{installation_id}/retire": lambda r: Call(
        r.installation, {"reason": "拆除"}
    ),
}
