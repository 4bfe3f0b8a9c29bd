"""The script for pauses finds the gaps between words that have one, and compares them with the author's marks."""

from pathlib import Path

import numpy as np
import pytest
import torch

from transformers_tts_gan import TTSGanProcessor
from transformers_tts_gan.metrics.prosody import PhoneProsody
from transformers_tts_gan.models.prosody import Prosody


ROOT = Path(__file__).parents[2]
VOICE = ROOT / "examples" / "voices" / "bilingual"
TEXT = "She came, and he left. Why?"


@pytest.fixture(scope="module")
def processor():
    return TTSGanProcessor.from_pretrained(VOICE)


def test_marks_of_the_author_follow_words(script, processor):
    assert script.marked(processor, ["She came, and he left.", "Why?"]) == [False, True, False, False, True, True]


def test_words_without_marks_are_the_same_words(script, processor):
    assert script.without_marks(f"\"{TEXT}\" It's well-known; isn't it?") == (
        "She came and he left Why It's well known isn't it"
    )
    sentences = script.read_sentences(script.SENTENCES)
    bare = [piece.text for piece in processor.sentences(script.without_marks(" ".join(sentences)), "en")]
    assert len(script.marked(processor, bare)) == len(script.marked(processor, sentences)) == 634
    assert len(bare) > 10


def test_a_pause_is_a_long_gap_without_a_voice_or_the_end_of_a_piece(script):
    phones = ("<sil>", "AH0", " ", "B", " ", "T", " ", "D", "<sil>")
    seconds = np.array([0.1, 0.1, 0.2, 0.1, 0.2, 0.1, 0.05, 0.1, 0.5])
    voicing = np.array([0, 1, 0, 1, 0.8, 1, 0, 1, 0])
    piece = PhoneProsody(phones, seconds, np.zeros(9), voicing, np.zeros(9))
    assert script.paused([piece, piece]) == [True, False, False, True] * 2


def test_found_pauses_are_counted_without_the_end_of_the_text(script):
    wanted = [True, False, True, False, True]
    assert script.compare(wanted, wanted) == (1, 1, 1)
    assert script.compare([True, True, False, False, True], wanted) == (0.5, 0.5, 0.5)
    assert script.compare([False, False, False, False, True], wanted) == (0, 0, 0)
    with pytest.raises(ValueError, match="5 words, the other 4"):
        script.compare(wanted, wanted[1:])


def test_a_voice_is_compared_with_the_author_and_a_teacher(script, processor, tmp_path, capsys):
    sentences = tmp_path / "sentences.tsv"
    sentences.write_text("test\tShe came, and he left.\ntest\tWhy?\n", encoding="utf-8")
    rows = []
    for text, long in (("She came, and he left.", ","), ("Why?", "")):
        row = processor.encode(text, "en")
        names = processor.tokenizer.convert_ids_to_tokens(row["input_ids"])
        frames = torch.tensor([40.0 if name == long else 4.0 for name in names])
        said = Prosody(frames.log1p(), torch.zeros(len(names)), torch.zeros(len(names)), torch.zeros(len(names)))
        rows.append({"text": text, "input_ids": row["input_ids"], **vars(said)})
    torch.save({"rows": {"train": [], "eval": rows}, "speakers": ["af_heart"]}, tmp_path / "corpus.pt")
    teacher = script.teacher_pauses(tmp_path / "corpus.pt", processor)
    assert teacher == [False, True, False, False, True, True]
    script.main([str(VOICE), "--sentences", str(sentences), "--teacher", str(tmp_path / "corpus.pt"), "--show"])
    printed = capsys.readouterr().out
    assert "summary voice=" in printed and "words=6 " in printed and "teacher_f1=" in printed
    assert "left" in printed and printed.splitlines()[-1].startswith("| ")
