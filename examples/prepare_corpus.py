"""Turn a speech corpus as it is published into the form that training reads: wavs and one `metadata.jsonl`.

    python examples/prepare_corpus.py allison DEST    # fetches 24 minutes of US English with apt, no root needed
    python examples/prepare_corpus.py ljspeech LJSpeech-1.1 DEST
    python examples/prepare_corpus.py aishell3 data_aishell3 DEST --speakers SSB0005 SSB0009
    python examples/prepare_corpus.py baker BZNSYP DEST
    python examples/prepare_corpus.py folder my_recordings DEST --language en    # hello.wav beside hello.txt

DEST then holds `wavs/`, `metadata.jsonl` (audio, text, speaker, language, split), a README, and `left_out.txt`, which
names what could not be used. The held-out sentences (`"split": "test"`) are every Nth by sorted name: the same
whenever the corpus is made. To compare with a voice that somebody else trained on this corpus, hold out what they held
out, such as `--held_out examples/voices/en/held_out.txt`.
"""

import argparse

from transformers_tts_gan.data.prepare_corpus import RECIPES, prepare_corpus


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", choices=list(RECIPES))
    parser.add_argument("source", nargs="?", help="the corpus as it was unpacked; only allison can be downloaded")
    parser.add_argument("destination", help="the folder to make")
    parser.add_argument("--test_every", type=int, help="hold out every Nth sentence; each corpus has its default")
    parser.add_argument("--min_words", type=int, default=3, help="hold out no text with fewer words (3)")
    parser.add_argument("--held_out", help="hold out the texts of this file instead, or their digests, one a line")
    parser.add_argument("--sampling_rate", type=int, help="of the wavs, in Hz; default: as recorded")
    parser.add_argument("--speakers", nargs="*", default=[], help="of aishell3: only these, such as SSB0005")
    parser.add_argument("--speaker", default="speaker", help="of folder: a name for who speaks")
    parser.add_argument("--language", help="of folder: the language of its texts, such as en")
    parser.add_argument("--on_bad", choices=["skip", "raise"], default="skip", help="what to do about bad recordings")
    parser.add_argument("--overwrite", action="store_true", help="write over a corpus that DEST holds already")
    try:
        print(prepare_corpus(**vars(parser.parse_args(arguments))))
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
