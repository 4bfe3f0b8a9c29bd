"""The report page in a real browser: Chromium without a window opens it from its folder, on a phone and on a desk."""

import shutil

import numpy as np
import pytest
import soundfile
from helpers.browser import DESK, PHONE, chromium, requests

from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.evaluation.evaluate import evaluate_voice
from transformers_tts_gan.evaluation.html_report import marked, write_page
from transformers_tts_gan.evaluation.report import label


TEXTS = ["Good morning.", "The 25 cats of 北京 sat there, and all of them were asleep.", "Good morning ꙮ."]
REFUSED = TEXTS[2]


class Browser:
    """One page of Chromium, driven by Selenium; `browser["document.title"]` is the value of JavaScript in the page."""

    def __init__(self, driver):
        self.driver = driver

    def __getitem__(self, expression: str):
        """The value of JavaScript in the page, awaited if it is a promise; its variables stay."""
        return self.driver.execute_script("return (0, eval)(arguments[0])", expression)

    def open(self, path, screen: dict, scheme: str = "light"):
        """Show a file and wait until it has loaded, lazy pictures included."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.complaints()
        self.requests()
        self.driver.get(path.as_uri())
        self["Promise.allSettled([...document.images].map((i) => { i.loading = 'eager'; return i.decode(); }))"]

    def complaints(self) -> list[dict]:
        """What the console has said since the last call: errors of scripts, and files that could not be loaded."""
        return self.driver.get_log("browser")

    def requests(self) -> list[str]:
        """The addresses that were asked for since the last call."""
        return requests(self.driver)

    def press(self, key: str):
        """Press and release a key."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver, duration=0).send_keys(key).perform()


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield Browser(driver)


class Listener:
    """Hears one text after the other, whatever was said."""

    def __init__(self, *texts: str):
        self.texts = iter(texts)

    def transcribe(self, wave, sampling_rate):
        return next(self.texts)


@pytest.fixture(scope="module")
def made(voice, processor, tmp_path_factory):
    """Report and page of a tiny voice and another system: a sentence right, one wrong, one that the voice refuses."""
    folder, random, rows = tmp_path_factory.mktemp("a report"), np.random.default_rng(0), []
    for number, text in enumerate(TEXTS):
        noise = random.normal(0, 0.1, 16_000 + 8_000 * number)
        recording = write_audio(folder / "corpus" / f"{number}.wav", noise, 16_000)
        rows.append({"audio": str(recording), "text": text, "speaker": "ann", "language": "en"})
        if number < 2:
            write_audio(folder / "other" / f"{number}.wav", noise, 16_000)
    heard = [TEXTS[0]] * 4 + [TEXTS[1], TEXTS[1], "the 25 hats of sat there", "all of them"] + [TEXTS[0]] * 2
    others = {"other #1": folder / "other"}
    report = evaluate_voice(voice, processor, rows, Listener(*heard), wav_dir=folder / "wavs", others=others)
    return report, write_page(report, folder, "How a tiny voice sounds", "heard by `a test`; nothing else.")


@pytest.fixture(scope="module")
def page(made):
    return made[1]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_opens_from_its_folder_and_lacks_nothing(browser, page, screen):
    browser.open(page, screen)
    assert browser.complaints() == []
    urls = browser.requests()
    assert len(urls) > 1 and all(url.startswith((page.parent.as_uri(), "data:")) for url in urls)
    if browser["document.images.length"]:  # there are none without matplotlib
        assert browser["document.images.length"] == 10 + 2  # of the sounds, and of the voice's phones
    assert browser["[...document.images].every((image) => image.naturalWidth > 0)"]


def test_a_lost_picture_is_noticed(browser, page, tmp_path):
    """The test above can fail."""
    copy = shutil.copytree(page.parent, tmp_path / "copy")
    shutil.rmtree(copy / "pictures")
    browser.open(copy / "report.html", DESK)
    assert browser["document.images.length"] == 0 or browser.complaints()


def test_a_phone_shows_the_whole_width_in_a_legible_size(browser, page):
    browser.open(page, PHONE)
    assert browser["document.documentElement.scrollWidth"] <= 390
    assert browser["[visualViewport.width, visualViewport.scale]"] == [390, 1]
    assert browser["parseFloat(getComputedStyle(document.body).fontSize)"] >= 14
    sizes = browser["[...document.querySelectorAll('body *')].map((e) => parseFloat(getComputedStyle(e).fontSize))"]
    assert min(sizes) >= 12
    # Only the picture of the phones may be wider than the screen: it scrolls by itself.
    boxes = "[...document.querySelectorAll('body *:not(.phones, .phones *)')].map((e) => e.getBoundingClientRect())"
    assert browser[f"{boxes}.every((box) => box.left >= 0 && box.right <= 390)"]
    assert browser["[...document.querySelectorAll('.scroll')].some((e) => e.scrollWidth > e.clientWidth)"]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_players_are_large_enough_to_hit_and_stand_side_by_side_where_there_is_room(browser, page, screen):
    browser.open(page, screen)
    boxes = browser["[...document.querySelectorAll('audio')].map((a) => a.getBoundingClientRect().toJSON())"]
    assert len(boxes) == 10  # 3 recordings, 3 copies, 2 of the voice, 2 of the other
    assert all(box["height"] >= 44 and box["width"] >= 200 for box in boxes)
    assert all(box["left"] >= 0 and box["right"] <= screen["width"] for box in boxes)
    tops = {box["top"] for box in boxes[:2]}  # of the recording and the copy of the worst sentence
    assert len(tops) == (2 if screen is PHONE else 1)


def test_every_player_loads_its_wav_and_plays_it(browser, page):
    browser.open(page, PHONE)
    count = browser["(players = [...document.querySelectorAll('audio')]).length"]
    for number in range(count):
        source = browser[f"decodeURIComponent(players[{number}].getAttribute('src'))"]
        playing = f"""new Promise((done, failed) => {{
            const player = players[{number}];
            player.ontimeupdate = () => player.currentTime > 0.05 && done([player.readyState, player.duration]);
            player.onerror = () => failed(new Error(player.error.message));
            player.play().catch(failed);
        }})"""
        state, duration = browser[playing]
        assert state >= 2
        assert duration == pytest.approx(soundfile.info(page.parent / source).duration, abs=0.05)
    assert browser["players.filter((player) => !player.paused && !player.ended).length"] <= 1
    assert browser.complaints() == []


def test_starting_a_player_stops_the_others(browser, page):
    browser.open(page, DESK)
    browser["players = [...document.querySelectorAll('audio')]; players[0].loop = true; players[0].play()"]
    browser["players[1].loop = true; players[1].play().then(() => new Promise((done) => setTimeout(done, 50)))"]
    assert browser["[players[0].paused, players[1].paused]"] == [True, False]


def test_the_worst_sentence_comes_first_with_its_errors_marked(browser, page):
    browser.open(page, DESK)
    assert browser["[...document.querySelectorAll('h3 span')].map((e) => e.innerText)"] == TEXTS[::-1]
    cards = browser["[...document.querySelectorAll('article')].map((e) => e.innerText)"]
    assert "refused" in cards[0] and "2.wav" in cards[0] and "does not exist" in cards[0]
    words = (
        "[...document.querySelectorAll('article')].map((e) => [...e.querySelectorAll('{}')].map((w) => w.innerText))"
    )
    marks, missing = browser[words.format("mark")], browser[words.format("del")]
    assert marks[2] == missing[2] == [] and "hats" in marks[1] and "cats" in missing[1]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_totals_stand_with_their_intervals_under_the_system_that_has_them(browser, made, screen):
    report, page = made
    browser.open(page, screen)
    cells = browser["[...document.querySelectorAll('tbody tr')].map((r) => [...r.cells].map((c) => c.innerText))"]
    cells = {label: [" ".join(value.split()) for value in values] for label, *values in cells}
    systems = browser["[...document.querySelectorAll('tbody tr:first-child td')].map((c) => c.dataset.system)"]
    assert systems == [label(system) for system in report.systems]
    for system, cell in zip(report.systems, cells["word error rate ↓"], strict=True):
        assert cell == "{rate:.3f} [{low:.3f}, {high:.3f}]".format(**report.score(system, "wer"))
    assert cells["mel-cepstral distortion (dB) ↓"][0] == "–" and "[" in cells["mel-cepstral distortion (dB) ↓"][1]
    assert cells["sentences that failed ↓"] == ["0", "0", "1", "1"]
    lefts = browser["[...document.querySelectorAll('tbody tr')].map((r) => r.cells[3].getBoundingClientRect().left)"]
    assert len(set(lefts)) == 1  # the voice's column, also where another has no number


CONTRASTS = """(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => numbers(color).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    const color = getComputedStyle(e).backgroundColor;
    return numbers(color)[3] === 0 ? behind(e.parentElement) : color;
  };
  const written = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *:not(script)")].filter(written).map((e) => {
    const [less, more] = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  });
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_in_light_and_in_dark(browser, page, scheme):
    """At least 4.5 to 1, as WCAG 2.1 asks of text (success criterion 1.4.3)."""
    browser.open(page, PHONE, scheme)
    shown = browser["getComputedStyle(document.documentElement).backgroundColor"]
    assert (shown == "rgb(255, 255, 255)") == (scheme == "light")
    contrasts = browser[CONTRASTS]
    assert len(contrasts) > 50 and min(contrasts) >= 4.5


def test_players_and_phones_are_reached_and_played_by_keyboard(browser, page):
    browser.open(page, DESK)
    reached = []
    for _ in range(400):  # each player has several buttons
        browser.press("\ue004")  # the tabulator, as WebDriver writes it
        name = browser["document.activeElement.getAttribute('aria-label') || document.activeElement.tagName"]
        if name == "BODY":
            break
        reached += [name] if name not in reached[-1:] else []
        if len(reached) == 1 and browser["document.activeElement.paused"]:
            browser.press(" ")
            assert browser["!document.activeElement.paused"]
    assert reached[0] == f"ground truth: {REFUSED}"
    assert sum(name.startswith("phones of TTS") for name in reached) == 2
    assert len(reached) == 10 + 2


def test_errors_are_marked_as_they_are_counted():
    assert marked("Good old morning.", "good cold", "word", "en") == (
        "good <del>old</del> <mark>cold</mark> <del>morning</del>"
    )
    assert marked("她在家。", "他在", "character", "zh") == "<del>她</del><mark>他</mark>在<del>家</del>"
    assert marked("A < B & C", "", "word", "en").count("<del>") == 1
    assert "<b>" not in marked("Good <b>", "<b>bad</b>", "word", "en")
