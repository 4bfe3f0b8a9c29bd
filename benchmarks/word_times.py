"""Compare the times of words that a voice tells with those that a recognizer hears.

python benchmarks/word_times.py --recognizer Systran/faster-whisper-base --language en zh

Each sentence is spoken once, and Whisper tells when it hears its words (cross-attention and dynamic time warping).
Both lists of words are aligned; only words that were heard as they were written are compared. Whisper's own
times are good to some hundredths of a second, so that the difference is that of both. The last line of each
language is `summary language=… words=… median_start_ms=… median_end_ms=…`.
"""

import argparse
import difflib
import re
import statistics

import numpy as np

from transformers_tts_gan import TTSGanPipeline, resample
from transformers_tts_gan.text import split_sentences
from transformers_tts_gan.utils.require import require


RATE = 16_000  # Hz; what Whisper hears
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+(?:['’][^\W\u4e00-\u9fff]+)*")
ENGLISH = """The old harbor was quiet when the fishing boats came home. Nobody had told the children about the storm.
She opened the letter slowly and read it twice before she answered. Rivers carry more water in the spring, when snow
melts in the mountains. My brother bought a red bicycle from the shop around the corner. They walked along the beach
until the sun went down. Please put the books back on the shelf when you have finished reading. The teacher asked a
simple question, but nobody knew the answer. A small bird built its nest under our roof last summer. We took the early
train because the roads were covered with ice. He plays the piano every evening after dinner. The market opens at seven
and closes at noon. I have never seen such a beautiful garden in the middle of a city. Fresh bread smells best in the
morning. The doctor told him to drink more water and to sleep longer. Our neighbors are moving to another country next
month. If it rains tomorrow, we will stay at home and watch a film. The museum has a large collection of old maps."""
CHINESE = """昨天晚上下了一场大雨，路上都是水。我妈妈每天早上六点起床做早饭。这家饭店的菜又便宜又好吃。他从小就喜
欢画画，长大以后成了一名画家。图书馆里很安静，大家都在认真看书。请把窗户关上，外面的风太大了。火车马
上就要开了，我们快一点走吧。秋天的时候，山上的树叶都变红了。她在一所中学教英语，学生们都很喜欢她。周
末我想和朋友一起去爬山。医生让他多喝水，好好休息。弟弟的房间里放着很多玩具。这本书我已经看过两遍了，
还是觉得很有意思。公园旁边新开了一家咖啡店。老人坐在门口，一边喝茶一边聊天。今年的冬天比去年冷得多。"""
TEXTS = {"en": ENGLISH.replace("\n", " "), "zh": CHINESE.replace("\n", "")}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="examples/voices/bilingual", help="folder or Hub id of a voice")
    parser.add_argument("--recognizer", default="Systran/faster-whisper-base", help="a model of faster-whisper")
    parser.add_argument("--language", nargs="+", choices=TEXTS, help="to speak. Default: those of the voice")
    parser.add_argument("--sentences", type=int, default=60, help="the most sentences to speak. Default: 60")
    return parser.parse_args()


def spoken_words(text: str, words) -> list[tuple[str, float, float]]:
    """Words as a recognizer writes them, each Chinese character by itself."""
    found = []
    for word in words:
        for match in WORD.finditer(word.text):
            times = word.characters[match.start() : match.end()]
            found.append((match[0].lower().replace("’", "'"), times[0][0], times[-1][1]))
    return found


def heard_words(model, audio, language: str) -> list[tuple[str, float, float]]:
    segments, _ = model.transcribe(audio, language=language, beam_size=5, temperature=0.0, word_timestamps=True)
    found = []
    for word in (word for segment in segments for word in segment.words):
        parts = WORD.findall(word.word)
        step = (word.end - word.start) / max(len(parts), 1)
        found += [(part.lower(), word.start + n * step, word.start + (n + 1) * step) for n, part in enumerate(parts)]
    return found


def compare(speak: TTSGanPipeline, model, language: str, sentences: int) -> None:
    """Print how far the times of the words of some sentences lie from those that a recognizer hears."""
    starts, ends, all_words = [], [], 0
    for sentence in split_sentences(TEXTS[language])[:sentences]:
        speech = speak(sentence, language=language, return_timestamps=True)
        ours = spoken_words(sentence, speech["words"])
        heard = heard_words(model, resample(speech["audio"], speech["sampling_rate"], RATE), language)
        all_words += len(ours)
        matcher = difflib.SequenceMatcher(
            a=[word for word, *_ in ours], b=[word for word, *_ in heard], autojunk=False
        )
        for first, other, size in matcher.get_matching_blocks():
            for (_, start, end), (_, heard_start, heard_end) in zip(
                ours[first : first + size], heard[other : other + size], strict=True
            ):
                starts.append(1_000 * (start - heard_start))
                ends.append(1_000 * (end - heard_end))
    for name, differences in (("start", starts), ("end", ends)):
        parts = np.percentile(np.abs(differences), (50, 75, 90, 95))
        shares = ", ".join(f"{share} % {part:.0f}" for share, part in zip((50, 75, 90, 95), parts, strict=True))
        print(f"{name:5}  bias {statistics.median(differences):+.0f} ms, absolute differences in ms: {shares}")
    medians = [statistics.median(map(abs, each)) for each in (starts, ends)]
    print(f"heard as written: {len(starts)} of {all_words} words")
    print(
        f"summary language={language} words={len(starts)} median_start_ms={medians[0]:.0f} "
        f"median_end_ms={medians[1]:.0f}",
        flush=True,
    )


def main():
    args = parse_arguments()
    speak = TTSGanPipeline.from_pretrained(args.model)
    whisper = require("faster_whisper", "This benchmark", extra="eval")
    model = whisper.WhisperModel(args.recognizer, device="cpu", compute_type="int8", cpu_threads=1)
    for language in args.language or speak.processor.languages:
        compare(speak, model, language, args.sentences)


if __name__ == "__main__":
    main()
