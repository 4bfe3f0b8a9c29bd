"""Which text encoder helps the prosody, with how much data: train prosody models and compare them on held-out speech.

Enter: a YAML file with the corpus, the numbers of sentences, the seeds and the variants. Leave: `results.json`,
`results.md` and `results.svg` in the output folder. What is finished is not done again.
"""

from __future__ import annotations

import copy
import json
import platform
import re
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from tqdm.auto import tqdm
from transformers import PreTrainedModel, TrainingArguments, set_seed
from transformers.trainer_callback import PrinterCallback

from ..data.prosody import add_text_inputs
from ..evaluation.prosody import evaluate_prosody
from ..metrics.prosody import Scores, summarize
from ..models.configuration_prosody import TTSGanProsodyConfig
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.text_encoder import load_text_encoder, new_text_encoder
from ..utils.markdown import markdown_table
from .prosody import (
    ProsodyArguments,
    ProsodyTrainer,
    bare_copies,
    frame_seconds,
    measured_corpora,
    new_prosody_model,
    set_average_prosody,
    with_text_encoder,
)


COLUMNS = {
    "log_duration_rmse": "log-duration RMSE",
    "log_duration_correlation": "log-duration correlation",
    "f0_rmse": "F0 RMSE, cents",
    "f0_correlation": "F0 correlation",
    "energy_correlation": "energy correlation",
    "pause_f1": "pause F1",
    "bare_pause_f1": "pause F1 without commas",
    "rise_error": "rise error, semitones",
    "f0_variance_ratio": "F0 variance ratio",
}
OF_THE_WHOLE = {"question", "train", "voice", "datasets", "language", "summary_sentences", "variants"}
SETTINGS = {
    *("sizes", "steps", "seeds", "batch_size", "learning_rate", "weight_decay", "bf16", "model"),
    *("text_encoder", "text_encoder_layers", "tune_text_encoder", "random_weights"),
}
DRAWS = 1_000  # of the bootstrap
DEVELOPMENT = 100  # sentences that tell when a model is best
EVALUATIONS = 8


@dataclass
class ProsodyAblationArguments:
    """What is trained and compared.

    Args:
        experiment: YAML file.
        output: Where results go, by default `outputs/NAME`.
        seeds: Instead of the file's.
        sizes: Numbers of training sentences, instead of the file's.

    Example:

    ```python
    arguments = ProsodyAblationArguments("examples/experiments/prosody_encoder.yaml")
    ```
    """

    experiment: str = field(metadata={"help": "YAML file."})
    output: str | None = field(default=None, metadata={"help": "Where results go. Default: outputs/NAME."})
    seeds: list[int] | None = field(default=None, metadata={"help": "Seeds, instead of the file's."})
    sizes: list[int] | None = field(default=None, metadata={"help": "Training sentences, instead of the file's."})

    @property
    def folder(self) -> Path:
        """Where results go."""
        return Path(self.output) if self.output else Path("outputs", Path(self.experiment).stem)


@dataclass
class Corpus:
    """The measured sentences of an experiment."""

    train: list[dict]
    development: list[dict]
    test: list[dict]
    processor: TTSGanProcessor
    frame_seconds: float


@dataclass
class Variant:
    """One kind of model of an experiment, with its own encoder and the rows as that reads them."""

    name: str
    corpus: Corpus
    encoder: PreTrainedModel | None
    tuned: bool
    settings: dict


def run_prosody_ablation(arguments: ProsodyAblationArguments) -> str:
    """Train and evaluate all variants with all numbers of sentences and seeds, and write the results.

    Args:
        arguments: What is trained and compared.

    Returns:
        The table, and a last line that begins with `summary`.

    Raises:
        ValueError: The file has a name in it that is not known.
        FileNotFoundError: There is no such file or corpus.
        OSError: There is no such text encoder.

    Example:

    ```python
    print(run_prosody_ablation(ProsodyAblationArguments("examples/experiments/prosody_encoder.yaml")))
    ```
    """
    experiment = yaml.safe_load(Path(arguments.experiment).read_text(encoding="utf-8"))
    check_experiment(experiment)
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(folder, experiment)
    found: dict[str, dict[str, dict[str, list[Scores]]]] = {}
    for name, settings in experiment["variants"].items():
        settings = {**experiment, **(settings or {})}
        jobs = [
            (size, seed, folder / f"{file_name(name, size, seed)}.json")
            for size in settings["sizes"]
            if arguments.sizes is None or size in arguments.sizes
            for seed in arguments.seeds or by_size(settings["seeds"], size)
        ]
        variant = None
        for size, seed, file in tqdm(jobs, desc=name, disable=None):
            if not file.is_file():
                variant = variant or new_variant(name, settings, corpus, max(size for size, _, _ in jobs))
                file.write_text(json.dumps(run_job(variant, size, seed)))
            found.setdefault(str(size), {}).setdefault(name, {})[str(seed)] = json.loads(file.read_text())
    return report(found, experiment, arguments, corpus)


def check_experiment(experiment: dict) -> None:
    """Refuse what nobody reads, such as a misspelled name, before the first model is trained."""
    TTSGanProsodyConfig(**experiment.get("model", {}))
    tables = {
        "the experiment": experiment,
        **{f"`{name}`": each or {} for name, each in experiment["variants"].items()},
    }
    for owner, table in tables.items():
        known = SETTINGS | (OF_THE_WHOLE if table is experiment else set())
        if unknown := sorted(set(table) - known):
            raise ValueError(f"`{unknown[0]}` of {owner} is not known; these are: {', '.join(sorted(known))}.")


def load_corpus(folder: Path, experiment: dict) -> Corpus:
    """The measured corpus of an experiment; measured once and kept in its folder."""
    file = folder / "corpus.pt"
    fields = {name: experiment[name] for name in ("datasets", "voice", "language") if name in experiment}
    arguments = ProsodyArguments(**fields)
    if not file.is_file():
        rows, processor = measured_corpora(arguments, seed=0)
        torch.save({"rows": rows, "speakers": processor.speakers}, file)
    kept = torch.load(file)
    processor = with_text_encoder(TTSGanProcessor.from_pretrained(arguments.voice), None)
    processor.speakers = kept["speakers"]
    train, test = kept["rows"]["train"], kept["rows"]["eval"]
    order = np.random.default_rng(0).permutation(len(train))
    development = [train[number] for number in order[:DEVELOPMENT]]
    rest = [train[number] for number in order[DEVELOPMENT:]]
    return Corpus(rest, development, test, processor, frame_seconds(arguments.voice))


def file_name(*parts: object) -> str:
    """Parts of a name, joined in a way that file systems take."""
    return re.sub(r"\W+", "_", " ".join(map(str, parts)))


def new_variant(name: str, settings: dict, corpus: Corpus, largest: int) -> Variant:
    """Load the encoder of a variant, and let it read all texts once if it stays as it is."""
    source, tuned = settings.get("text_encoder"), bool(settings.get("tune_text_encoder"))
    train = corpus.train[:largest]
    parts = {"train": train, "development": corpus.development, "test": corpus.test}
    bare = {part: bare_copies(rows, corpus.processor) for part, rows in parts.items()}
    processor, encoder = with_text_encoder(corpus.processor, source), None
    if source is not None:
        encoder = load_text_encoder(source, settings.get("text_encoder_layers"))
        if settings.get("random_weights"):
            set_seed(0)
            encoder = new_text_encoder(encoder.config)
        encoder.eval().requires_grad_(tuned)
        for table in (parts, bare):
            for part, rows in table.items():
                table[part] = add_text_inputs(rows, processor, None if tuned else encoder)
    copies = {row["number"]: row for row in bare["train"]}
    train = [{**row, "bare": copies.get(row["number"])} for row in parts["train"]]
    test = parts["test"] + [{**row, "is_bare": True} for row in bare["test"]]
    return Variant(
        name, Corpus(train, parts["development"], test, processor, corpus.frame_seconds), encoder, tuned, settings
    )


def run_job(variant: Variant, size: int, seed: int) -> dict[str, list[Scores]]:
    """Train one model and compare it with the held-out sentences: with commas, and without them."""
    corpus, settings = variant.corpus, variant.settings
    rows = training_sample(corpus.train, size, seed)
    set_seed(seed)
    sizes = settings.get("model", {})
    encoder = copy.deepcopy(variant.encoder)
    model = new_prosody_model(corpus.processor, encoder, **sizes)
    set_average_prosody(model, rows)
    steps = by_size(settings["steps"], size)
    with tempfile.TemporaryDirectory() as scratch:
        training = TrainingArguments(
            scratch,
            max_steps=steps,
            per_device_train_batch_size=settings["batch_size"],
            per_device_eval_batch_size=32,
            learning_rate=settings["learning_rate"],
            weight_decay=settings.get("weight_decay", 0.01),
            lr_scheduler_type="cosine",
            warmup_steps=steps // 20,
            seed=seed,
            eval_strategy="steps",
            eval_steps=max(1, steps // EVALUATIONS),
            save_strategy="steps",
            save_steps=max(1, steps // EVALUATIONS),
            save_only_model=True,
            save_total_limit=1,
            load_best_model_at_end=True,
            metric_for_best_model="eval_loss",
            greater_is_better=False,
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
            bf16=bool(settings.get("bf16", False)),
        )
        trainer = ProsodyTrainer(
            model, training, processor=corpus.processor, train_dataset=rows, eval_dataset=corpus.development
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    whole = [row for row in corpus.test if not row.get("is_bare")]
    bare = [row for row in corpus.test if row.get("is_bare")]
    return {
        "whole": evaluate_prosody(model, corpus.processor, whole, corpus.frame_seconds),
        "bare": evaluate_prosody(model, corpus.processor, bare, corpus.frame_seconds),
    }


def by_size(setting: Any, size: int) -> Any:
    """A setting for so many sentences: of a table by numbers of sentences, that of the next larger one."""
    if not isinstance(setting, dict):
        return setting
    return setting[min((known for known in setting if known >= size), default=max(setting))]


def training_sample(rows: list[dict], size: int, seed: int) -> list[dict]:
    """So many of the sentences, others for each seed, and their copies without commas."""
    order = np.random.default_rng(seed).permutation(len(rows))[:size]
    drawn = [rows[number] for number in order]
    copies = [row["bare"] for row in drawn if row["bare"] is not None]
    return [{key: value for key, value in row.items() if key != "bare"} for row in drawn] + copies


def report(found: dict, experiment: dict, arguments: ProsodyAblationArguments, corpus: Corpus) -> str:
    """Write the results; returns the table and the summary."""
    rows = [["sentences", "variant", "seeds", *COLUMNS.values()]]
    results: dict[str, dict[str, dict]] = {}
    for size, variants in found.items():
        for name, by_seed in variants.items():
            table = {name: interval(by_seed, name) for name in COLUMNS}
            results.setdefault(size, {})[name] = {"seeds": len(by_seed), **table}
            cells = ["{:.3g} [{:.3g}, {:.3g}]".format(*table[column]) for column in COLUMNS]
            rows.append([size, name, str(len(by_seed)), *cells])
    text = (
        f"# {experiment['question']}\n\n{time.strftime('%Y-%m-%d')}, {platform.machine()}, torch {torch.__version__}; "
        f"{len(corpus.test)} held-out sentences, 95 % intervals by drawing seeds and sentences anew.\n\n"
        f"{markdown_table(rows)}\n"
    )
    (arguments.folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (arguments.folder / "results.md").write_text(text, encoding="utf-8")
    if find_spec("matplotlib") is not None:
        draw(results, arguments.folder / "results.svg")
    return f"{text}\n{summary(results, experiment)}"


def summary(results: dict, experiment: dict) -> str:
    """One line: the first variant beside the best one, with the number of sentences that the experiment asks about."""
    size = str(experiment["summary_sentences"])
    table = results.get(size) or next(iter(results.values()))
    size = size if size in results else next(iter(results))
    first = next(iter(table))
    best = max(table, key=lambda name: table[name]["f0_correlation"][0])
    values = [
        f"{column}_{side}={table[name][column][0]:.4g}"
        for column in ("f0_correlation", "log_duration_rmse", "f0_rmse")
        for side, name in ((first, first), ("best", best))
    ]
    return f"summary {' '.join(values)} best={best.replace(' ', '_')} sentences={size}"


def interval(by_seed: dict[str, dict[str, list[Scores]]], column: str) -> tuple[float, float, float]:
    """A number over all seeds and sentences, and its 95 % interval, drawing seeds and sentences anew."""
    kind = "bare" if column.startswith("bare_") else "whole"
    name = column.removeprefix("bare_")
    tables = [scores[kind] for scores in by_seed.values()]
    mean = summarize(sentence for table in tables for sentence in table).get(name, float("nan"))
    draw, means = np.random.default_rng(0), []
    sums = sentence_sums(tables)
    for _ in range(DRAWS):
        seeds = draw.integers(len(tables), size=len(tables))
        sentences = draw.integers(len(tables[0]), size=len(tables[0]))
        drawn = {key: values[seeds][:, sentences].sum((0, 1)) for key, values in sums.items()}
        pairs = {key: (total / weight, weight) for key, (total, weight) in drawn.items() if weight}
        means.append(summarize([pairs]).get(name, float("nan")))
    low, high = np.nanquantile(means, [0.025, 0.975])
    return mean, float(low), float(high)


def sentence_sums(tables: list[list[Scores]]) -> dict[str, np.ndarray]:
    """By name, weighted values and weights `(seeds, sentences, 2)`."""
    names = sorted({name for table in tables for sentence in table for name in sentence})
    found = {}
    for name in names:
        pairs = np.array([[sentence.get(name, (0.0, 0.0)) for sentence in table] for table in tables])
        found[name] = np.stack([pairs[..., 0] * pairs[..., 1], pairs[..., 1]], axis=-1)
    return found


def draw(results: dict, file: Path) -> None:
    """Draw, against the number of sentences, the error of each variant."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    columns = ("log_duration_rmse", "f0_rmse", "f0_correlation", "bare_pause_f1")
    names = list(dict.fromkeys(name for table in results.values() for name in table))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "prosody", "font.size": 8}):
        figure = Figure(figsize=(10, 2.8), layout="constrained")
        panels = figure.subplots(1, len(columns), squeeze=False)[0]
        for panel, column in zip(panels, columns, strict=True):
            for name in names:
                points = [(int(size), *table[name][column]) for size, table in results.items() if name in table]
                sizes, means, low, high = np.array(points).T
                panel.errorbar(
                    sizes, means, yerr=[means - low, high - means], marker="o", markersize=3, capsize=2, label=name
                )
            panel.set_xscale("log")
            panel.set_xlabel("training sentences")
            panel.set_title(COLUMNS[column], fontsize=8)
        panels[0].legend(fontsize=7)
        figure.savefig(file, metadata={"Date": None})
