"""What one voice takes over from another, what growing leaves alone, and that every weight is accounted for."""

import json
import logging

import pytest
import torch
from helpers.example_scripts import recipe, run
from helpers.models import bert_config
from helpers.training import TEXTS, tiny_discriminator, write_corpus
from transformers import BertModel, SpeechT5HifiGan, SpeechT5HifiGanConfig

from transformers_tts_gan import (
    TTSGanConfig,
    TTSGanDiscriminator,
    TTSGanModel,
    TTSGanProcessor,
    TTSGanVocoder,
    TTSGanVocoderConfig,
    phone_tokenizer,
    resize_embedding_tables,
)
from transformers_tts_gan.training.build import load_discriminator
from transformers_tts_gan.training.recipe import ModelArguments


PHONES = "acoustic.phone_embedding.weight"
SPEAKERS = "acoustic.speaker_embedding.weight"
LANGUAGES = "acoustic.language_embedding.weight"


@torch.no_grad()
def waveform(model, processor, *texts, **options) -> torch.Tensor:
    return model.eval()(**processor(list(texts), **options)).waveform


@pytest.fixture
def new_names(text_tokenizer):
    """A processor that shares one speaker, one language and most phones with the voice of the fixtures."""
    tokenizer = phone_tokenizer(("<ß>", "<ü>"))
    return TTSGanProcessor(tokenizer, text_tokenizer, speakers=["carla", "bob"], languages=["de", "en"])


@pytest.fixture
def own(voice_folder):
    """A voice and its processor that a test may change."""
    return TTSGanModel.from_pretrained(voice_folder), TTSGanProcessor.from_pretrained(voice_folder)


def rows(processor, *phones) -> list[int]:
    return processor.tokenizer.convert_tokens_to_ids(list(phones))


def accounted(model: TTSGanModel, other: TTSGanModel, report) -> bool:
    """Whether a report counts each parameter of the new voice once, and none of the other one is forgotten."""
    counted = [*report.loaded.values(), *report.new.values(), *(table.parameters for table in report.resized.values())]
    named = {**report.loaded, **report.resized, **report.left_out}
    return sum(counted) == model.num_parameters() and {name for name, _ in other.named_parameters()} <= named.keys()


def test_rows_are_matched_by_name(voice, processor, voice_folder, new_names):
    model = TTSGanModel.from_pretrained_parts(acoustic=str(voice_folder), processor=new_names)
    old, new = voice.acoustic, model.acoustic
    assert new.phone_embedding.num_embeddings == model.config.vocab_size == voice.config.vocab_size + 2
    shared = ("<pad>", "<sil>", "AE1", "zh", "ang4", ".")
    at, before = rows(new_names, *shared), rows(processor, *shared)
    assert new.phone_embedding.weight[at].equal(old.phone_embedding.weight[before])
    assert new.speaker_embedding.weight[1].equal(old.speaker_embedding.weight[1])  # bob
    assert new.language_embedding.weight[1].equal(old.language_embedding.weight[0])  # en
    report = model.transfer_report
    assert (report.resized[SPEAKERS].kept, report.resized[SPEAKERS].left_out) == (("bob",), ("ann",))
    assert (report.resized[LANGUAGES].new, report.resized[LANGUAGES].left_out) == (("de",), ("zh",))
    assert report.resized[PHONES].new == ("<ß>", "<ü>") and report.resized[PHONES].left_out == ()
    assert accounted(model, voice, report) and not report.new and not report.left_out


def test_what_both_voices_know_sounds_the_same(voice, processor, voice_folder, new_names):
    model = TTSGanModel.from_pretrained_parts(acoustic=str(voice_folder), processor=new_names)
    options = {"speaker": "bob", "language": "en"}
    expected = waveform(voice, processor, "Good morning.", **options)
    assert waveform(model, new_names, "Good morning.", **options).equal(expected)


def test_new_speakers_begin_as_the_mean_and_new_phones_near_it(voice, voice_folder, new_names):
    model = TTSGanModel.from_pretrained_parts(acoustic=str(voice_folder), processor=new_names)
    torch.testing.assert_close(
        model.acoustic.speaker_embedding.weight[0], voice.acoustic.speaker_embedding.weight.mean(dim=0)
    )
    known = voice.acoustic.phone_embedding.weight[1:]
    one, other = model.acoustic.phone_embedding.weight[rows(new_names, "<ß>", "<ü>")]
    usual = (known - known.mean(dim=0)).norm(dim=1).mean()
    assert (one - known.mean(dim=0)).norm() < usual and (other - known.mean(dim=0)).norm() < usual
    assert (one - other).norm() > usual / 4


def test_a_text_encoder_of_another_width_gets_a_new_projection(voice, processor):
    fields = {**bert_config(len(processor.text_tokenizer)).to_dict(), "hidden_size": 24}
    encoder = BertModel(type(bert_config(1))(**fields), add_pooling_layer=False)
    model = TTSGanModel.from_pretrained_parts(
        text_encoder=encoder, acoustic=voice, processor=processor, acoustic_processor=processor
    )
    assert model.acoustic.context.in_features == 24
    assert not model.acoustic.context_gate.any() and voice.acoustic.context_gate.any()
    report = model.transfer_report
    assert set(report.new) == {"acoustic.context.weight", "acoustic.context_gate"}
    assert {name.split(".")[0] for name in report.left_out} == {"acoustic", "text_encoder"}
    assert not report.resized and accounted(model, voice, report)
    assert model.acoustic.to_mel.weight.equal(voice.acoustic.to_mel.weight)


def test_a_vocoder_of_other_bands_gets_new_layers_beside_it(voice):
    vocoder = TTSGanVocoder(TTSGanVocoderConfig.from_preset("tiny", num_mel_bins=50))
    model = TTSGanModel.from_pretrained_parts(vocoder=vocoder, acoustic=voice)
    report = model.transfer_report
    new = {"acoustic.to_mel.weight", "acoustic.to_mel.bias", "acoustic.aligner.frames.0.weight"}
    assert new == set(report.new) and new < set(report.left_out) and accounted(model, voice, report)


def test_sizes_that_leave_little_of_the_other_voice_are_warned_of(voice, caplog):
    with caplog.at_level(logging.WARNING):
        config = TTSGanConfig.from_preset("tiny", hidden_size=64)
        model = TTSGanModel.from_pretrained_parts(config, acoustic=voice)
    assert "leave `config` out" in caplog.text
    assert model.config.hidden_size == 64 and accounted(model, voice, model.transfer_report)


def test_without_names_tables_of_other_sizes_are_refused(voice, processor):
    config = TTSGanConfig(**{**voice.config.to_dict(), "num_speakers": 3})
    with pytest.raises(ValueError, match="`acoustic.speaker_embedding.weight` has 3 rows.* has 2: give `processor`"):
        TTSGanModel.from_pretrained_parts(config, acoustic=voice)
    with pytest.raises(ValueError, match="give its `acoustic_processor`"):
        TTSGanModel.from_pretrained_parts(acoustic=voice, processor=processor)


def test_the_report_tells_new_parts_from_loaded_ones_without_another_voice(config, text_encoder_folder):
    report = TTSGanModel.from_pretrained_parts(config, text_encoder=str(text_encoder_folder)).transfer_report
    assert {name.split(".")[0] for name in report.loaded} == {"text_encoder"}
    assert {name.split(".")[0] for name in report.new} == {"acoustic", "vocoder"}


def test_the_report_is_a_short_table(voice_folder, new_names):
    lines = str(TTSGanModel.from_pretrained_parts(acoustic=str(voice_folder), processor=new_names).transfer_report)
    lines = lines.splitlines()
    assert lines[0].split() == ["|", "weights", "|", "parameters", "|", "which", "|"] and len(lines) < 10
    assert all(line.count("|") == 4 for line in lines)
    assert any("`<ß>`, `<ü>`" in line for line in lines) and any("left out: `ann`" in line for line in lines)


def test_growing_leaves_every_old_speaker_as_it_was(own):
    model, processor = own
    texts = ("Good morning.", "The 25 cats of 北京 sat there.")
    before = {name: waveform(model, processor, *texts, speaker=name) for name in ("ann", "bob")}
    report = resize_embedding_tables(model, processor, ["carla", "bob", "dora"], ["en", "de"], ["<ß>", "AE1"])
    assert processor.speakers == ["ann", "bob", "carla", "dora"] and processor.languages == ["en", "zh", "de"]
    assert (model.config.num_speakers, model.config.num_languages) == (4, 3)
    assert model.config.vocab_size == len(processor.tokenizer) == model.acoustic.phone_embedding.num_embeddings
    assert report.resized[SPEAKERS].new == ("carla", "dora") and report.resized[PHONES].new == ("<ß>",)
    for name, expected in before.items():
        assert waveform(model, processor, *texts, speaker=name).equal(expected)


def test_a_grown_voice_comes_back_from_a_folder(own, tmp_path):
    model, processor = own
    resize_embedding_tables(model, processor, ["carla"], ["de"], ["<ß>", "<a>"])
    options = {"speaker": "carla", "language": "de"}
    expected = waveform(model, processor, "aß", **options)
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    again = TTSGanProcessor.from_pretrained(tmp_path)
    assert waveform(TTSGanModel.from_pretrained(tmp_path), again, "aß", **options).equal(expected)


def test_growing_by_names_that_are_known_changes_nothing(own):
    model, processor = own
    tables = [model.acoustic.phone_embedding, model.acoustic.speaker_embedding, model.acoustic.language_embedding]
    report = resize_embedding_tables(model, processor, ["ann"], ["zh"], ["AE1"])
    assert not report.resized and sum(report.loaded.values()) == model.num_parameters()
    assert tables[0] is model.acoustic.phone_embedding and tables[1] is model.acoustic.speaker_embedding


def test_training_reaches_the_new_rows(own):
    model, processor = own
    resize_embedding_tables(model, processor, ["carla"], (), ["<ß>"])
    batch = processor("ß", "de", "carla")
    labels = 0.1 * torch.randn(1, 40 * 256, generator=torch.Generator().manual_seed(0))
    sum(model.train()(**batch, labels=labels).losses.values()).backward()
    assert model.acoustic.speaker_embedding.weight.grad[2].any()
    assert not model.acoustic.speaker_embedding.weight.grad[:2].any()
    assert model.acoustic.phone_embedding.weight.grad[rows(processor, "<ß>")].any()


def test_the_processor_of_another_voice_is_refused(own):
    model, _ = own
    stranger = TTSGanProcessor(phone_tokenizer(), speakers=["a", "b", "c"])
    with pytest.raises(ValueError, match="names 3 rows of `speaker_embedding`, but the voice has 2"):
        resize_embedding_tables(model, stranger, ["d"])


def test_a_vocoder_of_another_kind_is_refused_with_words(tmp_path):
    hifigan = SpeechT5HifiGan(SpeechT5HifiGanConfig(upsample_initial_channel=16))
    hifigan.save_pretrained(tmp_path)
    for load in (
        lambda: TTSGanVocoder.from_pretrained(tmp_path),
        lambda: TTSGanModel.from_pretrained_parts(vocoder=str(tmp_path)),
        lambda: TTSGanModel.from_pretrained_parts(vocoder=hifigan),
    ):
        with pytest.raises(
            ValueError, match="`speecht5_hifigan`, but .* needed: wrap it by `HifiGanVocoder.from_hifigan`"
        ):
            load()
    (tmp_path / "config.json").write_text(json.dumps({"resblock": "1", "num_mels": 80}), encoding="utf-8")
    with pytest.raises(ValueError, match="`TTSGanVocoder` is needed"):
        TTSGanVocoder.from_pretrained(tmp_path)


def test_the_vocoder_of_a_whole_voice_is_taken(voice, voice_folder):
    loaded = TTSGanVocoder.from_pretrained(voice_folder).state_dict()
    assert all(value.equal(loaded[name]) for name, value in voice.vocoder.state_dict().items())


def test_discriminators_are_found_beside_what_training_starts_from(tmp_path):
    discriminators = tiny_discriminator()
    assert TTSGanDiscriminator.beside(str(tmp_path)) is None
    for name in ("discriminator", "_discriminator"):
        discriminators.save_pretrained(tmp_path / name / name)
        found = TTSGanDiscriminator.beside(str(tmp_path / name))
        assert all(value.equal(found.state_dict()[key]) for key, value in discriminators.state_dict().items())


def test_discriminators_of_an_older_shape_are_refused(tmp_path):
    """Half of them would know nothing, and only a table of Transformers' would say so."""
    discriminators = tiny_discriminator()
    del discriminators.sub_discriminators[1]
    discriminators.save_pretrained(tmp_path / "discriminator")
    with pytest.raises(ValueError, match="lacks 6 weights of `TTSGanDiscriminator`"):
        TTSGanDiscriminator.beside(str(tmp_path))


def test_discriminators_that_are_named_win_and_the_log_says_which(tmp_path, caplog):
    discriminators = tiny_discriminator()
    discriminators.save_pretrained(tmp_path / "voice" / "discriminator")
    with torch.no_grad():
        discriminators.sub_discriminators[0].output.bias.fill_(7.0)
    discriminators.save_pretrained(tmp_path / "named")
    (tmp_path / "bare").mkdir()

    def bias(**fields) -> float:
        return load_discriminator(ModelArguments(preset="tiny", **fields)).sub_discriminators[0].output.bias.item()

    with caplog.at_level(logging.INFO):
        voice, named, bare = (str(tmp_path / name) for name in ("voice", "named", "bare"))
        assert bias(model_name_or_path=voice, discriminator=named) == 7.0
        assert bias(model_name_or_path=voice) == 0.0 and "saved with `" + voice in caplog.text
        assert bias(vocoder=bare, acoustic=voice) == 0.0
        bias(vocoder=bare)
    assert "discriminator_warmup_ratio" in caplog.text


@pytest.fixture(scope="module")
def german(tmp_path_factory):
    """A corpus of a speaker and a language that the voice of the fixtures does not know."""
    folder = write_corpus(tmp_path_factory.mktemp("german"))
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [{**line, "text": "Süß.", "speaker": "carla", "language": "de"} for line in lines]
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def test_run_tts_adds_a_speaker_and_letters_to_a_voice(voice_folder, german, tmp_path, monkeypatch):
    table = recipe(tmp_path / "r.yaml", datasets=[str(german)], output_dir=str(tmp_path / "out"))
    run("run_tts", table, "--model_name_or_path", voice_folder, "--max_steps", 2, monkeypatch=monkeypatch)
    processor = TTSGanProcessor.from_pretrained(tmp_path / "out")
    assert processor.speakers == ["ann", "bob", "carla"] and processor.languages == ["en", "zh", "de"]
    model = TTSGanModel.from_pretrained(tmp_path / "out")
    assert waveform(model, processor, "Süß.", language="de", speaker="carla").isfinite().all()
    assert waveform(model, processor, TEXTS[1], speaker="bob").isfinite().all()
    assert "`carla`" in (tmp_path / "out" / "transfer.md").read_text(encoding="utf-8")


def test_run_tts_starts_a_new_voice_from_another(voice, voice_folder, german, tmp_path, monkeypatch):
    table = recipe(tmp_path / "r.yaml", datasets=[str(german)], output_dir=str(tmp_path / "out"))
    run("run_tts", table, "--acoustic", voice_folder, "--max_steps", 1, monkeypatch=monkeypatch)
    processor = TTSGanProcessor.from_pretrained(tmp_path / "out")
    assert processor.speakers == ["carla"] and processor.languages == ["de"] and processor.text_tokenizer is not None
    report = (tmp_path / "out" / "transfer.md").read_text(encoding="utf-8")
    assert "left out: `ann`, `bob`" in report and "`<ß>`" in report
    model = TTSGanModel.from_pretrained(tmp_path / "out")
    torch.testing.assert_close(model.acoustic.to_mel.weight, voice.acoustic.to_mel.weight, atol=0.02, rtol=0)
