"""A page for a Space of the Hub, or for this machine: speak a text, and see why it is said so.

It needs `pip install gradio "transformers-tts-gan[torch]"`; `python examples/space/app.py` takes the folders or ids of
voices.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import gradio as gr
import numpy as np

from transformers_tts_gan import TTSGanPipeline, write_subtitles
from transformers_tts_gan.text import explain


TEXTS = [["Good morning. The train to the coast leaves at 9:45."], ["今天天气很好，我们去公园吧。"]]
STREAMS = shutil.which("ffmpeg") is not None  # Gradio needs it for sound that plays while it is made; Spaces have it


def build(folders: list[str]) -> gr.Blocks:
    """The page of some voices, in folders or on the Hub."""
    pipelines = {Path(folder).name: TTSGanPipeline.from_pretrained(folder) for folder in folders}
    speakers = [f"{name}/{each}" for name, pipe in pipelines.items() for each in pipe.processor.speakers]

    def speak(text: str, voice: str, rate: float, pitch: float):
        name, _, speaker = voice.partition("/")
        chunks = []
        try:
            for chunk in pipelines[name].stream(text, speaker=speaker, speaking_rate=rate, pitch_shift=pitch):
                chunks.append(chunk)
                yield (sound(chunk.audio, chunk.sampling_rate) if STREAMS else gr.skip()), gr.skip()
        except ValueError as error:
            raise gr.Error(str(error)) from error
        whole = sound(np.concatenate([each.audio for each in chunks]), chunks[0].sampling_rate)
        words = [word for each in chunks for word in each.words]
        path = write_subtitles(Path(tempfile.mkdtemp(), "speech.srt"), text, words)
        yield (gr.skip() if STREAMS else whole), str(path)

    def why(text: str, voice: str) -> str:
        return explain(text, pipelines[voice.partition("/")[0]].processor.languages[0])

    with gr.Blocks(title="transformers_tts_gan") as page:
        inputs = [gr.Textbox(TEXTS[0][0], label="Text, plain or SSML"), gr.Dropdown(speakers, label="Voice")]
        controls = [gr.Slider(0.5, 2, 1, label="Speaking rate"), gr.Slider(-6, 6, 0, label="Pitch, semitones")]
        outputs = [gr.Audio(label="Speech", streaming=STREAMS, autoplay=True), gr.File(label="Subtitles")]
        gr.Button("Speak", variant="primary").click(speak, inputs + controls, outputs)
        gr.Button("Why is it said so?").click(why, inputs, gr.Code(label="Words and phones", language=None))
        gr.Examples(TEXTS, inputs[0])
    return page


def sound(audio: np.ndarray, rate: int) -> tuple[int, np.ndarray]:
    return rate, (np.clip(audio, -1, 1) * 32_767).astype(np.int16)


if __name__ == "__main__":
    build(sys.argv[1:] or ["examples/voices/bilingual"]).launch()
