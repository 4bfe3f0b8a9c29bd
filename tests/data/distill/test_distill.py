"""A pretrained TTS speaks, what was not understood is left out, and a run that is killed goes on where it stood."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from transformers_tts_gan import DistillArguments, distill, load_speech
from transformers_tts_gan.cli.main import main
from transformers_tts_gan.data.distill.judging import Judge
from transformers_tts_gan.data.distill.pipelines import PipelineTeacher
from transformers_tts_gan.data.distill.shards import Shard, read_shards
from transformers_tts_gan.data.distill.teachers import load_teacher
from transformers_tts_gan.data.distill.texts import plan_takes, read_texts
from transformers_tts_gan.text.frontend import TextFrontend


VOICE = Path(__file__).parents[3] / "examples" / "voices" / "bilingual"
SCRIPT = Path(__file__).parents[3] / "examples" / "distill.py"
SENTENCES = [
    f"The {word} train leaves at {n} o'clock." for n, word in enumerate("first second third fast slow".split())
]
TEACHER = '''
import time
import numpy as np

def say(text, seed, speaking_rate, language):
    """A tone for each letter: real sound, of a length that the text decides."""
    time.sleep(PAUSE)
    pitches = [100 + 7 * ord(letter) + seed for letter in text]
    step = int(800 / speaking_rate)
    return np.concatenate([0.3 * np.sin(np.arange(step) * pitch * 2 * np.pi / 16_000) for pitch in pitches]), 16_000
'''


@pytest.fixture
def tones(tmp_path, monkeypatch):
    """A function that speaks, in a module of its own, and a file of texts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("tone_teacher.py").write_text(TEACHER.replace("PAUSE", "0.0"), encoding="utf-8")
    Path("slow_teacher.py").write_text(TEACHER.replace("PAUSE", "0.05"), encoding="utf-8")
    Path("texts.txt").write_text("\n".join(SENTENCES * 2) + "\n", encoding="utf-8")
    return "tone_teacher:say"


def options(teacher, folder, **more):
    return DistillArguments(teacher, ["texts.txt"], folder, **{"min_mos": 0, "test_share": 0.2, **more})


def rows_of(folder):
    return [json.loads(line) for line in Path(folder, "metadata.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_shipped_voice_speaks_a_corpus_that_training_reads(tones):
    report = distill(options(str(VOICE), "out", speaking_rates=[0.8, 1.25], seeds=[3]))
    assert (len(report.rows), report.dropped) == (5, [])
    rows = load_speech("out")
    assert sorted(rows["text"]) == sorted(SENTENCES) and set(rows["speaker"]) == {"af_heart"}
    assert set(rows["speaking_rate"]) == {0.8, 1.25} and set(rows["seed"]) == {3}
    assert rows["split"][:].count("test") == 1
    for row in rows:
        info = soundfile.info(row["audio"])
        assert info.format == "FLAC" and info.samplerate == 24_000 and info.duration > 1
        words = TextFrontend("en")(row["text"]).words
        assert row["words"].split() == [word.text for word in words]
        assert [part.split() for part in row["phones"].rstrip(" .").split("|")] == [list(w.phones) for w in words]
    origin = json.loads(Path("out", "voice_data.json").read_text())
    license = re.search(r"^license: (.+)$", (VOICE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert origin["license"] == license and {"torch", "transformers_tts_gan"} <= origin["versions"].keys()
    assert Path("out", "README.md").read_text().startswith(f"---\nlicense: {license}\n---")


def test_a_text_that_cannot_be_read_is_dropped_by_name_and_can_be_looked_at(tones):
    Path("texts.txt").write_text("One two three four.\n\ue000 five\n")
    report = distill(options(tones, "out", license="cc0-1.0"))
    assert [row["text"] for row in report.rows] == ["One two three four."] and report.counts() == {"failed": 1}
    page = Path("out", "report.html").read_text()
    assert "Cannot read" in page and "phones a second" in page and "cc0-1.0" in page
    assert json.loads(Path("out", "report.json").read_text())["dropped"] == {"failed": 1}


def test_other_limits_need_nothing_to_be_spoken_again(tones):
    distill(options(tones, "out"))
    before = {path: path.stat().st_mtime_ns for path in Path("out", "audio").rglob("*.flac")}
    shard = Path("out", "shards", "0000.jsonl")
    records = [json.loads(line) for line in shard.read_text().splitlines()]
    records[0]["error"] = 0.5  # as a recognizer would have found
    shard.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert distill(options(tones, "out")).counts() == {"not understood": 1}
    assert distill(options(tones, "out", max_error=0.6)).counts() == {}
    assert {path: path.stat().st_mtime_ns for path in Path("out", "audio").rglob("*.flac")} == before


def start(teacher, folder, **environment):
    command = ["--teacher", teacher, "--texts", "texts.txt", "--output_dir", folder, "--min_mos", "0"]
    path = os.pathsep.join([str(Path(__file__).parents[3]), os.getcwd()])
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *command, "--seeds", "0", "1", "2", "3"],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def wait_for(condition, process, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)


def test_a_run_that_is_killed_goes_on_and_nothing_is_lost_or_doubled(tones):
    distill(options(tones, "whole", seeds=[0, 1, 2, 3], test_share=0.02))
    process = start("slow_teacher:say", "killed")
    wait_for(lambda: len(list(read_shards(Path("killed")))) >= 3, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(list(read_shards(Path("killed"))))
    assert 3 <= done < 20 and not Path("killed", "metadata.jsonl").exists()
    with open("killed/shards/0000.jsonl", "a") as file:
        file.write('{"name": "cut o')
    kept = {path: path.stat().st_mtime_ns for path in Path("killed", "audio").rglob("*.flac")}
    distill(options("slow_teacher:say", "killed", seeds=[0, 1, 2, 3], test_share=0.02))
    assert rows_of("killed") == rows_of("whole") and len(rows_of("whole")) == 20
    assert len(Path("killed/shards/0000.jsonl").read_text().splitlines()) == 20
    assert sum(path.stat().st_mtime_ns == old for path, old in kept.items()) >= done
    for row in rows_of("whole"):
        assert Path("killed", row["audio"]).read_bytes() == Path("whole", row["audio"]).read_bytes()


def test_two_processes_share_the_texts_out_and_the_last_one_makes_the_corpus(tones):
    distill(options(tones, "one", seeds=[0, 1, 2, 3], test_share=0.02))
    both = [start(tones, "two", RANK=str(rank), WORLD_SIZE="2") for rank in range(2)]
    assert [process.wait(timeout=280) for process in both] == [0, 0]
    shares = [len(path.read_text().splitlines()) for path in sorted(Path("two", "shards").glob("000*.jsonl"))]
    assert shares == [10, 10]
    assert rows_of("two") == rows_of("one")


def test_a_process_alone_of_two_leaves_the_rest_and_makes_no_corpus(tones, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert distill(options(tones, "out")) is None and not Path("out", "metadata.jsonl").exists()
    monkeypatch.setenv("RANK", "0")
    assert len(distill(options(tones, "out")).rows) == 5


def test_a_folder_belongs_to_one_teacher_and_a_shard_to_one_process(tones):
    distill(options(tones, "out"))
    with pytest.raises(ValueError, match="`out` was begun with `teacher` 'tone_teacher:say', not 'slow_teacher:say'"):
        distill(options("slow_teacher:say", "out"))
    with pytest.raises(ValueError, match="`out` was begun with `predicts MOS` False, not True"):
        distill(options(tones, "out", min_mos=3))
    code = (
        "from pathlib import Path; from transformers_tts_gan.data.distill.shards import Shard; Shard(Path('out'), 0)"
    )
    held = Shard(Path("out"), 0)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    held.close()
    assert "`out` is in use" in other.stderr


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"speakers": ["eve"]}, "has no speaker `eve`; it knows `af_heart`, `zm_yunxi`"),
        ({"language": "de"}, "speaks .*, but there are texts in de"),
        ({"recognizer": ["a", "b"]}, "write `LANGUAGE=FOLDER`"),
    ],
)
def test_what_the_teacher_cannot_do_is_said_before_anything_is_spoken(tones, more, message):
    with pytest.raises(ValueError, match=message):
        distill(options(str(VOICE), "out", **more))


def test_a_package_that_is_missing_ends_the_run_and_drops_nothing(tones):
    Path("needy_teacher.py").write_text("def say(text):\n    import there_is_no_such_module\n")
    with pytest.raises(ImportError, match="there_is_no_such_module"):
        distill(options("needy_teacher:say", "out"))
    assert list(read_shards(Path("out"))) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"limit": 0}, "`limit` is 0"),
        ({"seeds": []}, "need one value each"),
        ({"speaking_rates": [0.0]}, "holds 0.0; needs 0.25 to 4"),
        ({"test_share": 0.9}, "needs 0 to 0.5"),
        ({"min_mos": 0.5}, "needs 1 to 5"),
    ],
)
def test_arguments_out_of_range_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        options("hibari", "out", **fields)


def test_the_command_speaks_and_says_what_it_kept(tones, capsys):
    main(
        [
            "distill",
            "--teacher",
            tones,
            "--texts",
            "texts.txt",
            "--output_dir",
            "out",
            "--min_mos",
            "0",
            "--limit",
            "2",
        ]
    )
    assert "2 of 2 recordings are kept" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="There is no function `tone_teacher:sing`"):
        main(["distill", "--teacher", "tone_teacher:sing", "--texts", "texts.txt", "--output_dir", "other"])


def test_a_teacher_of_transformers_speaks_by_speaker_seed_and_rate(tmp_path):
    """MMS and VITS: no weights of them are here, so a small model with new weights stands for them."""
    import torch
    from transformers import VitsConfig, VitsModel, VitsTokenizer, pipeline

    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "ffn_dim": 16, "flow_size": 16}
    small |= {"spectrogram_bins": 9, "upsample_initial_channel": 32, "prior_encoder_num_flows": 2, "num_speakers": 3}
    small |= {
        "duration_predictor_num_flows": 2,
        "speaker_embedding_size": 4,
        "vocab_size": 40,
        "wavenet_dilation_rate": 1,
    }
    model = VitsModel(VitsConfig(**small)).eval()
    letters = {char: number for number, char in enumerate("abcdefghijklmnopqrstuvwxyz .!?-'_")}
    (tmp_path / "vocab.json").write_text(json.dumps(letters))
    tokenizer = VitsTokenizer(str(tmp_path / "vocab.json"), phonemize=False, is_uroman=False)
    teacher = PipelineTeacher(pipeline("text-to-speech", model=model, tokenizer=tokenizer))
    assert teacher.speakers == ("0", "1", "2")
    waves = [teacher.speak("good morning", "en", s, seed, rate)[0] for s, seed, rate in
             (("0", 0, 1.0), ("0", 0, 1.0), ("0", 1, 1.0), ("1", 0, 1.0), ("0", 0, 2.0))]  # fmt: skip
    assert np.array_equal(waves[0], waves[1])
    assert not any(len(wave) == len(waves[0]) and np.allclose(wave, waves[0]) for wave in waves[2:])
    assert len(waves[4]) < len(waves[0])


class Hears:
    """A recognizer that hears what it is told to."""

    def __init__(self, text):
        self.text = text

    def transcribe(self, wave, sampling_rate):
        return self.text


def test_a_judge_asks_the_recognizers_of_both_languages_for_a_mixed_text():
    wave = np.sin(np.arange(16_000) / 5).astype(np.float32)
    heard = {"zh": "我用派森写代码", "en": "I use Python to write code"}
    asked = []

    def make(code):
        asked.append(code)
        return Hears(heard[code])

    judge = Judge(make, lambda wave, rate: 4.0)
    scores = judge(TextFrontend("zh")("我用 Python 写代码。"), wave, 16_000)
    assert scores["error"] == 0 and scores["mos"] == 4.0 and asked == ["zh", "en"]
    assert judge(TextFrontend("zh")("我用派写代码。"), wave, 16_000)["error"] == round(1 / 6, 4)
    assert asked == ["zh", "en"]


def test_texts_come_once_from_lines_and_tables_with_their_split(tones):
    Path("table.csv").write_text("text,language,split\nBonjour.,fr,test\nSalut.,fr,train\n,fr,train\n")
    texts = read_texts(["texts.txt", "table.csv"], "en")
    assert len(texts) == 7 and (texts[5].language, texts[5].split) == ("fr", "test")
    assert len({take.name for take in plan_takes(texts, ["a", "b"], [0, 1], [1.0])}) == 28
    with pytest.raises(ValueError, match="has no column `sentence`"):
        read_texts(["table.csv"], "fr", "sentence")


@pytest.mark.parametrize(
    ("source", "module", "command"),
    [("hibari", "hibari", "pip install hibari-tts"), ("kokoro:.", "onnxruntime", "pip install onnxruntime")],
)
def test_a_missing_package_of_a_teacher_is_named(tones, monkeypatch, source, module, command):
    for name in ("model.onnx", "phonemes.json", "voices"):
        Path(name).touch()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=f"needs `{module}`.*run `{command}`"):
        load_teacher(source)
    with pytest.raises(FileNotFoundError, match="there/model.onnx` does not exist"):
        load_teacher("kokoro:there")
