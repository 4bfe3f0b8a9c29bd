"""Find the words of a Chinese corpus that jieba does not know, for a user dictionary that you look over.

    python examples/find_words.py CORPUS --output words.txt
    tts-gan train examples/recipes/my_voice.yaml --user_dict words.txt

CORPUS is a text file, one sentence or document a line, or what training reads: a folder with metadata, or a Hub id.
The output has a line `word count` for each word, the most frequent first. Read it and take out what is no word before
you give it to `--user_dict`: these words are never split again.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from transformers_tts_gan.text import new_words, write_user_dict


def read_texts(corpus: str, split: str | None) -> Iterator[str]:
    """Lines of a text file, or the texts of a speech corpus."""
    if Path(corpus).suffix == ".txt":
        yield from Path(corpus).read_text(encoding="utf-8-sig").splitlines()
        return
    from transformers_tts_gan import load_speech  # here: a text file needs no `datasets`

    yield from load_speech(corpus, split=split, language="zh")["text"]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="text file, folder with metadata, or Hub id")
    parser.add_argument("--output", type=Path, required=True, help="user dictionary to write")
    parser.add_argument("--split", default=None, help="of a speech corpus; all of it where left out")
    parser.add_argument("--min_count", type=int, default=5, help="occurrences that a word needs at least")
    parser.add_argument("--max_chars", type=int, default=5, help="longest word")
    args = parser.parse_args(arguments)
    if args.output.exists():
        raise SystemExit(f"`{args.output}` exists already and may hold your corrections: give another `--output`.")
    words = new_words(read_texts(args.corpus, args.split), args.min_count, args.max_chars)
    write_user_dict(args.output, words)
    print(f"{len(words)} new words in {args.output}; take out what is no word, then give it to --user_dict.")


if __name__ == "__main__":
    main()
