"""Run an experiment: train each of its arms with every seed for the same minutes, judge them, compare.

    python examples/experiments/compare_arms.py examples/experiments/text_encoder.yaml --recognizer whisper-base
    python examples/experiments/compare_arms.py examples/experiments/discriminators.yaml --minutes 60 --seeds 0 1 2 3 4

The YAML file holds what is asked, the script that trains, the arguments of all arms and those of each. Arms of one
seed train side by side, one core each, so that other work on the machine slows all of them alike. What is finished is
not done again. Voices say held-out sentences, vocoders rebuild held-out recordings; a table gives the means over seeds
and sentences, their 95 % intervals (bootstrap over both), and the difference to the first arm, seed by seed and
sentence by sentence. Writes `results.json`, `results.md` and, where matplotlib is installed, the picture `results.svg`
into OUTPUT.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors import safe_open
from tqdm.auto import tqdm
from transformers import AutoConfig, AutoModel, AutoTokenizer

from transformers_tts_gan import TTSGanModel, TTSGanProcessor, TTSGanVocoder, load_speech
from transformers_tts_gan.audio.io import read_audio
from transformers_tts_gan.audio.loudness import normalize_loudness
from transformers_tts_gan.evaluation.evaluate import Measures
from transformers_tts_gan.evaluation.systems import TextToSpeech, synthesize, to_numpy
from transformers_tts_gan.metrics.asr import Recognizer, find_problem, load_recognizer, transcribe
from transformers_tts_gan.metrics.error_rates import count_errors
from transformers_tts_gan.metrics.mos import MosPredictor
from transformers_tts_gan.metrics.speaker import SpeakerEncoder
from transformers_tts_gan.models.losses import multi_resolution_mel_loss
from transformers_tts_gan.utils.markdown import markdown_table


SCRIPTS = Path(__file__).parents[1]
NAMES = {
    "wer": "word error rate",
    "mos": "predicted MOS",
    "mcd": "mel-cepstral distortion, dB",
    "f0_rmse": "F0 error, cents",
    "mel_distance": "mel distance",
    "speaker_similarity": "speaker similarity",
}
DRAWS = 2_000  # of the bootstrap


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", type=Path, help="YAML file")
    parser.add_argument("--output", type=Path, help="where the arms and results go (default: outputs/NAME)")
    parser.add_argument("--minutes", type=float, help="of training of each arm, instead of the file's")
    parser.add_argument("--seeds", type=int, nargs="+", help="instead of the file's")
    parser.add_argument("--at_once", type=int, default=os.cpu_count(), help="arms that train at the same time")
    parser.add_argument("--recognizer", help="folder or Hub id of what hears the words; without one nothing does")
    parser.add_argument("--limit", type=int, default=40, help="held-out sentences, evenly spread")
    parser.add_argument("--vocoder", help="judge voices through this vocoder instead of their own")
    args = parser.parse_args(arguments)
    args.output = args.output or Path("outputs", args.experiment.stem)
    return args


def main(arguments: list[str] | None = None) -> None:
    args = parse_arguments(arguments)
    torch.set_num_threads(1)
    experiment = yaml.safe_load(args.experiment.read_text(encoding="utf-8"))
    seeds = args.seeds or experiment["seeds"]
    parents = {name: args.output / name for name in experiment.get("parents", {})}
    for name, folder in parents.items():
        make_parent(folder, dict(experiment["parents"][name]))
    jobs = {}
    for seed in seeds:
        for arm in experiment["arms"]:
            folder = args.output / re.sub(r"\W+", "_", f"{arm} {seed}")
            jobs[arm, seed] = folder, arm_arguments(experiment, arm, seed, args.minutes)
    with ThreadPoolExecutor(args.at_once) as pool:
        done = [pool.submit(train, folder, experiment["script"], run, parents) for folder, run in jobs.values()]
        for each in tqdm(done, desc="Training", disable=None):
            each.result()
    judge = Judge(experiment, args)
    found, taken = {}, {}
    for (arm, seed), (folder, _) in tqdm(jobs.items(), desc="Judging", disable=None):
        name = label(experiment, arm, args.minutes)
        found.setdefault(name, {})[seed] = judge(folder)
        taken.setdefault(name, []).append(steps(folder))
    report(found, experiment, args, {name: round(np.mean(each)) for name, each in taken.items()})


def make_parent(folder: Path, run: dict) -> None:
    """What arms start from: something trained, or `untrained`, a model as it is with new weights."""
    if "untrained" not in run:
        train(folder, run.pop("script"), run | {"seed": 0}, {})
    elif not folder.is_dir():
        torch.manual_seed(0)
        AutoModel.from_config(AutoConfig.from_pretrained(run["untrained"])).save_pretrained(folder)
        AutoTokenizer.from_pretrained(run["untrained"]).save_pretrained(folder)


def arm_arguments(experiment: dict, arm: str, seed: int, minutes: float | None) -> dict:
    """What `arm` is trained with; an arm may have minutes of its own, in proportion to those of the experiment."""
    run = {**experiment["arguments"], **experiment["arms"][arm], "seed": seed}
    own = run.pop("minutes", experiment["minutes"])
    return run | {"minutes": own if minutes is None else own * minutes / experiment["minutes"]}


def train(folder: Path, script: str, run: dict, parents: dict[str, Path]) -> None:
    """One arm in a process of its own, on one core; what it prints goes to `log.txt` beside its weights."""
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
        command = [sys.executable, str(SCRIPTS / script), str(folder / "recipe.yaml")]
        done = subprocess.run(command, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if done.returncode:
        raise SystemExit(f"`{folder}` could not be trained: see `{folder / 'log.txt'}`.")


def is_parent(value) -> bool:
    """Whether an argument is the folder of a parent, `{name}`."""
    return isinstance(value, str) and value.startswith("{")


def steps(folder: Path) -> int:
    """How many steps an arm took."""
    return json.loads((folder / "trainer_state.json").read_text())["global_step"]


class Judge:
    """Scores of an arm by sentence: `[{name: (value, weight)}, ...]`; a rate's weight is its number of words."""

    def __init__(self, experiment: dict, args: argparse.Namespace):
        rows = list(load_speech(experiment["held_out"], split="test"))
        count = min(args.limit, len(rows))
        self.rows = [rows[number * len(rows) // count] for number in range(count)]
        self.language = experiment["arguments"].get("language", "en")
        self.recognizer: Recognizer | None = None
        if args.recognizer:
            self.recognizer = load_recognizer(args.recognizer, self.language)
        self.mos, self.speakers, self.vocoder = MosPredictor(), SpeakerEncoder(), args.vocoder

    def __call__(self, folder: Path) -> list[dict[str, tuple[float, float]]]:
        known = folder / "scores.json"
        if known.is_file():
            return json.loads(known.read_text())
        with safe_open(folder / "model.safetensors", "pt") as weights:
            speaks = any(name.startswith("acoustic.") for name in weights.keys())
        say, rate = self.voice(folder) if speaks else self.copy(folder)
        scores = [self.score(row, say, rate, speaks) for row in self.rows]
        known.write_text(json.dumps(scores))
        return scores

    def voice(self, folder: Path):
        """A function that says a row, and its sampling rate."""
        model, processor = TTSGanModel.from_pretrained(folder).eval(), TTSGanProcessor.from_pretrained(folder)
        if self.vocoder is not None:
            model.vocoder = TTSGanVocoder.from_pretrained(self.vocoder).eval()
        tts = TextToSpeech(model, processor, self.language)

        def say(row: dict, recording: np.ndarray) -> tuple[np.ndarray, str]:
            speech = synthesize(tts, row, recording)
            return speech.waveform, speech.problem

        return say, processor.sampling_rate

    def copy(self, folder: Path):
        """A function that rebuilds a recording, and its sampling rate."""
        vocoder = TTSGanVocoder.from_pretrained(folder).eval()

        @torch.inference_mode()
        def rebuild(row: dict, recording: np.ndarray) -> tuple[np.ndarray, str]:
            return to_numpy(vocoder(vocoder.log_mel(torch.from_numpy(recording)[None])).waveform[0]), ""

        return rebuild, vocoder.config.sampling_rate

    def score(self, row: dict, say, rate: int, speaks: bool) -> dict[str, tuple[float, float]]:
        recording = normalize_loudness(read_audio(row["audio"], rate))
        wave, problem = say(row, recording)
        problem = problem or find_problem(wave)
        measures = Measures(recording, self.mos, self.speakers, rate)
        scores = measures.predicted_mos(wave, problem) | measures.distances(wave, problem)
        if not speaks and not problem:
            size = min(len(wave), len(recording))
            pair = (torch.from_numpy(each[:size])[None] for each in (wave, recording))
            scores["mel_distance"] = multi_resolution_mel_loss(*pair, rate).item()
        found = {name: (scores[name], 1) for name in NAMES if name in scores}
        if self.recognizer is not None:
            heard = "" if problem else transcribe(self.recognizer, wave, rate)[0]
            errors, length = count_errors(row["text"], heard, "word", self.language)
            found["wer"] = (errors / length, length)
        return found


def report(found: dict, experiment: dict, args: argparse.Namespace, taken: dict[str, int]) -> None:
    """Print and write the table."""
    arms = list(found)
    tables = {arm: scores_by_name(list(found[arm].values())) for arm in arms}
    names = [name for name in NAMES if name in tables[arms[0]]]
    rows = [["", "steps", *(NAMES[name] for name in names)]]
    results = {}
    for arm in arms:
        mean = {name: interval(*tables[arm][name]) for name in names}
        less = {name: difference(tables[arm][name], tables[arms[0]][name]) for name in names}
        results[arm] = {"steps": taken[arm], "mean": mean, "difference": less}
        rows.append([arm, str(taken[arm]), *(show(mean[name]) for name in names)])
        if arm != arms[0]:
            rows.append([f"less `{arms[0]}`", "", *(show(less[name], "+") for name in names)])
    seeds = list(found[arms[0]])
    text = (
        f"# {experiment['question']}\n\n{time.strftime('%Y-%m-%d')}, {platform.machine()}, one core for each arm, "
        f"torch {torch.__version__}; {args.minutes or experiment['minutes']:g} minutes of training, seeds {seeds}, "
        f"{len(next(iter(found[arms[0]].values())))} held-out sentences.\n\n{markdown_table(rows)}\n"
    )
    settings = {key: str(value) if isinstance(value, Path) else value for key, value in vars(args).items()}
    (args.output / "results.json").write_text(json.dumps({"settings": settings, "arms": results}, indent=1) + "\n")
    (args.output / "results.md").write_text(text, encoding="utf-8")
    if find_spec("matplotlib") is not None:
        draw({arm: result["mean"] for arm, result in results.items()}, args.output / "results.svg")
    print(text)


def label(experiment: dict, arm: str, minutes: float | None) -> str:
    """How the table calls an arm: with its minutes, where it has minutes of its own."""
    if "minutes" not in experiment["arms"][arm]:
        return arm
    return f"{arm}, {arm_arguments(experiment, arm, 0, minutes)['minutes']:g} minutes"


def draw(means: dict[str, dict[str, tuple[float, float, float]]], file: Path) -> None:
    """Every score in a panel of its own: the means of all arms and their intervals, and a line at the first arm's."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    arms, names = list(means), list(next(iter(means.values())))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "arms", "font.size": 8}):
        figure = Figure(figsize=(1.5 + 1.9 * len(names), 0.7 + 0.25 * len(arms)), layout="constrained")
        panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
        for panel, name in zip(panels, names, strict=True):
            values, low, high = np.array([means[arm][name] for arm in arms]).T
            bars = np.stack([values - low, high - values]).clip(min=0)
            panel.errorbar(values, range(len(arms)), xerr=bars, fmt="o", markersize=4, capsize=2, color="#1f5fa8")
            panel.axvline(values[0], linewidth=0.8, linestyle=":", color="gray")
            panel.set_title(NAMES[name], fontsize=8)
        panels[0].set_yticks(range(len(arms)), arms)
        panels[0].set_ylim(len(arms) - 0.5, -0.5)
        figure.savefig(file, metadata={"Date": None})


def scores_by_name(by_seed: list[list[dict]]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By name, values and weights `(seeds, sentences)`; a sentence without the score weighs nothing."""
    names = {name for scores in by_seed for sentence in scores for name in sentence}
    pairs = {
        name: np.array([[sentence.get(name, (0.0, 0.0)) for sentence in scores] for scores in by_seed])
        for name in names
    }
    return {name: (pair[..., 0], pair[..., 1]) for name, pair in pairs.items()}


def interval(values: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    """The weighted mean of `(seeds, sentences)` and its 95 % interval, drawing seeds and sentences anew."""
    seeds, sentences = draws(*values.shape)
    drawn = values[seeds[:, :, None], sentences[:, None]], weights[seeds[:, :, None], sentences[:, None]]
    means = (drawn[0] * drawn[1]).sum((1, 2)) / drawn[1].sum((1, 2)).clip(min=1e-9)
    return float((values * weights).sum() / weights.sum()), *np.quantile(means, [0.025, 0.975]).tolist()


def difference(one: tuple, other: tuple) -> tuple[float, float, float]:
    """How much more `one` has than `other`: of the sentences that both have, under the same seed."""
    weights = np.minimum(one[1], other[1])
    return interval(one[0] - other[0], weights)


def draws(seeds: int, sentences: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.integers(seeds, size=(DRAWS, seeds)), generator.integers(sentences, size=(DRAWS, sentences))


def show(found: tuple[float, float, float], sign: str = "") -> str:
    digits = 0 if abs(found[1]) > 20 else 2 if abs(found[0]) >= 1 and not sign else 3
    return "{0:{3}.{4}f} [{1:{3}.{4}f}, {2:{3}.{4}f}]".format(*found, sign, digits)


if __name__ == "__main__":
    main()
