"""A document is filed at a subject, taken as a copy that says who took it, and withdrawn, each in a browser."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.journeys.browser import Chromium, agree, chromium
from tests.journeys.house import House

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PATIENCE_MS = 60_000
NAME = "罐区平面图.png"


@pytest.fixture(scope="module")
def cast(house: House) -> Iterator[dict[str, httpx.Client]]:
    parts = ("monitor", "control_room", "neighbour")
    with ExitStack() as stack:
        yield {part: stack.enter_context(closing(house.sign_in(part))) for part in parts}


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Chromium]:
    with chromium(house.address) as made:
        yield made


@pytest.fixture(scope="module")
def subject(cast: dict[str, httpx.Client]) -> str:
    """Return the site of the control room's firm."""
    asked = {"filter": "kind.eq:enterprise"}
    [site] = cast["control_room"].get("/api/v1/subjects", params=asked).json()["items"]
    return str(site["id"])


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (400, 300), "white").save(made, "PNG")
    return made.getvalue()


def test_the_firm_files_a_plan_and_withdraws_it(
    cast: dict[str, httpx.Client], browser: Chromium, subject: str, tmp_path: Path
) -> None:
    firm = browser.page_of(cast["control_room"])
    firm.goto(f"{browser.address}/subjects/{subject}")
    firm.get_by_role("button", name="上传文件").click(timeout=PATIENCE_MS)
    firm.get_by_label("选择文件").set_input_files(
        {"name": NAME, "mimeType": "image/png", "buffer": picture()}
    )
    agree(firm, "上传文件")
    firm.get_by_text(NAME, exact=True).wait_for(timeout=PATIENCE_MS)

    bureau = browser.page_of(cast["monitor"])
    bureau.goto(f"{browser.address}/subjects/{subject}")
    take = bureau.get_by_role("button", name=f"下载 {NAME}")
    take.wait_for(timeout=PATIENCE_MS)
    assert bureau.get_by_role("button", name=f"撤回 {NAME}").count() == 0
    with bureau.expect_download() as coming:
        take.click()
    copy = coming.value
    assert copy.suggested_filename == f"【内部】{NAME}"
    copy.save_as(tmp_path / "copy.png")
    with Image.open(tmp_path / "copy.png") as taken:
        assert taken.width == 400
        assert taken.height > 300  # a strip below it says who took it

    firm.get_by_role("button", name=f"撤回 {NAME}").click()
    agree(firm, "撤回")
    firm.get_by_text("撤回", exact=False).first.wait_for(timeout=PATIENCE_MS)
    take.click()
    bureau.get_by_text("文件已撤回").wait_for(timeout=PATIENCE_MS)


def test_a_neighbour_is_told_of_nothing(cast: dict[str, httpx.Client], subject: str) -> None:
    asked = {"filter": f"about.eq:{subject}"}
    assert cast["monitor"].get("/api/v1/documents", params=asked).json()["items"]
    assert cast["neighbour"].get("/api/v1/documents", params=asked).json()["items"] == []
