"""What a card can tell only by letting the voice speak: a sound for each language, and how long speech takes to make.

A voice that cannot speak (not trained yet, or fallen silent) is no reason to lose the card at the end of a training:
what fails is logged and left out.
"""

import logging
import platform
import re
import shutil
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from transformers import VitsModel

from ..audio.io import write_audio
from ..audio.waveform import SILENCE_PEAK
from ..inference.synthesize import synthesize_row
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..text.languages import find as find_language


logger = logging.getLogger(__name__)

FOLDER = "samples"
LENGTHS = (1.0, 10.0)  # seconds of speech that the speed is measured with
PHONES_PER_SECOND = 12
REPEATS, MAX_SECONDS = 5, 2.0  # whichever ends the measuring of one length first


def example_texts(processor: TTSGanProcessor, *datasets) -> dict[str, str]:
    """A sentence to say in each language of the voice: one of ours, else the first prepared row in that language."""
    texts = {}
    for number, language in enumerate(processor.languages):
        text = find_language(language).sample or None
        for dataset in datasets:
            if text is None and {"text", "language_id"} <= set(getattr(dataset, "column_names", None) or ()):
                rows = dataset.select_columns(["text", "language_id"])
                text = next((str(row["text"]) for row in rows if row["language_id"] == number), None)
        if text is not None:
            texts[language] = text
    return texts


def write_samples(model: TTSGanModel | VitsModel, processor, texts: dict[str, str], folder: Path) -> list[str]:
    """Let the voice say each text of `texts` (by language) into `folder/samples/LANGUAGE.wav`.

    Returns:
        The languages of the files written; samples of an earlier card are removed.
    """
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    written = []
    for language, text in texts.items():
        try:
            wave = synthesize_row(model, processor, {"text": text, "language": language}).waveform
            if not np.isfinite(wave).all() or np.abs(wave).max(initial=0) < SILENCE_PEAK:
                raise ValueError("the waveform is silent")
            write_audio(folder / FOLDER / f"{language}.wav", wave, processor.sampling_rate)
            written.append(language)
        except Exception as error:  # hours of training lie behind us: whatever it is, the card comes first
            logger.warning("No sample of language `%s` on the model card: %s.", language, error)
    return written


def measure_speed(
    model: TTSGanModel, processor: TTSGanProcessor, texts: dict[str, str]
) -> list[tuple[float, float, int]]:
    """For 1 s and 10 s of speech: seconds of sound, median seconds that making it took from the text, repeats.

    A `VitsModel` takes no durations, so the length of its speech cannot be chosen: it is not measured.
    """
    if isinstance(model, VitsModel):
        return []
    for language, text in texts.items():
        try:
            return [time_speech(model, processor, text, language, seconds) for seconds in LENGTHS]
        except Exception as error:  # as above
            logger.warning("No speeds on the model card: %s.", error)
            break
    return []


@torch.inference_mode()
def time_speech(
    model: TTSGanModel, processor: TTSGanProcessor, text: str, language: str, seconds: float
) -> tuple[float, float, int]:
    """Say `text` as often as fits into so many seconds, the durations of its phones fixed to just these."""
    phones = processor(text, language=language)["input_ids"].shape[1]
    text = " ".join([text] * max(1, round(seconds * PHONES_PER_SECOND / phones)))
    frames = round(seconds * model.config.sampling_rate / model.config.hop_length)
    spent = []
    for repeat in range(REPEATS + 1):
        start = time.perf_counter()
        inputs = processor(text, language=language)
        phones = inputs["input_ids"].shape[1]
        durations = torch.full((1, phones), frames // phones)
        durations[:, : frames % phones] += 1
        output = model(**inputs.to(model.device), durations=durations.to(model.device))
        output.waveform.cpu()  # wait for the device
        if repeat:  # the first is to warm up
            spent.append(time.perf_counter() - start)
        if sum(spent) > MAX_SECONDS:
            break
    return frames * model.config.hop_length / model.config.sampling_rate, statistics.median(spent), len(spent)


def machine(device: torch.device | str = "cpu") -> str:
    """What computes on `device`, in words: the GPU, or the CPU and the threads that PyTorch uses of it."""
    device = torch.device(device)
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    cpu, info = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if info.is_file() and (named := re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)):
        cpu = named[1]
    threads = torch.get_num_threads()
    return f"{device.type if device.type != 'cpu' else cpu}, {threads} thread{'s' * (threads > 1)}"
