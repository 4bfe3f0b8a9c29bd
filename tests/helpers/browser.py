"""Chromium without a window, driven by Selenium, for the tests of pages; they are skipped where it is missing."""

import contextlib
import json
import shutil
from collections.abc import Iterator

import pytest


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio")
FLAGS += ("--autoplay-policy=no-user-gesture-required", "--disable-background-networking")
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


@contextlib.contextmanager
def chromium() -> Iterator:
    """A driver of Chromium, whose logs hold what the console says and what is asked for."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="the browser is driven by `selenium`")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"none of these browsers is installed: {', '.join(BROWSERS)}")
    if (driver := shutil.which("chromedriver")) is None:
        pytest.skip("`chromedriver`, by which `selenium` drives Chromium, is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options, webdriver.ChromeService(driver)) as chrome:
        yield chrome


def requests(driver) -> list[str]:
    """The addresses that were asked for since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
