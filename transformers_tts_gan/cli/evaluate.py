"""Evaluate a voice on sentences that it was not trained on, beside ground truth and copy synthesis.

    tts-gan evaluate --model outputs/my_voice
    tts-gan evaluate --model outputs/my_voice --corpus my_corpus --split test --recognizer whisper-base
    tts-gan evaluate --model outputs/my_voice --compare piper=wavs/piper

A recognizer transcribes all of them; the rate of wrong words (Chinese: characters) says how clear they are. The
sentences are those of `voice_data.json` in MODEL, which training wrote, or of `--corpus`. MOS and speaker similarity
are predicted if `distillmos` and `resemblyzer` are installed. MODEL/_evaluation then holds `report.html` (open it in a
browser), `report.md`, `report.json` and `wavs/`; `--update_card` puts the numbers into the model card.
"""

import argparse

from .main import new_parser


def parser() -> argparse.ArgumentParser:
    from transformers import HfArgumentParser

    from ..evaluation.arguments import EvaluationArguments

    plain = new_parser("evaluate", __doc__)
    return HfArgumentParser(
        EvaluationArguments,
        prog=plain.prog,
        description=__doc__,
        formatter_class=plain.formatter_class,
        allow_abbrev=False,
    )


def run(arguments: list[str]) -> None:
    options = parser().parse_args(arguments)
    from ..cards.evaluation_section import add_evaluation_to_card
    from ..evaluation.arguments import EvaluationArguments
    from ..evaluation.run import run_evaluation

    settings = EvaluationArguments(**{name: getattr(options, name) for name in EvaluationArguments.__annotations__})
    report = run_evaluation(settings)
    if settings.update_card:
        print(f"wrote the numbers into {add_evaluation_to_card(settings, report)}")
    print(report, report.worst_text(), sep="\n\n")
    print(f"\nwrote report.html, report.md, report.json and wavs/ to {settings.folder}\n")
    print(report.summary_line())
