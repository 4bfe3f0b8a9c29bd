"""A small evaluation report and the card it goes into."""

from pathlib import Path

from transformers_tts_gan.cards.evaluation_section import Circumstances
from transformers_tts_gan.evaluation.report import Sentence, SystemResult, VoiceReport


def make_report(language: str = "en", errors: int = 1) -> VoiceReport:
    """Two sentences of which TTS gets `errors` of 8 words wrong."""
    rates = VoiceReport(language).rates

    def result(wrong: int) -> SystemResult:
        return SystemResult("good", dict.fromkeys(rates, (wrong, 4)), {"mos": 4.0 - wrong / 4}, 1.0, 0.1)

    said = {"ground_truth": result(0), "copy_synthesis": result(0), "tts": result(errors)}
    last = {**said, "tts": result(0)}
    return VoiceReport(language, sentences=[Sentence("Good day.", "ann", said), Sentence("Go on.", "ann", last)])


HOW = Circumstances(["kathleen"], "test", "whisper-base", "python examples/evaluate_voice.py --model my_voice")


def read(folder: Path) -> str:
    return (folder / "README.md").read_bytes().decode()
