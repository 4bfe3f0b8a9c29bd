r"""Let Kokoro plan the durations and the melody of sentences, without making sound: a corpus for prosody experiments.

    python benchmarks/teacher_prosody.py sentences.tsv --kokoro models/kokoro --symbols plbert \
        --output outputs/prosody_encoder

Each line of the file is `split<TAB>sentence`, with `train` or `test`. Kokoro's ONNX graph is cut where its durations,
F0 and energy leave for its decoder, a tenth of the work of speaking. It reads the phones of our own frontend, so that
nothing has to be aligned. Silence at the edges of words, which Kokoro counts to their phones, is given to the gap
between them. Writes `corpus.pt`, which `examples/experiments/run_ablation.py` takes in place of measured recordings.
Needs the extra `onnx-export`.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from tqdm.auto import tqdm

from transformers_tts_gan import TTSGanProcessor, load_text_tokenizer
from transformers_tts_gan.models.prosody import measure_prosody
from transformers_tts_gan.text.phoneset import BOUNDARY, PAUSES


OUTPUTS = ("/encoder/Clip_output_0", "/encoder/F0_proj/Conv_output_0", "/encoder/N_proj/Conv_output_0")
STYLES = (510, 1, 256)  # of a voice, one for each number of symbols
FRAMES_PER_UNIT = 2  # of 12.5 ms in one unit of Kokoro's durations
LOWEST_F0 = 60.0  # Hz; below is no voice
SILENCE_LEVEL = -1.5  # of Kokoro's energy
LEVEL_SCALE = 1 / 8  # to about the range of a mel frame's level


class Kokoro:
    """Durations, F0 and energy of symbols, from the graph of a Kokoro voice."""

    def __init__(self, folder: Path, voice: str, threads: int):
        with tempfile.TemporaryDirectory() as scratch:
            cut = str(Path(scratch, "cut.onnx"))
            names = (["input_ids", "style", "speed"], list(OUTPUTS))
            onnx.utils.extract_model(str(folder / "model.onnx"), cut, *names, check_model=False)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            self.session = onnxruntime.InferenceSession(cut, options, providers=["CPUExecutionProvider"])
        self.styles = np.fromfile(folder / "voices" / f"{voice}.bin", dtype=np.float32).reshape(STYLES)

    def __call__(self, symbols: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Frames of each symbol `(N,)`, F0 `(F,)` in Hz and energy `(F,)`."""
        inputs = {"input_ids": np.array([symbols]), "style": self.styles[len(symbols) - 2]}
        found = self.session.run(None, {**inputs, "speed": np.ones(1, np.float32)})
        units, f0, energy = (values.reshape(-1) for values in found)
        return units.astype(int) * FRAMES_PER_UNIT, np.where(f0 >= LOWEST_F0, f0, 0), energy


def gaps_with_silence(durations: np.ndarray, gaps: list[bool], silent: np.ndarray) -> np.ndarray:
    """Durations `(T,)` in which the gaps have the silent frames beside them; each phone keeps one frame."""
    durations = durations.copy()
    for place in np.flatnonzero(gaps):
        if 0 < place < len(durations) - 1:
            start = durations[:place].sum()
            end = start + durations[place]
            while durations[place - 1] > 1 and silent[start - 1]:
                start -= 1
                durations[place - 1] -= 1
            while durations[place + 1] > 1 and end < len(silent) and silent[end]:
                end += 1
                durations[place + 1] -= 1
            durations[place] = end - start
    return durations


def row_of(text: str, processor: TTSGanProcessor, teacher: Kokoro) -> dict:
    """A row as `recorded_prosody` makes it."""
    encoded = processor.encode(text, "en")
    symbols, spans = encoded["text_input_ids"], list(encoded["token_spans"])
    spans[0], spans[-1] = (0, 1), (len(symbols) - 1, len(symbols))
    units, f0, energy = teacher(symbols)
    durations = np.array([units[first:last].sum() for first, last in spans])
    if durations.sum() != units.sum():
        raise ValueError(f"`{text}` has symbols that belong to no phone.")
    names = processor.tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    gaps = [name == BOUNDARY or name in PAUSES for name in names]
    durations = gaps_with_silence(durations, gaps, (f0 == 0) & (energy < SILENCE_LEVEL))
    tensors = (torch.from_numpy(each)[None] for each in (durations, f0, energy * np.float32(LEVEL_SCALE)))
    measured = {name: value[0].clone() for name, value in vars(measure_prosody(*tensors)).items()}
    return {"text": text, "input_ids": encoded["input_ids"], "speaker_id": 0, "language_id": 0, **measured}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, help="File of `split<TAB>sentence` lines.")
    parser.add_argument("--kokoro", type=Path, required=True, help="Folder with model.onnx and voices/NAME.bin.")
    parser.add_argument(
        "--symbols", required=True, help="Folder with Kokoro's phonemes.json, such as that of PL-BERT."
    )
    parser.add_argument("--speaker", default="af_heart", help="Kokoro's voice.")
    parser.add_argument("--voice", default="examples/voices/bilingual", help="Voice whose phones are used.")
    parser.add_argument("--output", type=Path, required=True, help="Folder for corpus.pt.")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    processor = TTSGanProcessor.from_pretrained(arguments.voice)
    processor.text_tokenizer, processor.text_level = load_text_tokenizer(arguments.symbols)
    teacher = Kokoro(arguments.kokoro, arguments.speaker, arguments.threads)
    lines = arguments.sentences.read_text(encoding="utf-8").splitlines()
    rows: dict[str, list[dict]] = {"train": [], "eval": []}
    for line in tqdm(lines, desc="Planning prosody"):
        split, text = line.split("\t")
        part = rows["train" if split == "train" else "eval"]
        part.append({"number": len(part), **row_of(text, processor, teacher)})
    arguments.output.mkdir(parents=True, exist_ok=True)
    torch.save({"rows": rows, "speakers": [arguments.speaker]}, arguments.output / "corpus.pt")
    print(f"{len(rows['train'])} sentences to train on, {len(rows['eval'])} held out")


if __name__ == "__main__":
    main()
