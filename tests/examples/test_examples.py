"""The example scripts from end to end on a corpus of 8 recordings, and every recipe by its names."""

import json
import re
from pathlib import Path

import pytest
import soundfile
import torch
import yaml
from helpers.example_scripts import EXAMPLES, recipe, run
from helpers.training import TEXTS, write_corpus
from transformers import TrainingArguments

from transformers_tts_gan.models.modeling_tts_gan import TTSGanModel
from transformers_tts_gan.models.processing_tts_gan import TTSGanProcessor
from transformers_tts_gan.models.vocoder import TTSGanVocoder
from transformers_tts_gan.training.arguments import TTSGanTrainingArguments, parse_arguments
from transformers_tts_gan.training.prosody import ProsodyArguments
from transformers_tts_gan.training.recipe import DataArguments, ModelArguments, VocoderArguments


RECIPES = sorted((EXAMPLES / "recipes").glob("*.yaml"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A vocoder and a voice with it, trained by the two scripts."""
    folder = tmp_path_factory.mktemp("examples")
    corpus = write_corpus(folder / "corpus")
    with pytest.MonkeyPatch.context() as patch:
        vocoder = recipe(folder / "vocoder.yaml", datasets=[str(corpus)], output_dir=str(folder / "vocoder"))
        run("run_vocoder", vocoder, monkeypatch=patch)
        voice = recipe(
            folder / "voice.yaml",
            datasets=[str(corpus)],
            output_dir=str(folder / "voice"),
            vocoder=str(folder / "vocoder"),
            discriminator=str(folder / "vocoder" / "discriminator"),
            language="en",
        )
        run("run_tts", voice, "--max_steps", 2, monkeypatch=patch)
    return folder


def test_the_scripts_leave_a_voice_that_speaks(trained):
    voice = TTSGanModel.from_pretrained(trained / "voice")
    processor = TTSGanProcessor.from_pretrained(trained / "voice")
    with torch.no_grad():
        output = voice.eval()(**processor(TEXTS[1]))
    assert torch.isfinite(output.waveform).all()
    assert output.waveform.shape[1] == output.waveform_lengths.item() > 0
    assert processor.sampling_rate == voice.config.sampling_rate
    assert voice.config.vocab_size == len(processor.tokenizer)


def test_the_voice_has_the_sizes_of_its_vocoder(trained):
    vocoder = TTSGanVocoder.from_pretrained(trained / "vocoder")
    voice = TTSGanModel.from_pretrained(trained / "voice")
    sizes = {name: tensor.shape for name, tensor in vocoder.state_dict().items()}
    assert sizes == {name: tensor.shape for name, tensor in voice.vocoder.state_dict().items()}


def test_the_voice_says_where_it_comes_from(trained):
    """`evaluate_voice.py` finds the held-out sentences by this file."""
    origin = json.loads((trained / "voice" / "voice_data.json").read_text(encoding="utf-8"))
    assert origin["datasets"] == [{"path": str(trained / "corpus")}]
    assert (origin["language"], origin["eval_split"], origin["train_steps"]) == ("en", "test", 2)
    origin = json.loads((trained / "vocoder" / "voice_data.json").read_text(encoding="utf-8"))
    assert (origin["datasets"], origin["train_steps"]) == ([{"path": str(trained / "corpus")}], 3)
    assert "| corpus" in (trained / "vocoder" / "README.md").read_text(encoding="utf-8")


def test_a_voice_is_stored_in_half_its_size_with_another_vocoder(trained, tmp_path, monkeypatch):
    """Acoustic model and vocoder meet in a mel spectrogram, so that one can be exchanged without the other."""
    vocoder, small = trained / "vocoder", tmp_path / "small"
    run("shrink_voice", "--model", trained / "voice", "--vocoder", vocoder, "--output", small, monkeypatch=monkeypatch)
    old, new = TTSGanModel.from_pretrained(trained / "voice"), TTSGanModel.from_pretrained(small)
    wanted = TTSGanVocoder.from_pretrained(vocoder).state_dict()
    for name, tensor in new.vocoder.state_dict().items():
        torch.testing.assert_close(tensor, wanted[name], atol=1e-3, rtol=1e-3)
    for name, tensor in new.acoustic.state_dict().items():
        torch.testing.assert_close(tensor, old.acoustic.state_dict()[name], atol=1e-3, rtol=1e-3)
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (trained / "voice", small)]
    assert sizes[1] < 0.6 * sizes[0]
    old, new = (json.loads((each / "voice_data.json").read_text("utf-8")) for each in (trained / "voice", small))
    assert new == old | {"parts": old["parts"] | {"vocoder": str(vocoder)}}
    assert "Not evaluated yet" in (small / "README.md").read_text(encoding="utf-8")


def test_making_a_voice_small_keeps_a_card_written_by_hand(trained, tmp_path, monkeypatch):
    (tmp_path / "README.md").write_text("By hand.", encoding="utf-8")
    run("shrink_voice", "--model", trained / "vocoder", "--output", tmp_path, monkeypatch=monkeypatch)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "By hand."


def test_the_scripts_leave_what_goes_on_needs(trained):
    for name in ("vocoder", "voice"):
        assert (trained / name / "discriminator" / "model.safetensors").exists()
        assert (trained / name / "checkpoint-2" / "gan_state.pt").exists()
        assert not (trained / name / "_unfinished").exists()


def test_a_run_goes_on_from_its_checkpoint(trained, monkeypatch):
    checkpoint = trained / "voice" / "checkpoint-2"
    arguments = ["--resume_from_checkpoint", checkpoint, "--max_steps", 3, "--output_dir", trained / "longer"]
    run("run_tts", trained / "voice.yaml", *arguments, monkeypatch=monkeypatch)
    origin = json.loads((trained / "longer" / "voice_data.json").read_text(encoding="utf-8"))
    assert origin["train_steps"] == 3


def test_a_voice_trains_on_from_a_voice(trained, monkeypatch):
    """Fine-tuning keeps the processor and the sizes of the voice it starts from."""
    arguments = ["--model_name_or_path", trained / "voice", "--max_steps", 1, "--output_dir", trained / "tuned"]
    run("run_tts", trained / "voice.yaml", *arguments, "--max_train_samples", 4, monkeypatch=monkeypatch)
    assert TTSGanModel.from_pretrained(trained / "tuned").config.hidden_size == 32


def test_on_bad_raise_holds_for_the_scripts(trained, tmp_path, monkeypatch):
    """Who asks for it must hear of the first missing file, not get a smaller corpus."""
    corpus = write_corpus(tmp_path / "corpus", train=3)
    (corpus / "1.wav").unlink()
    arguments = ["--datasets", corpus, "--on_bad", "raise", "--output_dir", tmp_path / "out"]
    with pytest.raises(ValueError, match="1.wav"):
        run("run_tts", trained / "voice.yaml", *arguments, monkeypatch=monkeypatch)
    with pytest.raises(ValueError, match="1.wav"):
        run("run_vocoder", trained / "vocoder.yaml", *arguments, monkeypatch=monkeypatch)


def test_speak_writes_a_wav_file(trained, tmp_path, monkeypatch, capsys):
    wav = tmp_path / "said.wav"
    run("speak", "--model", trained / "voice", "--output", wav, "Good day.", monkeypatch=monkeypatch)
    assert soundfile.info(wav).samplerate == 16_000
    assert soundfile.info(wav).frames > 0
    assert str(wav) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"), [(["--model", "nope", "Hi."], "no folder `nope`"), (["..."], "nothing to say")]
)
def test_speak_says_in_words_what_it_cannot_say(arguments, says, monkeypatch):
    with pytest.raises(SystemExit, match=says):
        run("speak", *arguments, monkeypatch=monkeypatch)


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_a_script_is_short(name):
    """What it knows belongs into the library."""
    code = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 60
    assert re.findall(r"^ *(?:from|import) transformers_tts_gan\.(?!text import)\S+", code, re.MULTILINE) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_the_help_of_a_script_shows_an_example(name, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(name, "--help", monkeypatch=monkeypatch)
    assert re.search(rf"^ *(python|accelerate launch) examples/{name}.py \S", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_name_in_a_recipe_is_an_argument(path, tmp_path):
    """A recipe with a misspelled name would fail only when someone starts an hour of training."""
    classes = [ModelArguments, DataArguments, TTSGanTrainingArguments]
    if path.stem.startswith("vocoder"):
        classes = [VocoderArguments, TTSGanTrainingArguments]
    elif path.stem == "prosody":
        classes = [ProsodyArguments, TrainingArguments]
    *others, training = parse_arguments(*classes, arguments=[str(path)])
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert table["output_dir"] == training.output_dir == f"outputs/{path.stem}"
    if path.stem not in ("vits_finetune", "prosody"):  # their lengths are given in epochs and steps
        assert training.max_train_minutes <= 45
    for name, value in table.items():
        owner = next(each for each in (*others, training) if hasattr(each, name))
        assert getattr(owner, name) == value or name == "report_to"


def test_a_vocoder_trains_on_a_folder_of_sound_files_with_nothing_held_out(trained, tmp_path, monkeypatch):
    """Recordings without a table, transcripts or splits are what most people have."""
    sounds = {path.suffix for path in (trained / "corpus").rglob("*") if path.suffix in (".wav", ".flac", ".ogg")}
    for path in [path for suffix in sounds for path in (trained / "corpus").rglob(f"*{suffix}")]:
        (tmp_path / "sounds").mkdir(exist_ok=True)
        (tmp_path / "sounds" / path.name).write_bytes(path.read_bytes())
    table = recipe(
        tmp_path / "vocoder.yaml", datasets=[str(tmp_path / "sounds")], output_dir=str(tmp_path / "vocoder")
    )
    run("run_vocoder", table, "--eval_split", "", monkeypatch=monkeypatch)
    assert TTSGanVocoder.from_pretrained(tmp_path / "vocoder").config.hidden_size == 32
