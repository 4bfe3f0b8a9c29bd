"""Turn a speech corpus as it is published into the form that training reads: wavs and one `metadata.jsonl`.

    tts-gan prepare folder my_recordings corpora/my_voice --language en    # hello.wav beside hello.txt
    tts-gan prepare allison corpora/allison    # downloads 24 minutes of US English with apt, no root needed
    tts-gan prepare ljspeech LJSpeech-1.1 corpora/ljspeech
    tts-gan prepare aishell3 data_aishell3 corpora/aishell3 --speakers SSB0005 SSB0009
    tts-gan prepare baker BZNSYP corpora/baker

DESTINATION then holds `wavs/`, `metadata.jsonl` (audio, text, speaker, language, split), a README, and `left_out.txt`,
which names what could not be used. The held-out sentences (`"split": "test"`) are every Nth by sorted name: the same
whenever the corpus is made. To compare with a voice that somebody else trained on this corpus, hold out what they held
out, such as `--held_out examples/voices/kathleen/held_out.txt`.
"""

import argparse

from .main import new_parser


def parser() -> argparse.ArgumentParser:
    from ..data.prepare_corpus import RECIPES

    parser = new_parser("prepare", __doc__)
    parser.add_argument("corpus", choices=list(RECIPES), help="which corpus; `folder` is for your own recordings")
    parser.add_argument("source", nargs="?", help="the corpus as it was unpacked; only allison can be downloaded")
    parser.add_argument("destination", help="folder to make")
    parser.add_argument("--test_every", type=int, help="hold out every Nth sentence. Default: by corpus, 30 or more")
    parser.add_argument("--min_words", type=int, default=3, help="hold out no text with fewer words. Default: 3")
    parser.add_argument("--held_out", help="hold out the texts of this file instead, or their digests, one a line")
    parser.add_argument("--sampling_rate", type=int, help="rate of the wavs in Hz. Default: as recorded")
    parser.add_argument("--speakers", nargs="*", default=[], help="of aishell3: only these, such as SSB0005")
    parser.add_argument("--speaker", default="speaker", help="of folder: name of the speaker. Default: speaker")
    parser.add_argument("--language", help="of folder: the language of its texts, such as en")
    parser.add_argument("--on_bad", choices=["skip", "raise"], default="skip", help="what to do about bad recordings")
    parser.add_argument("--overwrite", action="store_true", help="write over a corpus that DESTINATION holds already")
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    from ..data.prepare_corpus import prepare_corpus

    print(prepare_corpus(**vars(args)))
