"""How near voices come to how sentences were spoken: timing, melody and pauses, in a table and on a page.

    python benchmarks/voice_prosody.py before=outputs/before after=examples/voices/bilingual --corpus corpora/teacher
    python benchmarks/voice_prosody.py before=outputs/before after=examples/voices/bilingual \\
        --rows outputs/prosody_encoder/corpus.pt --page outputs/melody.html --shown 3 14 15

The sentences are those that a corpus holds out, measured by the aligner of the first voice, or the `eval` rows of a
`corpus.pt`, such as that of `benchmarks/teacher_prosody.py`. With `--page` the chosen sentences are drawn: F0 of each
voice over that of the ground truth, with players, all in one file. The lines `summary voice=…` are of all sentences.
"""

import argparse
import base64
import re
import tempfile
from pathlib import Path

import soundfile
import torch

from transformers_tts_gan import TTSGanModel, TTSGanProcessor
from transformers_tts_gan.data.prosody import ProsodyCollator, add_text_inputs
from transformers_tts_gan.evaluation.prosody import phone_prosody, spoken_prosody, voice_prosody
from transformers_tts_gan.evaluation.prosody_page import write_prosody_page
from transformers_tts_gan.metrics.prosody import Scores, compare_prosody, summarize
from transformers_tts_gan.models.prosody import Prosody
from transformers_tts_gan.training.prosody import ProsodyArguments, frame_seconds, measured_corpora
from transformers_tts_gan.utils.markdown import markdown_table


COLUMNS = {
    "log_duration_rmse": "log-duration RMSE",
    "log_duration_correlation": "correlation",
    "f0_rmse": "F0 RMSE, cents",
    "f0_correlation": "correlation",
    "f0_variance_ratio": "F0 variance",
    "pause_f1": "pause F1",
}
COMPRESSION = 0.9  # of the sound on a page, about 35 kbit/s; 0 is the best quality, 1 the smallest file
WAV = re.compile(r'src="([^":]+\.ogg)"')


def held_out_rows(voice: str, corpus: Path | None, rows: Path | None) -> list[dict]:
    """The sentences with how they were spoken."""
    if rows is not None:
        return torch.load(rows)["rows"]["eval"]
    measured, _ = measured_corpora(ProsodyArguments([str(corpus)], voice, train_split="test"), seed=0)
    return measured["eval"]


def say(model: TTSGanModel, processor: TTSGanProcessor, rows: list[dict]) -> list[Prosody]:
    """How a voice says each row; a speaker whom it does not know counts as its first one."""
    rows = [{**row, "speaker_id": row["speaker_id"] * (row["speaker_id"] < model.config.num_speakers)} for row in rows]
    rows = add_text_inputs(rows, processor) if processor.reads_text else rows
    collate = ProsodyCollator(processor)
    return [voice_prosody(model, collate([row]))[0] for row in rows]


def groups(row: dict, processor: TTSGanProcessor) -> list[str]:
    """The lines of the table that a sentence counts for."""
    found = ["all", processor.languages[row["language_id"]]]
    return found + (["questions"] if row["text"].rstrip("\"'”’").endswith(("?", "？")) else [])


def score(
    rows: list[dict], said: list[Prosody], processor: TTSGanProcessor, seconds: float
) -> dict[str, list[Scores]]:
    """The scores of each sentence, by group."""
    found: dict[str, list[Scores]] = {}
    for row, prosody in zip(rows, said, strict=True):
        phones = tuple(processor.tokenizer.convert_ids_to_tokens(row["input_ids"]))
        predicted, spoken = (phone_prosody(phones, each, seconds) for each in (prosody, spoken_prosody(row)))
        for group in groups(row, processor):
            found.setdefault(group, []).append(compare_prosody(predicted, spoken, row["text"]))
    return found


def write_sound(model: TTSGanModel, processor: TTSGanProcessor, row: dict, file: Path) -> None:
    """The sentence as the voice says it, as Ogg Opus."""
    known = row["speaker_id"] < len(processor.speakers)
    names = processor.languages[row["language_id"]], processor.speakers[row["speaker_id"]] if known else None
    samples = model.synthesize(**processor.pad([processor.encode(row["text"], *names)])).waveform[0].numpy()
    rate = model.config.sampling_rate
    soundfile.write(file, samples, rate, format="OGG", subtype="OPUS", compression_level=COMPRESSION)


def in_one_file(page: Path) -> str:
    """The page with its sounds in it."""

    def embedded(match: re.Match) -> str:
        sound = base64.b64encode((page.parent / match[1]).read_bytes()).decode()
        return f'src="data:audio/ogg;base64,{sound}"'

    return WAV.sub(embedded, page.read_text(encoding="utf-8"))


def write_page(file: Path, voices: dict, said: dict[str, list[Prosody]], rows: list[dict], title: str, notes: str):
    """Draw `rows`, with players, into one file."""
    processor, wavs = next(iter(voices.values()))[1], {}
    with tempfile.TemporaryDirectory() as scratch:
        for place, (name, (model, known)) in enumerate(voices.items()):
            wavs[name] = [f"{place}_{number}.ogg" for number in range(len(rows))]
            for row, wav in zip(rows, wavs[name], strict=True):
                write_sound(model, known, row, Path(scratch, wav))
        seconds = frame_seconds(next(iter(voices.values()))[0].name_or_path)
        page = write_prosody_page(rows, said, scratch, title, processor, wavs, notes, seconds)
        file.write_text(in_one_file(page), encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voices", nargs="+", metavar="NAME=FOLDER", help="voices of the same phones")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--corpus", type=Path, help="whose split `test` is measured")
    source.add_argument("--rows", type=Path, help="corpus.pt with sentences that are measured already")
    parser.add_argument("--page", type=Path, help="HTML file to write")
    parser.add_argument(
        "--shown", type=int, nargs="+", help="numbers of the sentences on the page; default: the first 20"
    )
    parser.add_argument("--title", default="Melody", help="of the page")
    parser.add_argument("--notes", default="", help="a paragraph below the title")
    args = parser.parse_args(arguments)
    folders = dict(each.split("=", 1) for each in args.voices)
    voices = {
        name: (TTSGanModel.from_pretrained(folder).eval(), TTSGanProcessor.from_pretrained(folder))
        for name, folder in folders.items()
    }
    first = next(iter(folders.values()))
    rows, seconds = held_out_rows(first, args.corpus, args.rows), frame_seconds(first)
    said = {name: say(*voice, rows) for name, voice in voices.items()}
    table = [["voice", "sentences", *COLUMNS.values()]]
    for name, each in said.items():
        for group, scores in score(rows, each, voices[name][1], seconds).items():
            numbers = summarize(scores)
            cells = [f"{numbers[column]:.3f}" for column in COLUMNS]
            table.append([name, f"{group}: {len(scores)}", *cells])
            if group == "all":
                values = " ".join(f"{column}={cell}" for column, cell in zip(COLUMNS, cells, strict=True))
                print(f"summary voice={name} sentences={len(scores)} {values}")
    print(f"\n{markdown_table(table)}")
    if args.page:
        shown = args.shown or range(min(20, len(rows)))
        chosen = {name: [each[number] for number in shown] for name, each in said.items()}
        write_page(args.page, voices, chosen, [rows[number] for number in shown], args.title, args.notes)


if __name__ == "__main__":
    main()
