"""Make a corpus of what a pretrained text-to-speech model says, without what was not understood.

    tts-gan distill --teacher hibari --texts sentences.txt --output_dir corpora/hibari --recognizer whisper-base
    tts-gan distill --teacher facebook/mms-tts-fra --language fr --texts phrases.txt --output_dir corpora/mms
    tts-gan distill --teacher kokoro:models/kokoro --speakers zm_yunxi --language zh --texts mixed.txt --output_dir out

A teacher is a folder or Hub id of a model for `pipeline("text-to-speech")`, `hibari` or `kokoro:FOLDER` (by ONNX
Runtime), or a Python function `module:function`. Each recording is transcribed back. The folder then holds
`metadata.jsonl`, which training reads, `audio/`, `dropped.jsonl`, `report.html` and `report.json`. A run that was
stopped goes on with the same command; other limits with the same command need nothing to be spoken again. For several
processes, use `accelerate launch examples/distill.py`. More: `docs/training/distill.md`.
"""

import argparse
import logging

from .main import new_parser


def parser() -> argparse.ArgumentParser:
    from transformers import HfArgumentParser

    from ..data.distill.arguments import DistillArguments

    plain = new_parser("distill", __doc__)
    found = HfArgumentParser(
        DistillArguments,
        prog=plain.prog,
        description=__doc__,
        formatter_class=plain.formatter_class,
        allow_abbrev=False,
    )
    about = "corpora whose test sentences the teacher says first, to be compared with the recordings"
    found.add_argument("--evaluate", nargs="+", default=[], help=about)
    return found


def run(arguments: list[str]) -> None:
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    from ..data.distill.arguments import DistillArguments
    from ..data.distill.run import distill
    from ..data.distill.teachers import load_teacher

    settings = DistillArguments(**{name: getattr(options, name) for name in DistillArguments.__annotations__})
    teacher = load_teacher(settings.teacher, settings.device)
    if options.evaluate:
        from ..evaluation.teacher import evaluate_teacher

        print(evaluate_teacher(teacher, options.evaluate, settings), end="\n\n")
    report = distill(settings, teacher)
    if report is not None:
        print(report, f"wrote the corpus and report.html to {settings.output_dir}", sep="\n")
