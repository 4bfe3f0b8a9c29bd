"""Measured numbers into a card that is there already: a table between two comments, and `model-index` for the Hub.

Enters: a [`VoiceReport`] and the folder of the voice that it is about. All else on the card, the metadata included,
keeps its very bytes, so that prose written by hand is safe. Numbers of one language replace earlier ones of that
language; those of other languages stay for as long as the weights are the ones they were measured of.
"""

import re
import shlex
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from ..data.origin import CARD, read_origin, shown
from ..evaluation.arguments import DEFAULT_RECOGNIZER, EvaluationArguments
from ..evaluation.report import NAMES, SCORES, VoiceReport
from .model_card import EVALUATION, TASK, weights_digest


FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?P<metadata>.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
MODEL_INDEX = re.compile(r"^model-index:.*\n(?:[ \t].*\n|- .*\n|\r?\n)*", re.MULTILINE)
TEXT = """\
<!-- evaluation {language} of weights {weights} -->
{count} held-out sentences ({language}, split `{split}` of {corpora}), transcribed by `{recognizer}`, {day}{note};
95 % intervals in brackets. Copy synthesis is the recording to mel frames and back: the loss of the vocoder alone.

{table}

```bash
{command}
```
<!-- end of evaluation -->
"""


@dataclass(frozen=True)
class Circumstances:
    """How a report was made, for the card.

    Args:
        corpora: Names of the corpora whose sentences were said.
        split: Of these corpora.
        recognizer: What transcribed them.
        command: The command that prints the same numbers again.
        note: More to say, such as "without its text encoder".
    """

    corpora: list[str]
    split: str
    recognizer: str
    command: str
    note: str = ""


def update_card(folder: str | Path, report: VoiceReport, how: Circumstances) -> Path:
    """Put what was measured of the voice in `folder` on its card; returns the path of the card.

    The table takes the place of the first evaluation on the card, and comes at the end where there is none.

    Raises:
        FileNotFoundError: there is no card.
    """
    path = Path(folder, CARD)
    if not path.is_file():
        raise FileNotFoundError(f"There is no card `{path}`: `trainer.create_model_card()` writes one.")
    with path.open(encoding="utf-8", newline="") as file:
        card = file.read()
    weights, ending = weights_digest(folder), "\r\n" if "\r\n" in card else "\n"
    known = ModelCard(card, ignore_metadata_errors=True).data
    found = list(EVALUATION.finditer(card))
    kept = {each["language"]: each[0] for each in found if each["weights"] == weights}
    others = [
        result
        for result in known.get("eval_results") or []
        if result.task_type != TASK or (result.dataset_config in kept and result.dataset_config != report.language)
    ]
    kept[report.language] = section(report, how, weights).replace("\n", ending)
    card = replace_sections(card, found, "".join(kept.values()), ending)
    name = known.get("model_name") or path.resolve().parent.name
    index = ModelCardData(model_name=name, eval_results=[*others, *eval_results(report, how)])
    card = replace_index(card, index.to_yaml().replace("\n", ending) + ending, ending)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(card)
    return path


def add_evaluation_to_card(arguments: EvaluationArguments, report: VoiceReport) -> Path:
    """Write the numbers of `run_evaluation` into the model card of the voice; returns the path of the card.

    The card tells the command that gives the same numbers, without paths of this machine.

    Args:
        arguments: Of the evaluation.
        report: Its result.

    Raises:
        FileNotFoundError: There is no card.

    Example:

    ```python
    arguments = EvaluationArguments("my_voice")
    add_evaluation_to_card(arguments, run_evaluation(arguments))
    ```
    """
    paths, split = arguments.test_sets
    recognizer = arguments.recognizer or DEFAULT_RECOGNIZER
    recognizer = Path(recognizer).name if Path(recognizer).is_dir() else recognizer
    own = [Path(dataset["path"]).name for dataset in read_origin(arguments.model).get("datasets", [])]
    words = ["tts-gan", "evaluate", "--model", shown(arguments.model)]
    if [Path(path).name for path in paths] != own:
        words += ["--corpus", *map(shown, paths)]
    for name in ("split", "language", "limit"):
        value = getattr(arguments, name)
        words += [f"--{name}", str(value)] if value is not None else []
    words += ["--recognizer", recognizer] if recognizer != DEFAULT_RECOGNIZER else []
    words += [] if arguments.text_encoder else ["--no_text_encoder"]
    words += ["--seed", str(arguments.seed)] if arguments.seed else []
    note = "" if arguments.text_encoder else "without its text encoder"
    corpora = [Path(path).name for path in paths]
    return update_card(arguments.model, report, Circumstances(corpora, split, recognizer, shlex.join(words), note))


def section(report: VoiceReport, how: Circumstances, weights: str) -> str:
    return TEXT.format(
        language=report.language,
        weights=weights,
        count=len(report.sentences),
        split=how.split,
        corpora=", ".join(how.corpora),
        recognizer=how.recognizer,
        day=date.today().isoformat(),
        note=f", {how.note}" if how.note else "",
        table=report,
        command=how.command,
    )


def eval_results(report: VoiceReport, how: Circumstances) -> list[EvalResult]:
    """The measures of TTS, and beside each that of ground truth, in the words of the Hub."""
    tts, ground_truth = report.summary("tts"), report.summary("ground_truth")
    results = []
    for metric, label in (NAMES | SCORES).items():
        if metric not in tts:
            continue
        value = measured(tts[metric])
        details = {"low": round(tts[metric]["low"], 4), "high": round(tts[metric]["high"], 4)}
        if metric in ground_truth:
            details["ground_truth"] = measured(ground_truth[metric])
        transcribed = f", transcribed by {how.recognizer}" if metric in NAMES else ""
        results.append(
            EvalResult(
                task_type=TASK,
                task_name="Text-to-Speech",
                dataset_type=", ".join(how.corpora),
                dataset_name=f"{', '.join(how.corpora)}, {len(report.sentences)} held-out sentences",
                dataset_config=report.language,
                dataset_split=how.split,
                metric_type=metric,
                metric_name=label + transcribed,
                metric_value=value,
                metric_args=details,
            )
        )
    return results


def measured(found: dict) -> float:
    return round(found["rate"] if "rate" in found else found["mean"], 4)


def replace_sections(card: str, found: list[re.Match], sections: str, ending: str) -> str:
    """`sections` in the place of the first of those `found`; the others go."""
    if not found:
        return f"{card}{ending * (1 if card.endswith(ending) else 2)}## Evaluation{ending * 2}{sections}"
    rest, end = "", found[0].end()
    for each in found[1:]:
        rest += card[end : each.start()]
        end = each.end()
    return card[: found[0].start()] + sections + rest + card[end:]


def replace_index(card: str, index: str, ending: str) -> str:
    """`index` in the place of the metadata's `model-index`, or at their end; they begin a card that has none."""
    header = FRONT_MATTER.match(card)
    if header is None:
        return f"---{ending}{index}---{ending * 2}{card}"
    metadata, start = header["metadata"], header.start("metadata")
    old = MODEL_INDEX.search(metadata)
    begin, end = (len(metadata), len(metadata)) if old is None else old.span()
    return card[: start + begin] + index + card[start + end :]
