"""Run an ablation: train each of its variants with every seed alike, evaluate them, compare.

    python examples/experiments/run_ablation.py examples/experiments/text_encoder.yaml --recognizer whisper-base
    python examples/experiments/run_ablation.py examples/experiments/discriminators.yaml --minutes 60 --seeds 0 1 2 3 4
    python examples/experiments/run_ablation.py examples/experiments/prosody_encoder.yaml

The YAML file holds the question, what is trained (a voice, a vocoder or a prosody model), the arguments of all
variants and those of each. Voices say held-out sentences, vocoders rebuild held-out recordings, and of prosody models
what they predict is compared with held-out speech. A table gives the means over seeds and sentences and their 95 %
intervals (bootstrap over both). Writes `results.json`, `results.md` and, where matplotlib is installed, the picture
`results.svg` into OUTPUT. What is finished is not done again.
"""

import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path

import yaml
from transformers import HfArgumentParser

from transformers_tts_gan import AblationArguments, ProsodyAblationArguments, run_ablation, run_prosody_ablation


def main(arguments: list[str] | None = None) -> None:
    words = sys.argv[1:] if arguments is None else arguments
    if words and not words[0].startswith("-"):
        words = ["--experiment", *words]  # as a recipe of training comes first, without a name
    file = Path(words[words.index("--experiment") + 1]) if "--experiment" in words[:-1] else None
    of_prosody = file is not None and file.is_file() and yaml.safe_load(file.read_text())["train"] == "prosody"
    kind, run = (ProsodyAblationArguments, run_prosody_ablation) if of_prosody else (AblationArguments, run_ablation)
    plain = RawDescriptionHelpFormatter
    parser = HfArgumentParser(kind, description=__doc__, formatter_class=plain, allow_abbrev=False)
    (settings,) = parser.parse_args_into_dataclasses(words)
    print(run(settings))


if __name__ == "__main__":
    main()
