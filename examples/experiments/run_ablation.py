"""Run an ablation: train each of its variants with every seed for the same minutes, evaluate them, compare.

    python examples/experiments/run_ablation.py examples/experiments/text_encoder.yaml --recognizer whisper-base
    python examples/experiments/run_ablation.py examples/experiments/discriminators.yaml --minutes 60 --seeds 0 1 2 3 4

The YAML file holds the question, what is trained (a voice or a vocoder), the arguments of all variants and those of
each. Voices say held-out sentences, vocoders rebuild held-out recordings; a table gives the means over seeds and
sentences, their 95 % intervals (bootstrap over both), and the difference to the first variant, seed by seed and
sentence by sentence. Writes `results.json`, `results.md` and, where matplotlib is installed, the picture
`results.svg` into OUTPUT. What is finished is not done again.
"""

import sys
from argparse import RawDescriptionHelpFormatter

from transformers import HfArgumentParser

from transformers_tts_gan import AblationArguments, run_ablation


def main(arguments: list[str] | None = None) -> None:
    parser = HfArgumentParser(
        AblationArguments, description=__doc__, formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False
    )
    words = sys.argv[1:] if arguments is None else arguments
    if words and not words[0].startswith("-"):
        words = ["--experiment", *words]  # as a recipe of training comes first, without a name
    (settings,) = parser.parse_args_into_dataclasses(words)
    print(run_ablation(settings))


if __name__ == "__main__":
    main()
