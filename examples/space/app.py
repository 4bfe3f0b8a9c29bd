"""A page for a Space of the Hub, or for this machine: speak a text, and see why it is said so.

It needs `pip install gradio "transformers-tts-gan[torch]"`; `python examples/space/app.py` takes the folders or ids of
voices, and without any the voices beside it, or else the one of the repository.
"""

import html
import shutil
import sys
import tempfile
from pathlib import Path

import gradio as gr
import numpy as np
import soundfile

from transformers_tts_gan import TTSGanPipeline, write_subtitles
from transformers_tts_gan.text import explain


HERE = Path(__file__).parent
TEXTS = [["Good morning. The train to the coast leaves at 9:45."], ["今天天气很好，我们去公园吧。"]]
STREAMS = shutil.which("ffmpeg") is not None  # Gradio needs it for sound that plays while it is made; Spaces have it
HELP = """
| write | it means |
|---|---|
| `<speak>Wait<break time="500ms"/> here.</speak>` | half a second of silence |
| `<speak><prosody rate="slow" pitch="+2st" volume="+3dB">…</prosody></speak>` | slower, higher, louder |
| `<speak><say-as interpret-as="digits">2024</say-as></speak>` | digit by digit |
| `<speak><sub alias="World Wide Web">WWW</sub></speak>` | something else is said |
| `[[G AE1 N]]` | phones: ARPAbet, pinyin or IPA |
| `重{chong2}庆` | the reading of the character before it |
"""
FOLLOW = """
const follow = () => {
  const player = document.querySelector("#speech audio"), now = player && !player.paused ? player.currentTime : -1;
  for (const word of element.querySelectorAll("[data-start]"))
    word.classList.toggle("now", now >= word.dataset.start && now < word.dataset.end);
  requestAnimationFrame(follow);
};
follow();
"""


def build(folders: list[str]) -> gr.Blocks:
    """The page of some voices, in folders or on the Hub."""
    pipelines = {Path(folder).name: TTSGanPipeline.from_pretrained(folder) for folder in folders}
    speakers = [f"{name}/{each}" for name, pipe in pipelines.items() for each in pipe.processor.speakers]
    codes = sorted({code for pipe in pipelines.values() for code in pipe.processor.languages})

    def speak(text: str, voice: str, language: str, rate: float, pitch: float):
        name, _, speaker = voice.partition("/")
        asked = {} if language == "automatic" else {"language": language}
        chunks, words = [], []
        try:
            for chunk in pipelines[name].stream(text, speaker=speaker, speaking_rate=rate, pitch_shift=pitch, **asked):
                chunks.append(chunk)
                words += chunk.words
                yield (sound(chunk.audio, chunk.sampling_rate) if STREAMS else gr.skip()), reading(text, words), None
        except ValueError as error:
            raise gr.Error(str(error)) from error
        folder, audio = Path(tempfile.mkdtemp()), np.concatenate([each.audio for each in chunks])
        soundfile.write(folder / "speech.wav", audio, chunks[0].sampling_rate)
        write_subtitles(folder / "speech.srt", text, words)
        whole = gr.skip() if STREAMS else sound(audio, chunks[0].sampling_rate)
        yield whole, gr.skip(), [str(folder / "speech.wav"), str(folder / "speech.srt")]

    def why(text: str, voice: str, language: str) -> str:
        processor = pipelines[voice.partition("/")[0]].processor
        return explain(text, processor.language_of(text) if language == "automatic" else language)

    with gr.Blocks(title="transformers_tts_gan") as page:
        box = gr.Textbox(TEXTS[0][0], label="Text, plain or SSML", lines=3)
        with gr.Row():
            choices = [gr.Dropdown(speakers, label="Voice"), gr.Dropdown(["automatic", *codes], label="Language")]
            controls = [gr.Slider(0.5, 2, 1, label="Speaking rate"), gr.Slider(-6, 6, 0, label="Pitch, semitones")]
        button = gr.Button("Speak", variant="primary")
        plain = gr.WaveformOptions(show_recording_waveform=False)  # an `audio` element, which tells where it is
        player = gr.Audio(label="Speech", streaming=STREAMS, autoplay=True, elem_id="speech", waveform_options=plain)
        words = gr.HTML(css_template=".now { background: #ffe08a; color: #1c2330 }", js_on_load=FOLLOW, padding=True)
        files = gr.File(label="Sound and subtitles", file_count="multiple")
        button.click(speak, [box, *choices, *controls], [player, words, files])
        gr.Button("Why is it said so?").click(
            why, [box, *choices], gr.Code(label="Words and phones", language=None), api_name="why"
        )
        with gr.Accordion("Pauses, emphasis and pronunciation in the text", open=False):
            gr.Markdown(HELP)
        gr.Examples(TEXTS, box)
    return page


def reading(text: str, words: list) -> str:
    """The text as HTML, in which each word knows when it is spoken."""
    parts, end = [], 0
    for word in words:
        first, last = word.span
        said = f'<span data-start="{word.start:.3f}" data-end="{word.end:.3f}">{html.escape(text[first:last])}</span>'
        parts += [html.escape(text[end:first]), said]
        end = last
    return "".join([*parts, html.escape(text[end:])])


def sound(audio: np.ndarray, rate: int) -> tuple[int, np.ndarray]:
    return rate, (np.clip(audio, -1, 1) * 32_767).astype(np.int16)


def voices_beside() -> list[str]:
    """Folders of voices beside this file, as a Space has them, or else the voice of the repository."""
    found = [str(file.parent) for file in sorted(HERE.glob("*/processor_config.json"))]
    return found or [str(HERE.parent / "voices" / "bilingual")]


if __name__ == "__main__":
    build(sys.argv[1:] or voices_beside()).launch()
