"""Make a copy of a corpus with known faults, to see what `tts-gan check` finds of them.

    python examples/experiments/plant_faults.py corpora/kathleen faulty --good 200 --each 20
    tts-gan check faulty --recognizer Systran/faster-whisper-base --planted faulty/planted.json

The copy is always the same for the same seed. `planted.json` names the kind of fault by the row's audio; nothing in
the corpus itself tells.
"""

import argparse
from pathlib import Path

from transformers_tts_gan.data.quality.plant import FAULTS, plant_faults


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="what `load_speech` takes; it should have no faults of its own")
    parser.add_argument("output", type=Path, help="folder to make")
    parser.add_argument("--split", help="of these rows only")
    parser.add_argument("--good", type=int, default=200, help="rows that stay as they are")
    parser.add_argument("--each", type=int, default=20, help="rows with each kind of fault")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    try:
        plant_faults(args.corpus, args.output, args.split, args.good, args.each, args.seed)
    except ValueError as error:
        parser.error(str(error))
    print(f"{args.output}: {args.good} good rows and {args.each} of each of {', '.join(FAULTS)}.")


if __name__ == "__main__":
    main()
