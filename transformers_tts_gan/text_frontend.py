"""The text frontend: [`TextFrontend`] from text to phones, its way back to SSML, and its explanation as a table.

`python -m transformers_tts_gan.text_frontend "text"` shows what becomes of a text. Nothing in the package imports this
module, so that Python runs it without having imported it before.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from .text_explain import table
from .text_g2p import BASE_PHONES, PAUSES
from .text_markup import parse, write
from .text_to_phones import PHONEMES, TextFrontend
from .text_utterance import Mark, Utterance, Word


__all__ = ["BASE_PHONES", "PAUSES", "Mark", "TextFrontend", "Utterance", "Word", "explain", "to_ssml"]


def to_ssml(utterance: Utterance) -> str:
    """The text of `utterance` as SSML that says the same phones with the same marks in the same language.

    A part that [`Utterance.split`] made gives the whole text.
    """
    return write(parse(utterance.text))


def explain(
    text: str,
    language: str = "en",
    lexicon: Mapping[str, str | list[str]] | str | Path | None = None,
    user_dict: list[str] | str | Path | None = None,
    tokenizer=None,
    phonemes: str = "letters",
) -> str:
    """A table of what becomes of `text`: as spoken, words, phones, and tokens where there is a `tokenizer`.

    Raises:
        ValueError: For text that cannot be spoken, and for a tokenizer that does not tell where its tokens come from.
    """
    return table(TextFrontend(language, lexicon, user_dict, phonemes=phonemes)(text), tokenizer)


def main() -> None:
    parser = argparse.ArgumentParser(description="Show why a text is said the way it is: words, phones and tokens.")
    parser.add_argument("text")
    parser.add_argument("--language", default=None, help="`en`, `zh`, or another code")
    parser.add_argument("--phonemes", choices=PHONEMES, default=None, help="what is a phone of other languages")
    parser.add_argument("--lexicon", default=None, help="file of `word<TAB>phones` lines")
    parser.add_argument("--user_dict", default=None, help="file of Chinese words to keep whole")
    parser.add_argument("--tokenizer", default=None, help="folder or Hub id of a text encoder's tokenizer")
    parser.add_argument("--voice", default=None, help="folder of a voice: its lexicon, words, language and tokenizer")
    arguments = parser.parse_args()
    saved = {}
    if arguments.voice is not None:
        saved = json.loads((Path(arguments.voice) / "processor_config.json").read_text(encoding="utf-8"))
    folder = arguments.tokenizer
    if folder is None and saved.get("text_tokenizer"):
        folder = str(Path(arguments.voice) / "text_tokenizer")
    tokenizer = None
    if folder is not None:
        from transformers import AutoTokenizer  # here: without a tokenizer nobody need wait for it

        tokenizer = AutoTokenizer.from_pretrained(folder)
    language = arguments.language or saved.get("languages", ["en"])[0]
    lexicon, words = arguments.lexicon or saved.get("lexicon"), arguments.user_dict or saved.get("user_dict")
    phonemes = arguments.phonemes or saved.get("phonemes", "letters")
    try:
        sys.stdout.write(explain(arguments.text, language, lexicon, words, tokenizer, phonemes) + "\n")
    except (ValueError, OSError, ImportError) as error:
        sys.exit(f"This cannot be spoken: {error}")


if __name__ == "__main__":
    main()
