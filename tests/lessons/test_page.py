"""The page of a lesson in a real browser, from a disk: it plays, highlights, hides, asks, and fits a phone."""

import time

import pytest
from helpers.browser import DESK, PHONE, chromium, requests


@pytest.fixture(scope="module")
def browser():
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(browser, made):
    """The page as a learner opens it; in the end nothing was asked of a network and the console is empty."""
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(made.page.as_uri())
    yield browser
    assert browser.get_log("browser") == []
    asked = requests(browser)
    assert asked and all(url.startswith(("file:", "data:")) for url in asked)


def wait(browser, condition: str, seconds: float = 60) -> None:
    """Wait until JavaScript in the page is true."""
    end = time.monotonic() + seconds
    while not browser.execute_script(f"return Boolean({condition})"):
        assert time.monotonic() < end, f"never true: {condition}"
        time.sleep(0.02)


def texts(browser, selector: str) -> list[str]:
    return browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)", selector
    )


def test_it_shows_the_lesson_as_it_was_written(page, lesson):
    assert page.title == lesson.title == page.execute_script("return document.getElementById('title').textContent")
    assert texts(page, ".role") == ["Ann", "Bob"] and texts(page, ".translation") == ["是谁？ </script>", ""]
    assert texts(page, ".dialogue .said") == ["Good morning.", "Who is it?", "It costs $25 here."]
    assert texts(page, ".entry .said") == ["cat", "猫", "The cat is good."]


def test_a_section_is_played_sentence_by_sentence_and_words_light_up(page):
    page.execute_script("""
        window.lit = [];
        new MutationObserver((changes) => changes.forEach(({ target }) =>
            target.className === "now" && window.lit.push(target.textContent)))
            .observe(document.getElementById("sections"), { subtree: true, attributes: true });
        document.querySelectorAll("header.section button")[1].click();
    """)
    wait(page, "!document.getElementById('stop').disabled")
    wait(page, "document.getElementById('stop').disabled")
    lit = page.execute_script("return window.lit")
    assert [word for word in lit if word in ("Who", "$25", "here")] == ["Who", "$25", "here"]
    assert texts(page, ".now, .playing") == []


def test_every_sound_is_as_long_as_its_words_need(page):
    """Browsers cut what an MP3 begins with; otherwise words would light up late."""
    differences = page.execute_async_script("""
        const done = arguments[0], context = new AudioContext();
        const items = queues.all.flatMap((item) => [item.natural, item.slow ?? item.natural]);
        Promise.all(items.map(async (sound) => {
            const bytes = Uint8Array.from(atob(sound.audio.split(",")[1]), (char) => char.charCodeAt(0));
            return Math.abs((await context.decodeAudioData(bytes.buffer)).duration - sound.seconds);
        })).then(done);
    """)
    assert len(differences) == 14 and max(differences) < 0.08


def test_slow_and_repeated_and_stopped(page):
    page.execute_script("""
        window.played = [];
        const play = player.play.bind(player);
        player.play = () => { window.played.push(player.src); return play(); };
        document.getElementById("speed").value = "slow";
        document.getElementById("times").value = "2";
        document.querySelector(".dialogue .play").click();
    """)
    wait(page, "!document.getElementById('stop').disabled")
    wait(page, "document.getElementById('stop').disabled")
    assert page.execute_script(
        "return window.played.length === 2 && window.played.every((each) => each === queues.dialogue[0].slow.audio)"
    )
    page.execute_script("document.getElementById('times').value = '1000000'; document.getElementById('all').click()")
    wait(page, "!player.paused")
    page.execute_script("document.getElementById('stop').click()")
    wait(page, "player.paused && !document.querySelector('.playing')")


def test_a_question_hides_its_text_until_it_is_answered(page):
    hidden = "getComputedStyle(document.querySelector('.question .said')).visibility === 'hidden'"
    assert page.execute_script(f"return {hidden}")
    page.execute_script("document.querySelectorAll('.options button')[0].click()")
    assert page.execute_script(f"return {hidden}") and texts(page, ".options .wrong") == ["A dog."]
    page.execute_script("document.querySelectorAll('.options button')[1].click()")
    assert not page.execute_script(f"return {hidden}") and texts(page, ".options .right") == ["A cat."]
    page.execute_script("stop()")


def test_dialogues_can_be_hidden_and_dictated(page):
    page.execute_script("document.getElementById('hide').click()")
    seen = "return getComputedStyle(document.querySelector(arguments[0])).visibility"
    assert page.execute_script(seen, ".dialogue .said") == page.execute_script(seen, ".dialogue .translation")
    assert page.execute_script(seen, ".dialogue .said") == "hidden"
    assert page.execute_script(seen, ".entry .said") == "visible"
    page.execute_script("""
        document.getElementById("next").click();
        document.getElementById("written").value = "who are it, IS";
        document.getElementById("check").click();
    """)
    assert texts(page, "#answer .good") == ["who", "it"] and texts(page, "#answer .bad") == ["is"]
    assert texts(page, "#answer")[0].endswith("2 of 3 words are right. Not said: are is.")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_screen_and_buttons_fit_a_thumb(page, screen):
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    assert page.execute_script("return document.documentElement.scrollWidth") <= screen["width"]
    least = "return Math.min(...[...document.querySelectorAll('button:not([hidden])')].map((b) => b.offsetHeight))"
    assert page.execute_script(least) >= 44
    sizes = "[...document.querySelectorAll('body *')].map((each) => parseFloat(getComputedStyle(each).fontSize))"
    assert page.execute_script(f"return Math.min(...{sizes})") >= 12
    fields = "[...document.querySelectorAll('select, input')]"
    assert page.execute_script(f"return {fields}.every((each) => each.labels.length || each.ariaLabel)")
