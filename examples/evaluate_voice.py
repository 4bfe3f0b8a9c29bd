"""Judge a trained voice on the sentences it was not trained on, beside the recordings and copy synthesis.

    python examples/evaluate_voice.py --model my_voice
    python examples/evaluate_voice.py --model my_voice --corpus my_recordings --split test --recognizer whisper-base

A recognizer hears all three; the share of words (Chinese: characters) that it misses says how clear they are.
The held-out sentences are those of `my_voice/voice_data.json`, which training wrote, or of `--corpus`. English is
heard by Whisper base from the Hub unless `--recognizer` (or the variable TTS_GAN_RECOGNIZER) names another: the
folder of a faster-whisper, Vosk or Transformers model, or a Hub id. Opinion scores and the similarity of speakers are
predicted where `distillmos` and `resemblyzer` are installed. `--compare piper=wavs/piper` judges another system's wavs
of the same sentences, named as the recordings. Writes `report.html` (open it in a browser to look and listen),
`report.md`, `report.json` and the wavs into `my_voice/_evaluation`, which holds recordings and is never pushed to the
Hub; `--update_card` puts the numbers into the model card `my_voice/README.md`.
"""

import argparse
import json
import os
import shlex
from pathlib import Path

from transformers import set_seed

from transformers_tts_gan import TTSGanModel, TTSGanProcessor
from transformers_tts_gan.cards.evaluation_section import Circumstances, update_card
from transformers_tts_gan.cards.provenance import CARD, read_origin, shown
from transformers_tts_gan.data.load import load_speech
from transformers_tts_gan.evaluation.evaluate import VoiceReport, evaluate_voice
from transformers_tts_gan.evaluation.html_report import write_page
from transformers_tts_gan.metrics.asr import Recognizer, load_recognizer
from transformers_tts_gan.metrics.mos import MosPredictor
from transformers_tts_gan.metrics.speaker import SpeakerEncoder


DEFAULT_RECOGNIZER = "Systran/faster-whisper-base"
WORST = 10


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder or Hub id of the voice")
    parser.add_argument("--corpus", nargs="+", help="where held-out sentences come from (default: the voice's own)")
    parser.add_argument("--split", help='held-out split (default: the one the voice names, else "test")')
    parser.add_argument("--language", help="judge these sentences only (default: the voice's first language)")
    parser.add_argument("--recognizer", default=os.environ.get("TTS_GAN_RECOGNIZER"), help="folder or Hub id")
    parser.add_argument("--limit", type=int, help="judge only so many sentences, evenly spread")
    parser.add_argument("--output_dir", type=Path, help="where to write the report (default: MODEL/_evaluation)")
    parser.add_argument("--no_text_encoder", action="store_true", help="let the voice speak from the phones alone")
    parser.add_argument(
        "--compare", nargs="+", default=[], metavar="NAME=FOLDER", help="other systems' wavs of the same sentences"
    )
    parser.add_argument("--update_card", action="store_true", help="write the numbers into MODEL/README.md")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    if args.limit is not None and args.limit < 1:
        parser.error(f"--limit is {args.limit}, but at least one sentence is needed.")
    if wrong := [each for each in args.compare if not all(each.partition("="))]:
        parser.error(f"--compare got {wrong[0]!r}, but NAME=FOLDER is needed, such as piper=wavs/piper.")
    if args.update_card and not Path(args.model, CARD).is_file():
        parser.error(f"--update_card needs a card, but there is no `{Path(args.model, CARD)}`.")
    if args.output_dir is None:
        args.output_dir = Path(args.model) / "_evaluation" if Path(args.model).is_dir() else Path("evaluation")
    return args


def main(arguments: list[str] | None = None) -> None:
    args = parse_arguments(arguments)
    set_seed(args.seed)
    processor = TTSGanProcessor.from_pretrained(args.model)
    language = args.language or processor.languages[0]
    paths, split = corpora_of(args)
    rows = held_out(args, language, paths, split)
    recognizer = recognizer_for(args, language)
    model = TTSGanModel.from_pretrained(args.model).to(args.device)
    wavs = args.output_dir / "wavs"
    report = evaluate_voice(
        model,
        processor,
        rows,
        recognizer,
        language,
        not args.no_text_encoder,
        seed=args.seed,
        wav_dir=wavs,
        mos=installed(MosPredictor, args.device),
        speakers=installed(SpeakerEncoder, args.device),
        others=dict(each.split("=", 1) for each in args.compare),
    )
    write(report, args)
    if args.update_card:
        print(f"wrote the numbers into {update_card(args.model, report, circumstances(args, paths, split))}")
    print(
        report, worst(report), f"wrote {args.output_dir / 'report.html'}, report.md, report.json and wavs/", sep="\n\n"
    )
    rate = report.rates[0]
    found = {system: report.summary(system) for system in report.systems}
    rates = [f"{rate}_{system}={found[system][rate]['rate']:.3f}" for system in report.systems]
    opinions = [
        f"mos_{system}={found[system]['mos']['mean']:.3f}" for system in report.systems if "mos" in found[system]
    ]
    print("summary", *rates, *opinions)


def installed(kind: type, device: str):
    """A predictor, or `None` with a word on what to install."""
    try:
        return kind(device)
    except ImportError as error:
        print(f"Left out: {error}")
        return None


def corpora_of(args: argparse.Namespace) -> tuple[list[str], str]:
    """Where the held-out sentences are, and the name of their split."""
    origin = read_origin(args.model)
    paths = args.corpus or [dataset["path"] for dataset in origin.get("datasets", [])]
    split = args.split or ("test" if args.corpus else origin.get("eval_split"))
    if not paths or not split:
        known = Path(args.model) / "voice_data.json"
        raise SystemExit(f"`{known}` names no held-out sentences: say where they are with --corpus PATH --split NAME.")
    return paths, split


def held_out(args: argparse.Namespace, language: str, paths: list[str], split: str) -> list[dict]:
    """One row per text of the held-out split, in `language` only."""
    origin, rows = read_origin(args.model), {}
    for path in paths:
        for row in load(path, split, origin):
            if (row["language"] or language) == language:
                rows.setdefault(row["text"], row)  # some corpora read a prompt several times
    rows = list(rows.values())
    if not rows:
        raise SystemExit(f"no sentence of split `{split}` is in language `{language}`: see --split and --language.")
    count = min(args.limit or len(rows), len(rows))
    return [rows[number * len(rows) // count] for number in range(count)]


def load(path: str, split: str, origin: dict):
    """A corpus; where it is not here, the voice may say where to find it."""
    try:
        return load_speech(path, split=split, language=origin.get("language"))
    except OSError as error:
        if Path(path).exists():
            raise
        sources = {dataset["path"]: dataset.get("source") for dataset in origin.get("datasets", [])}
        found = f" Its recordings come from {sources[path]}." if sources.get(path) else ""
        raise SystemExit(
            f"The corpus `{path}` is neither here ({Path.cwd()}) nor on the Hub.{found}\n"
            "`tts-gan prepare --help` tells how to make a corpus; name it with --corpus PATH."
        ) from error


def circumstances(args: argparse.Namespace, paths: list[str], split: str) -> Circumstances:
    """What a reader of the card needs to get the same numbers; paths of this machine alone by their last names."""
    recognizer = args.recognizer or DEFAULT_RECOGNIZER
    recognizer = Path(recognizer).name if Path(recognizer).is_dir() else recognizer
    own = [Path(dataset["path"]).name for dataset in read_origin(args.model).get("datasets", [])]
    words = ["python", "examples/evaluate_voice.py", "--model", shown(args.model)]
    if [Path(path).name for path in paths] != own:
        words += ["--corpus", *map(shown, paths)]
    for name, value in (("split", args.split), ("language", args.language), ("limit", args.limit)):
        words += [f"--{name}", str(value)] if value is not None else []
    words += ["--recognizer", recognizer] if recognizer != DEFAULT_RECOGNIZER else []
    words += ["--no_text_encoder"] if args.no_text_encoder else []
    words += ["--seed", str(args.seed)] if args.seed else []
    note = "without its text encoder" if args.no_text_encoder else ""
    return Circumstances([Path(path).name for path in paths], split, recognizer, shlex.join(words), note)


def recognizer_for(args: argparse.Namespace, language: str) -> Recognizer:
    if language == "zh" and not args.recognizer:
        raise SystemExit(
            "Chinese is best heard by Vosk, whose models are not on the Hub: unpack vosk-model-small-cn-0.22 of "
            "https://alphacephei.com/vosk/models and name its folder with --recognizer DIR."
        )
    try:
        return load_recognizer(args.recognizer or DEFAULT_RECOGNIZER, language, args.device)
    except (FileNotFoundError, ImportError) as error:
        raise SystemExit(f"{error}\nName another recognizer with --recognizer.") from error


def worst(report: VoiceReport) -> str:
    lines = [f"The {min(WORST, len(report.sentences))} worst sentences of the voice, and what was heard:"]
    for sentence in report.worst(WORST):
        voice, copy = sentence.heard["voice"], sentence.heard["copy"]
        errors, length = voice.counts[report.rates[0]]
        heard = voice.text or f"({voice.problem or 'nothing'})"
        lines += [
            f"- {errors}/{length} {sentence.text}",
            f"  - voice: {heard}",
            f"  - copy: {copy.text or '(nothing)'}",
        ]
    return "\n".join(lines)


def write(report: VoiceReport, args: argparse.Namespace) -> None:
    settings = {key: str(value) if isinstance(value, Path) else value for key, value in vars(args).items()}
    args.output_dir.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"settings": settings, **report.to_dict()}, ensure_ascii=False, indent=1)
    (args.output_dir / "report.json").write_text(content + "\n", encoding="utf-8")
    context = "without its text encoder" if args.no_text_encoder else "with its text encoder, if it has one"
    judge = f"heard by `{shown(args.recognizer or DEFAULT_RECOGNIZER)}`; the voice {context}."
    parts = [
        f"# Evaluation of {Path(args.model).name}",
        f"{len(report.sentences)} held-out sentences ({report.language}), {judge}",
        str(report),
        worst(report),
    ]
    if report.left_out:
        parts += ["Left out:\n" + "\n".join(f"- {reason}" for reason in report.left_out)]
    (args.output_dir / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    write_page(report, args.output_dir, f"How {Path(args.model).name} sounds", judge)


if __name__ == "__main__":
    main()
