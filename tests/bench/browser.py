"""A real browser: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator

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
