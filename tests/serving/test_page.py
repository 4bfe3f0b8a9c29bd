"""The page in a real browser: it speaks, shows the words, explains, offers the sound, and fits a phone."""

import time

import pytest
from helpers.browser import DESK, PHONE, chromium, requests


TEXT = "Good cats. It costs $25 <b>here</b> 🙂 today, Mr. Lee."


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(browser, address):
    """The page as a reader opens it; what the console says and what is asked for is looked at in the end."""
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(address)
    wait(browser, "document.querySelectorAll('#voice option').length === 5")
    yield browser
    assert [entry for entry in browser.get_log("browser") if "status of 4" not in entry["message"]] == []
    asked = requests(browser)
    assert asked and all(url.startswith((address, "data:", "blob:")) for url in asked)


def wait(browser, condition: str, seconds: float = 60) -> None:
    """Wait until JavaScript in the page is true."""
    end = time.monotonic() + seconds
    while not browser.execute_script(f"return Boolean({condition})"):
        assert time.monotonic() < end, f"never true: {condition}"
        time.sleep(0.02)


def fill(browser, text: str) -> None:
    browser.execute_script("document.getElementById('text').value = arguments[0]", text)


def test_words_light_up_while_they_are_spoken_and_the_sound_can_be_kept(page, pipelines):
    fill(page, TEXT)
    page.execute_script("""
        window.lit = new Set();
        new MutationObserver((changes) => changes.forEach(({ target }) =>
            target.className === "now" && window.lit.add(target.textContent)))
            .observe(document.getElementById("reading"), { subtree: true, attributes: true });
        document.getElementById("speak").click();
    """)
    wait(page, "document.getElementById('download').href.startsWith('blob:')")
    wait(page, "document.getElementById('status').textContent.includes('seconds of speech')")
    expected = pipelines["tiny"](TEXT, return_timestamps=True)
    shown = page.execute_script(
        "return [...document.querySelectorAll('#reading span')].map((each) => each.textContent)"
    )
    assert shown[:-1] == [word.text for word in expected["words"]] and "$25" in shown
    assert page.execute_script("return document.getElementById('reading').textContent") == TEXT
    assert len(page.execute_script("return [...window.lit]")) > len(set(shown)) / 2
    size = page.execute_async_script("""
        const done = arguments[0];
        fetch(document.getElementById("download").href).then((answer) => answer.arrayBuffer()).then((data) =>
            new AudioContext().decodeAudioData(data.slice(0))).then((sound) => done(sound.duration));
    """)
    assert size == pytest.approx(len(expected["audio"]) / 16_000, abs=0.01)


def test_voice_rate_and_pitch_are_sent(page, app):
    """What a request holds is what was chosen."""
    request = page.execute_script("""
        document.getElementById("voice").value = "fast/bob";
        document.getElementById("language").value = "zh";
        document.getElementById("speed").value = "1.5";
        document.getElementById("pitch").value = "-2";
        return request();
    """)
    assert {name: request[name] for name in ("voice", "language", "speed", "pitch")} == {
        "voice": "fast/bob",
        "language": "zh",
        "speed": 1.5,
        "pitch": -2,
    }


def test_the_table_says_why_and_errors_are_shown(page):
    fill(page, "Mr. Lee")
    page.execute_script("document.getElementById('why').open = true")
    wait(page, "document.querySelectorAll('#table tr').length === 3")
    cells = page.execute_script("return [...document.querySelectorAll('#table td')].map((each) => each.textContent)")
    assert cells[:4] == ["Mr.", "Mister", "Mister", "M IH1 S T ER0"]
    fill(page, "...")
    page.execute_script("document.getElementById('speak').click()")
    wait(page, "document.getElementById('status').className === 'wrong'")
    assert "nothing to say" in page.execute_script("return document.getElementById('status').textContent")
    assert not page.execute_script("return document.getElementById('speak').disabled")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_screen_and_buttons_fit_a_thumb(page, screen):
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    fill(page, TEXT)
    page.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
    wait(page, "document.querySelectorAll('#table tr').length > 3")
    assert page.execute_script("return document.documentElement.scrollWidth") <= screen["width"]
    least = "return Math.min(...[...document.querySelectorAll('button, a.button')].map((b) => b.offsetHeight))"
    assert page.execute_script(least) >= 44
    sizes = "[...document.querySelectorAll('body *')].map((each) => parseFloat(getComputedStyle(each).fontSize))"
    assert page.execute_script(f"return Math.min(...{sizes})") >= 12
    fields = "[...document.querySelectorAll('textarea, select, input')]"
    assert page.execute_script(f"return {fields}.every((each) => each.labels.length)")
