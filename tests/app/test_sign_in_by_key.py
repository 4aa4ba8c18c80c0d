"""GB/T 22239-2019, 8.1.4.1 d in a browser: a security key is registered, signs in, is named, goes again.

Chromium's virtual authenticators (DevTools protocol, domain WebAuthn) are the keys.
"""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from anlan.kernel.people.models import SecurityKey, User
from tests import factories
from tests.journeys.browser import Chromium

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE_MS = 60_000


@pytest.fixture
def settings_of_pages() -> dict[str, str]:
    return {"ANLAN_SECOND_FACTOR": "1"}


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), name="王敏", username="wangmin")


class Keys:
    """The keys that are plugged into a page."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")

    def plug_in(self) -> str:
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": False,
            "hasUserVerification": False,
            "automaticPresenceSimulation": True,
        }
        made: dict[str, Any] = self._cdp.send(
            "WebAuthn.addVirtualAuthenticator", {"options": options}
        )
        return str(made["authenticatorId"])

    def hands_off(self, key: str, *, on: bool) -> None:
        self._cdp.send(
            "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": key, "enabled": not on}
        )


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/login?next=/second-factor")
    page.fill("#username", "wangmin")
    page.fill("#password", factories.PASSWORD)
    page.click("button[type=submit]")


def test_8_1_4_1_d_a_key_is_registered_signs_in_and_goes_again_in_the_browser(
    browser: Chromium, address: str, officer: User
) -> None:
    context = browser.browser.new_context(locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    keys = Keys(page)
    blue = keys.plug_in()

    codes = enrol_with_a_key(page, address)
    assert SecurityKey.objects.get().name == "蓝色"

    context.clear_cookies()
    give_password(page, address)
    page.get_by_role("button", name="使用安全密钥").click()
    seen(page.get_by_role("heading", name="安全密钥"))
    assert SecurityKey.objects.get().last_used_at is not None

    add(page, "又一次", codes[0])
    seen(page.get_by_text("这把密钥已经登记过"))
    page.get_by_role("button", name="取消").click()

    keys.hands_off(blue, on=True)
    red = keys.plug_in()
    add(page, "红色", codes[1])
    seen(page.get_by_text("安全密钥已登记。"))
    assert SecurityKey.objects.filter(user=officer).count() == 2

    keys.hands_off(red, on=True)
    keys.hands_off(blue, on=False)
    rename_and_remove(page)
    assert [one.name for one in SecurityKey.objects.all()] == ["蓝色"]

    page.get_by_role("button", name="English").click()
    seen(page.get_by_role("heading", name="Security keys"))
    seen(page.get_by_role("button", name="Register a security key"))


def seen(what: Locator) -> None:
    expect(what).to_be_visible(timeout=PATIENCE_MS)


def enrol_with_a_key(page: Page, address: str) -> list[str]:
    """Set the first second factor up, before any door opens; return the recovery codes."""
    give_password(page, address)
    page.get_by_role("button", name="改用安全密钥").click()
    page.fill("#proof-password", factories.PASSWORD)
    page.fill("#key-name", "蓝色")
    page.get_by_role("button", name="登记", exact=True).click()
    seen(page.get_by_role("heading", name="请保存恢复码"))
    codes = page.locator("ul.figures li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_label("我已保存恢复码").check()
    page.get_by_role("button", name="进入系统").click()
    seen(page.get_by_role("heading", name="安全密钥"))
    seen(page.get_by_text("蓝色"))
    return codes


def add(page: Page, name: str, code: str) -> None:
    page.get_by_role("button", name="登记安全密钥").click()
    page.fill("#proof-password", factories.PASSWORD)
    page.fill("#proof-code", code)
    page.fill("#key-name", name)
    page.get_by_role("button", name="登记", exact=True).click()


def rename_and_remove(page: Page) -> None:
    """Call the second key by another name and take it away, proven by the key that stays."""
    page.locator("li", has_text="红色").get_by_role("button", name="改名").click()
    dialog = page.get_by_role("dialog", name="改名")
    dialog.get_by_role("textbox").fill("备用")
    dialog.get_by_role("button", name="改名").click()
    seen(page.get_by_text("密钥已改名。"))
    page.locator("li", has_text="备用").get_by_role("button", name="移除").click()
    dialog = page.get_by_role("dialog", name="移除")
    dialog.locator("#proof-password").fill(factories.PASSWORD)
    dialog.get_by_role("button", name="移除").click()
    seen(page.get_by_text("“备用”已移除。"))
