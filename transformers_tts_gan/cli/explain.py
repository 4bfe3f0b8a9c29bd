"""Show why a text is said the way it is: its words, phones and tokens.

tts-gan explain "Dr. Lee paid $25.50 for it."
tts-gan explain --language zh "2024年3月5日，银行行长花了¥5999。"
tts-gan explain --voice examples/voices/bilingual "The lexicon of a voice counts."
"""

import argparse
import json
from pathlib import Path

from ..text.explanation import explain
from ..text.frontend import PHONEMES
from ..text.lexicon import check_saved_words
from .main import new_parser


def parser() -> argparse.ArgumentParser:
    parser = new_parser("explain", __doc__)
    parser.add_argument("text", help="plain text or SSML")
    parser.add_argument("--language", help="`en`, `zh`, or another code. Default: the voice's first, or `en`")
    parser.add_argument("--phonemes", choices=PHONEMES, help="phones of languages but English and Chinese")
    parser.add_argument("--lexicon", help="file of `word<TAB>phones` lines")
    parser.add_argument("--user_dict", help="file of Chinese words that are never split")
    parser.add_argument("--tokenizer", help="folder or Hub id of a text encoder's tokenizer")
    parser.add_argument("--voice", type=Path, help="folder of a voice: its lexicon, words, language and tokenizer")
    return parser


def run(arguments: list[str]) -> None:
    args = parser().parse_args(arguments)
    saved = {}
    if args.voice is not None:
        saved = json.loads((args.voice / "processor_config.json").read_text(encoding="utf-8"))
        check_saved_words(saved, args.voice)
    folder = args.tokenizer
    if folder is None and saved.get("text_tokenizer"):
        folder = str(args.voice / "text_tokenizer")
    tokenizer = None
    if folder is not None:
        from transformers import AutoTokenizer  # here: without a tokenizer nobody need wait for it

        tokenizer = AutoTokenizer.from_pretrained(folder)
    language = args.language or saved.get("languages", ["en"])[0]
    lexicon, words = args.lexicon or saved.get("lexicon"), args.user_dict or saved.get("user_dict")
    print(explain(args.text, language, lexicon, words, tokenizer, args.phonemes or saved.get("phonemes", "letters")))
