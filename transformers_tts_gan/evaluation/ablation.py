"""An ablation: train each variant of a model with every seed for the same minutes, evaluate them, compare.

Enter: [`AblationArguments`] with a YAML file: the question, what is trained, the arguments of all variants and those
of each. Leave: the scores of each variant and `results.json`, `results.md` and the picture `results.svg` in the output
folder. Variants of one seed train side by side, one core each, so that other work on the machine slows all of them
alike. What is finished is not done again.
"""

import json
import os
import platform
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors import safe_open
from tqdm.auto import tqdm
from transformers import AutoConfig, AutoModel, AutoTokenizer

from ..audio.io import read_audio
from ..audio.loudness import normalize_loudness
from ..data.load import load_speech
from ..metrics.asr import Recognizer, find_problem, load_recognizer, transcribe
from ..metrics.error_rates import count_errors
from ..metrics.mos import MosPredictor
from ..metrics.speaker import SpeakerEncoder
from ..models.base_vocoder import load_vocoder
from ..models.losses import multi_resolution_mel_loss
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..utils.markdown import markdown_table
from .ablation_report import SCORE_NAMES, Interval, Scores, difference, draw, interval, scores_by_name, show
from .evaluate import Measures
from .run import evenly_spread, if_installed
from .systems import CopySynthesis, TextToSpeech, synthesize


COMMAND = "import sys; from transformers_tts_gan.cli.main import main; main(sys.argv[1:])"  # in a process of its own


@dataclass
class AblationArguments:
    """What is trained and evaluated.

    Args:
        experiment: YAML file.
        output: Where the variants and results go, by default `outputs/NAME`.
        minutes: Of training of each variant, instead of the file's.
        seeds: Instead of the file's.
        at_once: Number of variants that train at the same time.
        recognizer: Folder or Hub id; without one there is no word error rate.
        limit: Number of held-out sentences, evenly spread.
        vocoder: The vocoder of all voices in the evaluation, instead of their own.

    Example:

    ```python
    arguments = AblationArguments("examples/experiments/text_encoder.yaml", recognizer="whisper-base")
    ```
    """

    experiment: str = field(metadata={"help": "YAML file."})
    output: str | None = field(
        default=None, metadata={"help": "Where the variants and results go. Default: outputs/NAME."}
    )
    minutes: float | None = field(
        default=None, metadata={"help": "Minutes of training of each variant, instead of the file's."}
    )
    seeds: list[int] | None = field(default=None, metadata={"help": "Seeds, instead of the file's."})
    at_once: int = field(default=os.cpu_count() or 1, metadata={"help": "Variants that train at the same time."})
    recognizer: str | None = field(
        default=None, metadata={"help": "Folder or Hub id of a recognizer. Without one there is no word error rate."}
    )
    limit: int = field(default=40, metadata={"help": "Held-out sentences, evenly spread."})
    vocoder: str | None = field(
        default=None, metadata={"help": "Vocoder of all voices in the evaluation, instead of their own."}
    )

    @property
    def folder(self) -> Path:
        """Where the variants and results go."""
        return Path(self.output) if self.output else Path("outputs", Path(self.experiment).stem)


def run_ablation(arguments: AblationArguments) -> str:
    """Train and evaluate all variants, and write the results; returns the table.

    Args:
        arguments: What is trained and evaluated.

    Raises:
        RuntimeError: A variant could not be trained; the message names its log.
        FileNotFoundError: There is no such file, corpus or recognizer.
        ImportError: There is a recognizer, and the extra `eval` is not installed. The score of a predictor that is not
            installed is left out with a warning.

    Example:

    ```python
    print(run_ablation(AblationArguments("examples/experiments/text_encoder.yaml", recognizer="whisper-base")))
    ```
    """
    torch.set_num_threads(1)
    experiment = yaml.safe_load(Path(arguments.experiment).read_text(encoding="utf-8"))
    parents = {name: arguments.folder / name for name in experiment.get("parents", {})}
    for name, folder in parents.items():
        make_parent(folder, dict(experiment["parents"][name]))
    jobs = {}
    for seed in arguments.seeds or experiment["seeds"]:
        for variant in experiment["variants"]:
            folder = arguments.folder / re.sub(r"\W+", "_", f"{variant} {seed}")
            jobs[variant, seed] = folder, variant_arguments(experiment, variant, seed, arguments.minutes)
    with ThreadPoolExecutor(arguments.at_once) as pool:
        trained = [pool.submit(train, folder, experiment["train"], run, parents) for folder, run in jobs.values()]
        for each in tqdm(trained, desc="Training", disable=None):
            each.result()
    scorer = Scorer(experiment, arguments)
    found: dict[str, dict[int, Scores]] = {}
    steps: dict[str, list[int]] = {}
    for (variant, seed), (folder, _) in tqdm(jobs.items(), desc="Evaluating", disable=None):
        name = label(experiment, variant, arguments.minutes)
        found.setdefault(name, {})[seed] = scorer(folder)
        steps.setdefault(name, []).append(trained_steps(folder))
    return report(found, experiment, arguments, {name: round(np.mean(each)) for name, each in steps.items()})


def make_parent(folder: Path, run: dict) -> None:
    """Make what variants start from: something trained, or `untrained`, a known model with new weights."""
    if "untrained" not in run:
        train(folder, run.pop("train"), run | {"seed": 0}, {})
    elif not folder.is_dir():
        torch.manual_seed(0)
        AutoModel.from_config(AutoConfig.from_pretrained(run["untrained"])).save_pretrained(folder)
        AutoTokenizer.from_pretrained(run["untrained"]).save_pretrained(folder)


def variant_arguments(experiment: dict, variant: str, seed: int, minutes: float | None) -> dict:
    """The arguments of a variant; it may have minutes of its own, in proportion to those of the experiment."""
    run = {**experiment["arguments"], **experiment["variants"][variant], "seed": seed}
    own = run.pop("minutes", experiment["minutes"])
    return run | {"minutes": own if minutes is None else own * minutes / experiment["minutes"]}


def train(folder: Path, kind: str, run: dict, parents: dict[str, Path]) -> None:
    """Train one variant in a process of its own, on one core; what it prints goes to `log.txt` beside its weights.

    Args:
        folder: To write.
        kind: `voice` or `vocoder`.
        run: The arguments of the training.
        parents: Folders of the models that variants start from, by name.
    """
    if (folder / "model.safetensors").is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    recipe = {name: str(parents[value[1:-1]]) if is_parent(value) else value for name, value in run.items()}
    recipe |= {
        "max_train_minutes": recipe.pop("minutes"),
        "output_dir": str(folder),
        "cpu_threads": 1,
        "eval_split": None,
        "save_strategy": "no",
        "report_to": "none",
        "bf16": True,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    with (folder / "log.txt").open("w") as log:
        words = ["train", *(["vocoder"] if kind == "vocoder" else []), str(folder / "recipe.yaml")]
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *words], stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
    if done.returncode:
        raise RuntimeError(f"`{folder}` could not be trained: see `{folder / 'log.txt'}`.")


def is_parent(value) -> bool:
    """Whether an argument is the folder of a parent, `{name}`."""
    return isinstance(value, str) and value.startswith("{")


def trained_steps(folder: Path) -> int:
    """How many steps a variant took."""
    return json.loads((folder / "trainer_state.json").read_text())["global_step"]


class Scorer:
    """The scores of a variant by sentence; the weight of a rate is its number of words."""

    def __init__(self, experiment: dict, arguments: AblationArguments):
        self.rows = evenly_spread(list(load_speech(experiment["held_out"], split="test")), arguments.limit)
        self.language = experiment["arguments"].get("language", "en")
        self.recognizer: Recognizer | None = None
        if arguments.recognizer:
            self.recognizer = load_recognizer(arguments.recognizer, self.language)
        self.mos, self.speakers = if_installed(MosPredictor, "cpu"), if_installed(SpeakerEncoder, "cpu")
        self.vocoder = arguments.vocoder

    def __call__(self, folder: Path) -> Scores:
        known = folder / "scores.json"
        if known.is_file():
            return json.loads(known.read_text())
        with safe_open(folder / "model.safetensors", "pt") as weights:
            speaks = any(name.startswith("acoustic.") for name in weights.keys())
        system, rate = self.voice(folder) if speaks else self.vocoder_alone(folder)
        scores = [self.score(row, system, rate, speaks) for row in self.rows]
        known.write_text(json.dumps(scores))
        return scores

    def voice(self, folder: Path) -> tuple[TextToSpeech, int]:
        """A voice, and its sampling rate."""
        model: Any = TTSGanModel.from_pretrained(folder).eval()
        processor = TTSGanProcessor.from_pretrained(folder)
        if self.vocoder is not None:
            model.vocoder = load_vocoder(self.vocoder).eval()
        return TextToSpeech(model, processor, self.language), processor.sampling_rate

    def vocoder_alone(self, folder: Path) -> tuple[CopySynthesis, int]:
        """A vocoder, and its sampling rate."""
        vocoder: Any = load_vocoder(str(folder)).eval()
        return CopySynthesis(vocoder), vocoder.config.sampling_rate

    def score(self, row: dict, system, rate: int, speaks: bool) -> dict[str, tuple[float, float]]:
        """The scores of one sentence."""
        recording = normalize_loudness(read_audio(row["audio"], rate))
        speech = synthesize(system, row, recording)
        wave, problem = speech.waveform, speech.problem or find_problem(speech.waveform)
        measures = Measures(recording, self.mos, self.speakers, rate)
        scores = measures.predicted_mos(wave, problem) | measures.distances(wave, problem)
        if not speaks and not problem:
            size = min(len(wave), len(recording))
            made, real = (torch.from_numpy(each[:size])[None] for each in (wave, recording))
            scores["mel_distance"] = multi_resolution_mel_loss(made, real, rate).item()
        found: dict[str, tuple[float, float]] = {name: (scores[name], 1) for name in SCORE_NAMES if name in scores}
        if self.recognizer is not None:
            transcript = "" if problem else transcribe(self.recognizer, wave, rate).text
            errors, length = count_errors(row["text"], transcript, "word", self.language)
            found["wer"] = (errors / length, length)
        return found


def report(found: dict, experiment: dict, arguments: AblationArguments, steps: dict[str, int]) -> str:
    """Write the results; returns the table."""
    variants = list(found)
    tables = {variant: scores_by_name(list(found[variant].values())) for variant in variants}
    names = [name for name in SCORE_NAMES if name in tables[variants[0]]]
    rows = [["", "steps", *(SCORE_NAMES[name] for name in names)]]
    results: dict[str, dict] = {}
    means: dict[str, dict[str, Interval]] = {}
    for variant in variants:
        mean = {name: interval(*tables[variant][name]) for name in names}
        less = {name: difference(tables[variant][name], tables[variants[0]][name]) for name in names}
        means[variant] = mean
        results[variant] = {"steps": steps[variant], "mean": mean, "difference": less}
        rows.append([variant, str(steps[variant]), *(show(mean[name]) for name in names)])
        if variant != variants[0]:
            rows.append([f"less `{variants[0]}`", "", *(show(less[name], "+") for name in names)])
    seeds = list(found[variants[0]])
    text = (
        f"# {experiment['question']}\n\n{time.strftime('%Y-%m-%d')}, {platform.machine()}, one core for each variant, "
        f"torch {torch.__version__}; {arguments.minutes or experiment['minutes']:g} minutes of training, "
        f"seeds {seeds}, "
        f"{len(next(iter(found[variants[0]].values())))} held-out sentences.\n\n{markdown_table(rows)}\n"
    )
    (arguments.folder / "results.json").write_text(
        json.dumps({"settings": asdict(arguments), "variants": results}, indent=1) + "\n"
    )
    (arguments.folder / "results.md").write_text(text, encoding="utf-8")
    if find_spec("matplotlib") is not None:
        draw(means, arguments.folder / "results.svg")
    return text


def label(experiment: dict, variant: str, minutes: float | None) -> str:
    """The name of a variant in the table: with its minutes, if it has minutes of its own."""
    if "minutes" not in experiment["variants"][variant]:
        return variant
    return f"{variant}, {variant_arguments(experiment, variant, 0, minutes)['minutes']:g} minutes"
