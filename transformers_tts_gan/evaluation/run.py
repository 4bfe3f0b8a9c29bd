"""One evaluation from its arguments: load a voice, its held-out sentences and a recognizer, and write the reports.

Enter: [`EvaluationArguments`]. Leave: a [`VoiceReport`], and in the output folder `report.html`, `report.md`,
`report.json` and `wavs/`. The folder holds recordings: it is never pushed to the Hub.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from transformers import VitsModel, set_seed

from ..data.load import load_speech
from ..data.origin import CARD, read_origin, shown
from ..metrics.asr import Recognizer, load_recognizer
from ..metrics.mos import MosPredictor
from ..metrics.speaker import SpeakerEncoder
from ..models.modeling_tts_gan import TTSGanModel
from ..models.processing_tts_gan import TTSGanProcessor
from ..models.sources import check_source
from ..models.vits.processor import VitsProcessor, is_vits
from .arguments import DEFAULT_RECOGNIZER, EvaluationArguments
from .evaluate import evaluate_voice
from .html_report import write_page
from .report import VoiceReport, tables


logger = logging.getLogger(__name__)


def run_evaluation(arguments: EvaluationArguments) -> VoiceReport:
    """Evaluate a voice and write the reports. Several test sets of one language are evaluated in one call.

    MOS and speaker similarity are left out, with a warning, if their predictors are not installed.

    Args:
        arguments: What is evaluated; `arguments.folder` is where the reports are written.

    Raises:
        ValueError: There are no held-out sentences, none could be evaluated, or there is no card to update.
        FileNotFoundError: There is no such voice, corpus or recognizer.
        ImportError: The extra `eval` is not installed.

    Example:

    ```python
    report = run_evaluation(EvaluationArguments("examples/voices/bilingual", recognizer="whisper-base", limit=20))
    print(report)
    print(report.summary_line())
    ```
    """
    card = Path(arguments.model, CARD)
    if arguments.update_card and not card.is_file():
        raise ValueError(f"`update_card` needs a model card, but there is no `{card}`.")
    set_seed(arguments.seed)
    model, processor = load_voice(arguments.model)
    language = arguments.language or processor.languages[0]
    rows = held_out_rows(arguments, language)
    recognizer = find_recognizer(arguments, language)
    report = evaluate_voice(
        model.to(arguments.device),
        processor,
        rows,
        recognizer,
        language,
        arguments.text_encoder,
        seed=arguments.seed,
        wav_dir=arguments.folder / "wavs",
        mos=if_installed(MosPredictor, arguments.device),
        speakers=if_installed(SpeakerEncoder, arguments.device),
        others=dict(each.split("=", 1) for each in arguments.compare),
    )
    write_reports(report, arguments)
    return report


def load_voice(name_or_path: str) -> tuple[Any, TTSGanProcessor | VitsProcessor]:
    """A voice of ours, or a VITS or MMS checkpoint, and its processor."""
    check_source(name_or_path, "model")
    if not is_vits(name_or_path):
        return TTSGanModel.from_pretrained(name_or_path), TTSGanProcessor.from_pretrained(name_or_path)
    model = VitsModel.from_pretrained(name_or_path)
    processor = VitsProcessor.from_pretrained(name_or_path, sampling_rate=model.config.sampling_rate)
    return model, processor


def held_out_rows(arguments: EvaluationArguments, language: str) -> list[dict]:
    """One row for each text of the test sets that is in `language`, with the name of its `test_set`.

    Raises:
        ValueError: There is none.
        FileNotFoundError: A corpus is neither here nor on the Hub.
    """
    paths, split = arguments.test_sets
    origin = read_origin(arguments.model)
    found: dict[str, dict] = {}
    for path in paths:
        for row in load_corpus(path, split, origin):
            if (row["language"] or language) == language:
                found.setdefault(row["text"], {**row, "test_set": Path(path).name})  # some texts are read repeatedly
    rows = list(found.values())
    if not rows:
        raise ValueError(f"No sentence of split `{split}` is in language `{language}`: see --split and --language.")
    return evenly_spread(rows, arguments.limit or len(rows))


def evenly_spread(rows: list[dict], count: int) -> list[dict]:
    """At most `count` of the rows, in their order."""
    count = min(count, len(rows))
    return [rows[number * len(rows) // count] for number in range(count)]


def load_corpus(path: str, split: str, origin: dict):
    """A corpus; if it is not here, the error says where its recordings come from."""
    try:
        return load_speech(path, split=split, language=origin.get("language"))
    except OSError as error:
        if Path(path).exists():
            raise
        sources = {dataset["path"]: dataset.get("source") for dataset in origin.get("datasets", [])}
        known = f" Its recordings come from {sources[path]}." if sources.get(path) else ""
        raise FileNotFoundError(
            f"The corpus `{path}` is neither here ({Path.cwd()}) nor on the Hub.{known} `tts-gan "
            "prepare --help` tells how to make a corpus; name it with --corpus PATH."
        ) from error


def find_recognizer(arguments: EvaluationArguments, language: str) -> Recognizer:
    """The recognizer that is named, or the default one.

    Raises:
        ValueError: The language needs one that has to be named.
        FileNotFoundError: There is no such recognizer.
        ImportError: Its package is not installed.
    """
    if language == "zh" and not arguments.recognizer:
        raise ValueError(
            "Chinese is best transcribed by Vosk, whose models are not on the Hub: unpack vosk-model-small-cn-0.22 of "
            "https://alphacephei.com/vosk/models and name its folder with --recognizer DIR."
        )
    return load_recognizer(arguments.recognizer or DEFAULT_RECOGNIZER, language, arguments.device)


def if_installed(kind: Callable[[str], Any], device: str) -> Any:
    """A predictor on `device`, or `None`, with a warning that says what to install."""
    try:
        return kind(device)
    except ImportError as error:
        logger.warning("A score is left out: %s", error)
        return None


def write_reports(report: VoiceReport, arguments: EvaluationArguments) -> None:
    """Write `report.json`, `report.md` and `report.html`."""
    folder, name = arguments.folder, Path(arguments.model).name
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"settings": asdict(arguments), **report.to_dict()}, ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(content + "\n", encoding="utf-8")
    encoder = "with its text encoder, if it has one" if arguments.text_encoder else "without its text encoder"
    notes = f"transcribed by `{shown(arguments.recognizer or DEFAULT_RECOGNIZER)}`; TTS {encoder}."
    parts = [
        f"# Evaluation of {name}",
        f"{len(report.sentences)} held-out sentences ({report.language}), {notes}",
        *tables(report),
        report.worst_text(),
    ]
    if report.left_out:
        parts += ["Left out:\n" + "\n".join(f"- {reason}" for reason in report.left_out)]
    (folder / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    write_page(report, folder, f"Evaluation of {name}", notes)
