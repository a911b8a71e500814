"""A real browser: Debian's Chromium, driven by Playwright."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
    "--in-process-gpu",  # a tenth less to do, where there is no screen to draw on
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("There is no Chromium here: install it (apt-get install chromium fonts-noto-cjk) and test again.")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator["object"]:
    """A Playwright browser; open pages with `browser.new_page(locale="zh-CN", viewport={...})`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield running
        running.close()


PASSWORD = "long-enough-password-1"


@dataclass
class Desk:
    """Where staff sit down at the back office. A page is used again by the next one, signed in by their own cookies:
    to open a page in a browser takes several times as long as what is done in it.
    """

    browser: Any
    free: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    taken: list[tuple[str, Any]] = field(default_factory=list)
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def sit_down(self, web: str, username: str, locale: str = "en-GB", width: int = 1440) -> Any:
        """A page, empty yet, of somebody who is signed in. Whatever it asks is answered with yes."""
        page = self.free[locale].pop() if self.free[locale] else self._new_page(locale)
        self.taken.append((locale, page))
        page.set_viewport_size({"width": width, "height": 900})
        if username in self.cookies:
            page.context.add_cookies(self.cookies[username])
            return page
        page.goto(f"{web}/admin/")
        page.fill("#id_username", username)
        page.fill("#id_password", PASSWORD)
        page.click("#login-form button[type=submit]")
        page.wait_for_selector(".fc")
        self.cookies[username] = page.context.cookies()
        return page

    def _new_page(self, locale: str) -> Any:
        page = self.browser.new_context(locale=locale).new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def leave(self) -> None:
        """Give back all pages, with nothing left of those who had them."""
        for locale, page in self.taken:
            # where it is: a blank page would have a process of its own, and another of ours takes its time
            page.set_content("")
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
            page.context.clear_cookies()
            self.free[locale].append(page)
        self.taken.clear()


@pytest.fixture(scope="session")
def desks(browser) -> Desk:
    return Desk(browser)


@pytest.fixture
def desk(desks) -> Iterator[Desk]:
    """Pages of the back office, given back after the test: `desk.sit_down(live.web, "bo-head", "zh-CN", 390)`."""
    yield desks
    desks.leave()
