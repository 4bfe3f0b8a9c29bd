"""The page of prosody models beside recordings: what it draws, says and links, for a tiny model."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from helpers.browser import PHONE, chromium

from transformers_tts_gan.audio.io import write_audio
from transformers_tts_gan.data.prosody import MEASURED
from transformers_tts_gan.evaluation.prosody import predict_prosody, spoken_prosody
from transformers_tts_gan.evaluation.prosody_page import LABELS, LEFT, NAME, PANEL, SECOND, write_prosody_page
from transformers_tts_gan.training.prosody import new_prosody_model, set_average_prosody


TEXTS = [("Is it yours, Ann, or $25 of mine?", "en"), ("今天天气很好，你呢？", "zh")]
FRAME = 0.01  # seconds


def measured(processor, text: str, language: str, number: int = 0) -> dict:
    """A row as `recorded_prosody` makes it: sounds of 9 frames rise by half a unit, gaps of 1 frame, commas of 20."""
    row = processor.encode(text, language)
    phones = processor.tokenizer.convert_ids_to_tokens(row["input_ids"])
    frames = torch.tensor([20.0 if phone == "," else 1.0 if phone == " " else 9.0 for phone in phones])
    sounds = torch.tensor([float(phone not in (" ", ",", ".", "?", "<sil>")) for phone in phones])
    values = (frames.log1p(), 0.5 * torch.arange(len(phones)) - 3, sounds, sounds - 2)
    return {**row, "text": text, "number": number, **dict(zip(MEASURED, values, strict=True))}


@pytest.fixture(scope="module")
def rows(phone_processor):
    return [measured(phone_processor, *pair, number) for number, pair in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def systems(phone_processor, rows):
    torch.manual_seed(0)
    model = new_prosody_model(phone_processor, None, hidden_size=16, intermediate_size=32, num_attention_heads=2)
    set_average_prosody(model, rows)
    return {"perfect": [spoken_prosody(row) for row in rows], "tiny": predict_prosody(model, phone_processor, rows)}


@pytest.fixture(scope="module")
def page(rows, systems, phone_processor, tmp_path_factory):
    folder = tmp_path_factory.mktemp("a page")
    names = [f"wavs/{name} #{number}.wav" for name in ("recording", "tiny") for number in range(2)]
    for name in names:
        write_audio(folder / name, np.sin(np.arange(8_000)) / 2, 16_000)
    wavs = {"recording": names[:2], "tiny": names[2:]}
    return write_prosody_page(rows, systems, folder, "<b>Melody", phone_processor, wavs, "Of `tiny` models.", FRAME)


@pytest.fixture(scope="module")
def drawings(page):
    """The SVG of each sentence, by system its group."""
    found = re.findall(r"<svg.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)
    return [{group.get("data-system"): group for group in ElementTree.fromstring(svg)} for svg in found]


def of_class(group, name: str) -> list:
    return [each for each in group if each.get("class") == name]


def test_each_sentence_has_a_panel_for_the_recording_and_for_each_system(drawings):
    assert [list(drawing) for drawing in drawings] == [["recording", "perfect", "tiny"]] * 2


def test_each_system_is_drawn_on_its_own_timing(drawings, rows, systems, phone_processor):
    for number, (row, drawing) in enumerate(zip(rows, drawings, strict=True)):
        sounds = row["voicing"] > 0.5
        for name, prosody in (("recording", row), ("tiny", vars(systems["tiny"][number]))):
            seconds = FRAME * prosody["log_duration"].expm1().clamp(min=0)
            starts = LEFT + SECOND * (seconds.cumsum(0) - seconds)
            drawn = sounds & (prosody["voicing"] >= 0.5)
            lines = of_class(drawing[name], "phone")
            assert len(lines) == drawn.sum() > 0
            found = torch.tensor([float(line.get("x1")) for line in lines])
            assert found.allclose(starts[drawn], atol=0.06)
            found = torch.tensor([float(line.get("x2")) - float(line.get("x1")) for line in lines])
            assert found.allclose(SECOND * seconds[drawn], atol=0.11)


def test_higher_phones_are_drawn_higher_on_the_scale_of_the_axis(drawings):
    panel = drawings[0]["recording"]
    heights = [float(line.get("y1")) for line in of_class(panel, "phone")]
    assert heights == sorted(heights, reverse=True) and len(set(heights)) == len(heights)
    ticks = [(int(text.text), float(text.get("y"))) for text in of_class(panel, "tick")]
    (low, bottom), *_, (high, top) = ticks
    assert 2 <= len(ticks) <= 7
    semitone = (bottom - top) / (high - low)
    assert heights[0] - heights[1] == pytest.approx(3 * semitone, abs=0.11)  # half a unit is three semitones
    # The first sound is the second phone: 6 * (.5 - 3) semitones over 150 Hz.
    assert heights[0] == pytest.approx(bottom - semitone * (-15 - low), abs=0.3)


def test_pauses_are_bars_and_break_the_curve(drawings):
    bars = of_class(drawings[0]["recording"], "pause")
    assert [float(bar.get("width")) for bar in bars] == pytest.approx([0.2 * SECOND] * 2)
    assert [bar[0].text for bar in bars] == ["0.20 s"] * 2
    [curve] = of_class(drawings[0]["recording"], "joined")
    assert curve.get("d").count("M") == 3
    # The second sentence has one comma.
    assert len(of_class(drawings[1]["recording"], "pause")) == 1


def test_the_melody_of_the_recording_lies_on_the_timing_of_each_system(drawings):
    """Of the same timing and melody it is the same curve; over the recording itself there is none."""
    [reference] = of_class(drawings[0]["perfect"], "reference")
    [joined] = of_class(drawings[0]["perfect"], "joined")
    assert reference.get("d") == joined.get("d")
    assert not of_class(drawings[0]["recording"], "reference")
    [reference] = of_class(drawings[0]["tiny"], "reference")
    heights = [float(height) for height in re.findall(r",([\d.]+)", reference.get("d"))]
    top = 2 * (NAME + PANEL + LABELS)  # the third panel
    spoken = [top + float(line.get("y1")) for line in of_class(drawings[0]["recording"], "phone")]
    assert heights == pytest.approx(spoken, abs=0.11)


def test_words_stand_as_they_are_spelled_where_they_begin(drawings):
    words = of_class(drawings[0]["recording"], "word")
    assert [word.text for word in words] == "Is it yours Ann or twenty five dollars of mine".split()
    first = of_class(drawings[0]["recording"], "phone")[0]
    assert words[0].get("x") == first.get("x1")
    assert "".join(word.text for word in of_class(drawings[1]["tiny"], "word")) == "今天天气很好你呢"


def test_a_text_that_reads_otherwise_is_labeled_by_its_phones(rows, phone_processor, tmp_path):
    row = {**rows[1], "text": "今天。"}
    page = write_prosody_page([row], {"same": [spoken_prosody(row)]}, tmp_path, "Melody", phone_processor)
    assert ">j in1 t ian1 t ian1 q i4</text>" in page.read_text(encoding="utf-8")


def test_scores_stand_by_their_system(page):
    text = page.read_text(encoding="utf-8")
    assert "log-duration RMSE 0.00, F0 correlation 1.00, 2 of 2 pauses hit" in text
    assert "log-duration RMSE 0.00, F0 correlation 1.00, 1 of 1 pause hit" in text
    [row] = re.findall(r"F0 RMSE, cents ↓</th>(.*?)</tr>", text, re.DOTALL)
    [untold] = re.findall(r"log-duration correlation ↑</th>(.*?)</tr>", text, re.DOTALL)
    assert untold.count("–") == 2  # all sounds are spoken alike
    assert '<td data-system="perfect"><strong>0.00</strong>' in row and '<td data-system="tiny"><strong>' in row


def test_pauses_that_are_added_are_counted(rows, phone_processor, tmp_path):
    slow = spoken_prosody(rows[1])
    slow.log_duration = slow.log_duration + math.log(20)
    page = write_prosody_page(rows[1:], {"slow": [slow]}, tmp_path, "Melody", phone_processor)
    gaps = rows[1]["input_ids"].count(phone_processor.phone_ids([" "])[0])
    assert f"1.00, 1 of 1 pause hit, {gaps} added" in page.read_text(encoding="utf-8") and gaps > 1


def test_texts_are_escaped_and_links_are_relative_and_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    assert "<b>" not in text and "<h1>&lt;b&gt;Melody</h1>" in text and "<code>tiny</code>" in text
    links = re.findall(r'src="([^"]+)"', text)
    assert links == [f"wavs/{name}%20%23{number}.wav" for number in range(2) for name in ("recording", "tiny")]
    assert "http" not in text


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"systems": {"recording": []}}, ValueError, "called `recording`"),
        ({"systems": {"short": []}}, ValueError, "`short` has 0 sentences, but there are 2 rows"),
        ({"wavs": {"other": ["a.wav"] * 2}}, ValueError, "`wavs` has `other`; the systems are .'perfect', 'tiny'."),
        ({"wavs": {"tiny": ["lost.wav"] * 2}}, FileNotFoundError, "`lost.wav` is not in"),
    ],
)
def test_what_does_not_fit_the_rows_is_refused(change, error, message, rows, systems, phone_processor, tmp_path):
    arguments = {"systems": systems, **change}
    with pytest.raises(error, match=message):
        write_prosody_page(rows, folder=tmp_path, title="Melody", processor=phone_processor, **arguments)


def test_a_phone_shows_the_page_in_its_width_and_the_drawings_scroll(page):
    with chromium() as driver:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        driver.get(page.as_uri())
        run = driver.execute_script
        assert run("return document.documentElement.scrollWidth") <= 390
        assert run("return [...document.querySelectorAll('.scroll')].every((e) => e.scrollWidth > e.clientWidth)")
        sizes = run(
            "return [...document.querySelectorAll('text')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 12
