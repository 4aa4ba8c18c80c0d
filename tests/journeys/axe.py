"""What axe-core finds on a page: WCAG 2.2 A and AA, run inside the page that people see."""

from typing import Any

from playwright.sync_api import Page

from tests.journeys.house import ROOT
from tests.left_out import leave_out

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """
async (tags) => {
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } })
    return violations.map(({ id, impact, nodes }) => ({
        id, impact, where: nodes.slice(0, 5).map((node) => [node.target.join(' '), node.failureSummary]),
    }))
}
"""


def violations(page: Page) -> list[dict[str, Any]]:
    """Return each broken rule with the first places where it is broken; none is a pass."""
    if not AXE.exists():
        leave_out("no axe-core (`make test` installs it)", brought=True)
    if page.evaluate("typeof axe") == "undefined":
        # through the debugger: the page's own policy lets no script in, and that stays so
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n;undefined")
    found: list[dict[str, Any]] = page.evaluate(_RUN, _RULES)
    return found
