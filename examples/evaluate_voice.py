"""Evaluate a voice on sentences that it was not trained on, beside ground truth and copy synthesis.

    python examples/evaluate_voice.py --model my_voice
    python examples/evaluate_voice.py --model my_voice --corpus my_recordings --split test --recognizer whisper-base
    python examples/evaluate_voice.py --model my_voice --compare piper=wavs/piper

`tts-gan evaluate` does the same. A recognizer transcribes all of them; the rate of wrong words (Chinese: characters)
says how clear they are. The sentences are those of `my_voice/voice_data.json`, which training wrote, or of `--corpus`.
MOS and speaker similarity are predicted if `distillmos` and `resemblyzer` are installed. Writes `report.html` (open it
in a browser), `report.md`, `report.json` and the wavs into `my_voice/_evaluation`; `--update_card` puts the numbers
into `my_voice/README.md`.
"""

import logging
from argparse import RawDescriptionHelpFormatter

from transformers import HfArgumentParser

from transformers_tts_gan import EvaluationArguments, add_evaluation_to_card, run_evaluation


def main(arguments: list[str] | None = None) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    parser = HfArgumentParser(
        EvaluationArguments, description=__doc__, formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False
    )
    try:
        (settings,) = parser.parse_args_into_dataclasses(arguments)
        report = run_evaluation(settings)
        if settings.update_card:
            print(f"wrote the numbers into {add_evaluation_to_card(settings, report)}")
    except (ValueError, OSError, ImportError) as error:
        raise SystemExit(str(error)) from error
    print(report, report.worst_text(), sep="\n\n")
    print(f"\nwrote report.html, report.md, report.json and wavs/ to {settings.folder}\n")
    print(report.summary_line())


if __name__ == "__main__":
    main()
