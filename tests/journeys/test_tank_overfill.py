"""The life of a reading, walked through real processes: the table of ARCHITECTURE.md as a test.

A tank overfills. MQTT brings the level, the engine judges it, the alarm comes over the live
stream, the firm confirms it in its browser, the bureau in charge checks it, a neighbour sees
nothing, history has the readings, and the sealed journal has every step.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from anlan.kernel.base.clock import now
from tests.journeys.house import ROOT, House, build, csrf, first_row

pytestmark = [pytest.mark.slow, pytest.mark.browser]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Bring up the whole house once."""
    missing = [
        str(one.relative_to(ROOT))
        for one in (
            ROOT / "web" / "dist" / "index.html",
            ROOT / ".venv" / "simulators" / "bin" / "python",
        )
        if not one.exists()
    ]
    if missing:
        pytest.skip(f"no {' and no '.join(missing)}: `make test` makes them")
    folder = tmp_path_factory.mktemp("house")
    folder.chmod(0o755)
    made = build(folder / "var")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def alarm(house: House) -> dict[str, Any]:
    """Overfill the firm's tank and wait for its high-high alarm on the bureau's live stream."""
    forced = house.anlan("demo-fault", "F01")
    assert forced.returncode == 0, forced.stderr
    with closing(house.sign_in("duty_officer")) as officer:
        return first_row(
            officer,
            lambda state: (
                state["condition"] == "HH"
                and state["unit"] in {"%", "m"}
                and state["instrument_state"] == "active"
            ),
            seconds=240,
        )


@pytest.fixture(scope="module")
def control_room(house: House) -> Iterator[httpx.Client]:
    with closing(house.sign_in("control_room")) as client:
        yield client


@pytest.fixture
def page(house: House, control_room: httpx.Client) -> Iterator[Page]:
    """A browser at the firm's control room, signed in, with every other host refused."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium: `make test` installs it")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = browser.new_context(viewport={"width": 1600, "height": 900}, locale="zh-CN")
        for name, value in control_room.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": house.address}])
        strangers: list[str] = []
        context.on(
            "request",
            lambda request: (
                strangers.append(request.url)
                if not request.url.startswith((house.address, "data:", "blob:"))
                else None
            ),
        )
        yield context.new_page()
        browser.close()
        assert strangers == []


def test_the_alarm_on_the_stream_names_its_limit_and_its_value(alarm: dict[str, Any]) -> None:
    assert alarm["value"] >= alarm["limit_value"]
    assert (alarm["priority"], alarm["firm_state"], alarm["bureau_state"]) == (1, "new", "listed")
    assert alarm["exercise_id"] is None


def test_the_firm_sees_the_point_turn_red_and_confirms_in_its_browser(
    house: House, alarm: dict[str, Any], page: Page, control_room: httpx.Client
) -> None:
    page.goto(f"{house.address}/")
    page.wait_for_selector("canvas.maplibregl-canvas", timeout=60_000)
    page.goto(f"{house.address}/subjects/{alarm['subject_id']}")
    confirm = page.get_by_role("button", name="确认", exact=True)
    confirm.first.wait_for(timeout=60_000)
    before = _open_to_confirm(control_room, alarm["subject_id"])
    confirm.first.click()
    page.locator(".el-dialog").get_by_role("button", name="确认", exact=True).click()
    page.get_by_text("已确认", exact=True).first.wait_for(timeout=30_000)
    assert _open_to_confirm(control_room, alarm["subject_id"]) < before
    if control_room.get(f"/api/v1/alerts/alarms/{alarm['id']}").json()["firm_state"] == "new":
        answer = control_room.post(
            f"/api/v1/alerts/alarms/{alarm['id']}/confirm", headers=csrf(control_room)
        )
        assert answer.status_code == 200, answer.text


def _open_to_confirm(client: httpx.Client, subject_id: str) -> int:
    found = client.get(
        "/api/v1/alerts/alarms/open",
        params={"filter": [f"subject_id.eq:{subject_id}", "firm_state.eq:new"]},
    )
    count: int = found.json()["count"]
    return count


def test_only_the_bureau_in_charge_may_check(house: House, alarm: dict[str, Any]) -> None:
    path = f"/api/v1/alerts/alarms/{alarm['id']}/check"
    said = {"outcome": "verified_by_phone", "note": "电话核实：中控称正在倒罐，液位回落"}
    with closing(house.sign_in("leader")) as leader:
        assert leader.get(f"/api/v1/alerts/alarms/{alarm['id']}").status_code == 200
        assert leader.post(path, json=said, headers=csrf(leader)).status_code == 403
    with closing(house.sign_in("monitor")) as monitor:
        answer = monitor.post(path, json=said, headers=csrf(monitor))
        assert answer.status_code == 200, answer.text
        checked = answer.json()
        assert (checked["bureau_state"], checked["check_outcome"]) == ("in_hand", said["outcome"])
        history = _readings(monitor, alarm["datastream_id"])
        assert history["t"]
        assert max(value for value in history["v"] if value is not None) >= alarm["limit_value"]


def _readings(client: httpx.Client, datastream_id: str) -> dict[str, Any]:
    end = now()
    span = {"start": (end - timedelta(minutes=30)).isoformat(), "end": end.isoformat()}
    answer = client.get(
        f"/api/v1/sensing/datastreams/{datastream_id}/observations", params=span | {"points": 5000}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_neighbour_sees_nothing_of_it(house: House, alarm: dict[str, Any]) -> None:
    with closing(house.sign_in("neighbour")) as neighbour:
        assert neighbour.get("/api/v1/alerts/alarms").json()["items"] == []
        assert neighbour.get("/api/v1/alerts/states").json()["states"] == []
        assert neighbour.get(f"/api/v1/alerts/alarms/{alarm['id']}").status_code == 404


def test_the_sealed_journal_verifies_and_the_house_is_well(
    house: House, alarm: dict[str, Any]
) -> None:
    verified = house.anlan("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    well = house.anlan("doctor")
    assert well.returncode == 0, well.stdout + well.stderr
