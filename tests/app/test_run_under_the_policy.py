"""GB/T 22239-2019, 8.1.4.4 d in a browser: the pages run under the policy that nginx sends them with.

A policy that breaks the application would be taken off; so every page is opened under it, and
none of them may have tried what it forbids. That it forbids is tried as well.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from anlan.kernel.people.models import User
from tests import bulletins, factories, hazards, honesty, permits
from tests.app.origin import origin
from tests.cast import Cast, assemble
from tests.journeys.browser import chromium
from tests.plant import build_plant

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE_MS = 60_000
WEB = Path(__file__).parents[2] / "web"
#: Kept where a page of the application cannot lose it: the driver hears of each at once.
WATCH = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`POLICY ${event.effectiveDirective} ${event.blockedURI} ${location.pathname}`))
"""
#: What a page says to whoever may not see it, in a word of each.
REFUSALS = ("您的岗位没有这项权限", "登记簿由数据管理员和监管科室维护")
#: Pages that lie open before the log-in, or stand only in a developer's build.
OUTSIDE = frozenset({"/login", "/link", "/ui"})
#: Who walks, in this order: each opens what was refused to all before him.
WALKERS = (
    "monitor",
    "control_room",
    "system_administrator",
    "security_administrator",
    "audit_administrator",
)


def pages() -> list[str]:
    """Return the address of every page that there is: the kernel's routes, and what systems hang in."""
    routes = (WEB / "src" / "app" / "routes.ts").read_text(encoding="utf-8")
    menu = json.loads((WEB / "registry.json").read_text(encoding="utf-8"))["menu"]
    kernel = re.findall(r"\{ path: '(/[^'*]*)'", routes)
    return sorted({*kernel, *(one["path"] for one in menu if one["path"])} - OUTSIDE)


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    tmp_path.chmod(0o755)
    with origin(tmp_path, monkeypatch) as found:
        yield found


def watched(browser: Browser) -> tuple[Page, list[str]]:
    page = browser.new_context(locale="zh-CN", reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE_MS)
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if "POLICY" in one.text else None)
    page.add_init_script(WATCH)
    return page, said


def signed_in(page: Page, address: str, user: User) -> None:
    page.goto(f"{address}/login?next=/second-factor")
    page.fill("#username", user.username)
    page.fill("#password", factories.PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_role("heading", name="双因素验证")).to_be_visible(timeout=PATIENCE_MS)


def opened(page: Page, address: str, paths: list[str]) -> set[str]:
    """Open pages one after the other; return those that were not refused."""
    found = set()
    for path in paths:
        page.goto(f"{address}{path}", wait_until="load")
        page.wait_for_selector("#app :is(h1, h2, canvas, table, nav)")
        page.wait_for_timeout(1_200)  # what a page does after it stands: workers, styles, the map
        if not any(page.get_by_text(words).count() for words in REFUSALS):
            found.add(path)
    return found


def test_8_1_4_4_d_every_page_runs_under_the_policy_and_breaks_it_nowhere(address: str) -> None:
    plant = build_plant()
    cast: Cast = assemble(site=plant.site.id)
    with factories.working():
        factories.holding(cast.monitor, factories.post(cast.zone_bureau, "data_keeper"))
        factories.holding(cast.control_room, factories.post(cast.firm, "firm_safety"))
    desk = bulletins.both(plant.site)
    shown = {
        "/subjects/:id": plant.tank.id,
        "/datastreams/:id": plant.streams[0].id,
        "/bulletins/:id": desk["bulletin"],
        "/rounds/:id": desk["round"],
        "/installations/:id": hazards.installation(plant.tank).id,
        "/special-work/:id": permits.drafted(plant.tank).id,
        "/commitments/:id": permits.promised_ahead(plant.site).id,
        "/data-honesty/:id": honesty.finding(plant.streams[0]).id,
        "/data-honesty-handed/:id": honesty.handed_finding(plant.streams[0]).id,
    }
    left = [path.replace(":id", shown.get(path, ":id")) for path in pages()]
    assert len(left) > len(shown)
    assert [path for path in left if ":" in path] == [], "say which row such a page is to show"
    with chromium(address) as made:
        said: list[str] = []
        for part in WALKERS:
            page, heard = watched(made.browser)
            signed_in(page, address, cast.people[part])
            seen = opened(page, address, left)
            left = [path for path in left if path not in seen]
            said += heard
            page.context.close()
        assert said == []
        assert left == [], "these pages nobody could open"


def test_8_1_4_4_d_what_the_policy_forbids_is_stopped_and_heard(address: str) -> None:
    with chromium(address) as made:
        page, said = watched(made.browser)
        page.goto(f"{address}/login")
        page.evaluate(
            """() => {
              const script = document.createElement('script')
              script.textContent = 'window.ran = true'
              document.head.append(script)
              const image = new Image()
              image.src = 'https://elsewhere.example/a.png'
            }"""
        )
        page.wait_for_timeout(1_000)
        assert page.evaluate("window.ran") is None
        assert {one.split()[1] for one in said} == {"script-src-elem", "img-src"}
