"""Where a voice pauses in a long text without punctuation: at the boundaries of phrases, or amid them?

    python benchmarks/pauses.py examples/voices/bilingual outputs/another_voice
    python benchmarks/pauses.py examples/voices/bilingual --teacher outputs/pauses/corpus.pt

632 words of a novel (the first of chapter 10 of Sense and Sensibility, Jane Austen, 1811) lose their commas, full
stops and quotation marks, and are read as the pipeline reads them. A pause is a gap between two words of which .1 s
has no voice, by the voice's own prosody, and each place where the text, which has no sentences any more, is cut into
pieces. A boundary is a gap where the author put a mark. `--teacher` takes a `corpus.pt` that
`benchmarks/teacher_prosody.py` made of the file of sentences: then the pauses of a teacher who sees the marks are what
is to be found, too. A line `summary voice=… words=… pauses=… boundary_f1=…` of each voice comes before the table.
"""

import argparse
import re
from pathlib import Path

import torch

from transformers_tts_gan import TTSGanModel, TTSGanProcessor
from transformers_tts_gan.evaluation.prosody import FRAME_SECONDS, phone_prosody, spoken_prosody, voice_prosody
from transformers_tts_gan.metrics.prosody import PhoneProsody
from transformers_tts_gan.text.phoneset import BOUNDARY, PAUSES
from transformers_tts_gan.text.rows import SILENCE
from transformers_tts_gan.utils.markdown import markdown_table


SENTENCES = Path(__file__).parent / "pause_sentences.tsv"
MARKS = re.compile(r"[^\w\s']+")
LANGUAGE = "en"


def without_marks(text: str) -> str:
    """The words alone; what stands within one, such as an apostrophe, stays."""
    return " ".join(MARKS.sub(" ", text).split())


def read_sentences(file: Path) -> list[str]:
    return [line.split("\t")[1] for line in file.read_text(encoding="utf-8").splitlines()]


def after_words(phones: list[str] | tuple[str, ...], chosen: list[bool]) -> list[bool]:
    """Of each word, whether one of the `chosen` phones of the gap after it; the last word of a row always has one."""
    found: list[bool] = []
    in_word = False
    for phone, is_chosen in zip(phones, chosen, strict=True):
        gap = phone in (BOUNDARY, SILENCE, *PAUSES)
        if gap and found:
            found[-1] = found[-1] or is_chosen
        elif not gap and not in_word:
            found.append(False)
        in_word = not gap
    return [*found[:-1], True]


def marked(processor: TTSGanProcessor, sentences: list[str]) -> list[bool]:
    """Of each word, whether a mark follows it."""
    found = []
    for sentence in sentences:
        phones = processor.tokenizer.convert_ids_to_tokens(processor.encode(sentence, LANGUAGE)["input_ids"])
        found += after_words(phones, [phone in PAUSES for phone in phones])
    return found


def paused(said: list[PhoneProsody]) -> list[bool]:
    """Of each word, whether a pause follows it; one follows each piece."""
    return [each for piece in said for each in after_words(piece.phones, piece.pauses.tolist())]


def speak(model: TTSGanModel, processor: TTSGanProcessor, text: str, speaker: str | None) -> list[PhoneProsody]:
    """How a voice says each piece of a text."""
    found = []
    for sentence in processor.sentences(text, LANGUAGE):
        row = processor.encode(sentence.text, LANGUAGE, speaker)
        (prosody,) = voice_prosody(model, processor.pad([row]))
        names = tuple(processor.tokenizer.convert_ids_to_tokens(row["input_ids"]))
        found.append(phone_prosody(names, prosody, model.config.hop_length / model.config.sampling_rate))
    return found


def compare(found: list[bool], wanted: list[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the gaps after words; the end of the text does not count."""
    if len(found) != len(wanted):
        raise ValueError(f"One text has {len(found)} words, the other {len(wanted)}: they are read in other ways.")
    hits = sum(one and other for one, other in zip(found[:-1], wanted[:-1], strict=True))
    predicted, real = sum(found[:-1]), sum(wanted[:-1])
    return hits / max(predicted, 1), hits / max(real, 1), 2 * hits / max(predicted + real, 1)


def marked_text(text: str, pauses: list[bool]) -> str:
    """The words with a bar at each pause."""
    return " ".join(f"{word} |" if pause else word for word, pause in zip(text.split(), pauses, strict=True))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voices", nargs="+", help="folders or Hub ids")
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="file of `split<TAB>sentence` lines")
    parser.add_argument("--speaker", help="default: the first of the voice")
    parser.add_argument("--teacher", type=Path, help="corpus.pt of the same sentences, by teacher_prosody.py")
    parser.add_argument("--show", action="store_true", help="print the text with a bar at each pause")
    args = parser.parse_args(arguments)
    sentences = read_sentences(args.sentences)
    text = without_marks(" ".join(sentences))
    rows = [["voice", "pauses", "cuts", *(f"{name} of boundaries" for name in ("precision", "recall", "F1"))]]
    rows[0] += ["F1 with the teacher"] if args.teacher else []
    for voice in args.voices:
        model, processor = TTSGanModel.from_pretrained(voice).eval(), TTSGanProcessor.from_pretrained(voice)
        said = speak(model, processor, text, args.speaker)
        found, wanted = paused(said), marked(processor, sentences)
        scores = compare(found, wanted)
        cells = [voice, str(sum(found[:-1])), str(len(said) - 1), *(f"{score:.3f}" for score in scores)]
        line = f"summary voice={voice} words={len(found)} pauses={sum(found[:-1])} boundary_f1={scores[2]:.4f}"
        if args.teacher:
            f1 = compare(found, teacher_pauses(args.teacher, processor))[2]
            cells, line = [*cells, f"{f1:.3f}"], f"{line} teacher_f1={f1:.4f}"
        rows.append(cells)
        if args.show:
            print(f"{marked_text(text, found)}\n")
        print(line, flush=True)
    print(f"\n{markdown_table(rows)}")


def teacher_pauses(file: Path, processor: TTSGanProcessor) -> list[bool]:
    """Of each word, whether the teacher pauses after it."""
    said = []
    for row in torch.load(file)["rows"]["eval"]:
        phones = tuple(processor.tokenizer.convert_ids_to_tokens(row["input_ids"]))
        said.append(phone_prosody(phones, spoken_prosody(row), FRAME_SECONDS))
    return paused(said)


if __name__ == "__main__":
    main()
