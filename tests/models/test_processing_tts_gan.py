"""From text to model inputs: each phone knows its text tokens, whatever the language, and errors say what to do."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.models import SENTENCES
from transformers import AutoTokenizer

from transformers_tts_gan import TTSGanProcessor, phone_tokenizer
from transformers_tts_gan.models.tokenization_tts_gan import PAD, SILENCE
from transformers_tts_gan.text.rows import NO_PAUSE


VOICES = Path(__file__).parents[2] / "examples" / "voices"


def phones_with_pieces(processor, text: str, language: str) -> list[tuple[str, str]]:
    """Each phone with the text that its tokens stand for."""
    row = processor.encode(text, language)
    phones = processor.tokenizer.convert_ids_to_tokens(row["input_ids"])
    tokens = processor.text_tokenizer.convert_ids_to_tokens(row["text_input_ids"])
    return [(p, "".join(tokens[a:b]).replace("##", "")) for p, (a, b) in zip(phones, row["token_spans"], strict=True)]


def test_all_phones_of_an_english_word_get_all_its_tokens(processor):
    pairs = phones_with_pieces(processor, "Good morning.", "en")
    assert pairs[0] == pairs[-1] == (SILENCE, "")
    assert [piece for _, piece in pairs[1:4]] == ["good"] * 3
    assert pairs[4] == (" ", "")
    assert {piece for _, piece in pairs[5:-2]} == {"morning"}
    assert pairs[-2] == (".", ".")


def test_the_phones_of_a_chinese_character_get_its_token(processor):
    pairs = phones_with_pieces(processor, "今天很好。", "zh")
    assert [piece for phone, piece in pairs if phone in ("j", "in1", "t", "ian1")] == ["今", "今", "天", "天"]
    assert [piece for phone, piece in pairs if phone == "h"] == ["很", "好"]


def test_all_phones_of_a_number_get_the_tokens_of_its_digits(processor):
    """ "25" is read as two words, but the text encoder sees digits."""
    pairs = phones_with_pieces(processor, "the 25 cats", "en")
    of_number = [phone for phone, piece in pairs if piece == "25"]
    assert of_number[0] == "T" and of_number[-1] == "V" and len(of_number) > 8
    assert [piece for phone, piece in pairs if phone == "K"] == ["cats"]


def test_mixed_text_keeps_both_kinds_of_spans(processor):
    pieces = [piece for _, piece in phones_with_pieces(processor, "the 北京 cats", "en")]
    assert [piece for piece in dict.fromkeys(pieces) if piece] == ["the", "北", "京", "cats"]


def test_a_batch_is_padded_and_masked(processor, inputs):
    rows = [processor.encode(text) for text in SENTENCES]
    assert inputs["attention_mask"].sum(1).tolist() == [len(row["input_ids"]) for row in rows]
    assert inputs["text_window_ids"].sum(1).tolist() == [len(row["text_input_ids"]) for row in rows]
    assert inputs["input_ids"].shape == inputs["token_spans"].shape[:2]
    for item, row in enumerate(rows):
        count = len(row["input_ids"])
        assert inputs["input_ids"][item].tolist()[:count] == row["input_ids"]
        assert (inputs["input_ids"][item, count:] == processor.tokenizer.convert_tokens_to_ids(PAD)).all()
        assert (inputs["token_spans"][item, count:] == 0).all()


def test_spans_lie_within_the_tokens(inputs):
    spans, tokens = inputs["token_spans"], inputs["text_window_ids"].sum(1)
    assert (spans[..., 0] <= spans[..., 1]).all() and (spans[..., 1] <= tokens[:, None]).all()


def test_without_a_text_tokenizer_there_are_phones_alone(phone_processor):
    assert set(phone_processor("Good morning.")) == {"input_ids", "attention_mask"}


def test_speakers_and_languages_are_one_for_all_or_one_each(processor):
    both = processor(["Good.", "好。"], speaker=["bob", "ann"], language=["en", "zh"])
    assert both["speaker_id"].tolist() == [1, 0] and both["language_id"].tolist() == [0, 1]
    assert processor(["Good.", "Good."], speaker="bob")["speaker_id"].tolist() == [1, 1]
    with pytest.raises(ValueError):
        processor(["Good.", "Good."], speaker=["bob"])


def test_without_a_choice_the_model_is_left_to_choose(processor):
    """Otherwise `pipeline(...)("Good.", forward_params={"speaker_id": 1})` would name the speaker twice."""
    assert not {"speaker_id", "language_id"} & processor(["Good.", "Good."]).keys()
    assert processor("Good.", speaker="ann")["speaker_id"].tolist() == [0]
    assert processor("Good.", language="en")["language_id"].tolist() == [0]


def test_an_unknown_speaker_is_refused_with_the_known_ones(processor):
    with pytest.raises(ValueError, match="no speaker `eve` in this voice; it knows `ann`, `bob`"):
        processor("Good.", speaker="eve")


def test_phones_that_the_voice_has_not_learned_are_named(processor):
    with pytest.raises(ValueError, match=r"has not learned the phones \['<a>', '<p>', '<s>', '<ß>'\] of `Spaß`"):
        processor("Spaß", language="de")


def test_phones_of_another_language_can_be_added():
    processor = TTSGanProcessor(phone_tokenizer(("<s>", "<p>", "<a>", "<ß>")), languages=["de"])
    assert processor.tokenizer.unk_token_id not in processor("Spaß")["input_ids"]


def test_text_beyond_the_limit_is_refused_with_advice(text_tokenizer):
    processor = TTSGanProcessor(phone_tokenizer(), text_tokenizer, max_phones=20)
    with pytest.raises(ValueError, match="takes at most 20 at once.*`Good morning.*split it into sentences"):
        processor("Good morning. " * 10)


def test_a_text_longer_than_the_text_encoder_reads_goes_through_in_windows(text_tokenizer):
    processor = TTSGanProcessor(phone_tokenizer(), text_tokenizer, max_phones=5_000)
    row = processor.encode("cats " * 600)
    assert row["text_window_ids"] == [1] * 512 + [2] * 512
    first, last = row["token_spans"][-2]
    assert row["text_window_ids"][first] == 2 and last - first == 1
    assert row["text_input_ids"][first] == text_tokenizer.convert_tokens_to_ids("cats")


def test_arguments_of_the_model_are_sent_there(processor):
    with pytest.raises(
        TypeError,
        match=r"Unknown arguments \['speaking_rate'\]; `speaking_rate`, `pitch_shift` and the like go to the model",
    ):
        processor("Good.", speaking_rate=2.0)


def test_a_lexicon_wins_and_is_saved(tmp_path):
    processor = TTSGanProcessor(phone_tokenizer(), lexicon={"gan": "G AE1 N"})
    processor.save_pretrained(tmp_path)
    for each in (processor, TTSGanProcessor.from_pretrained(tmp_path)):
        assert each.tokenizer.convert_ids_to_tokens(each.encode("gan")["input_ids"])[1:-1] == ["G", "AE1", "N"]


@pytest.mark.parametrize("name", ["processor", "phone_processor"])
def test_it_is_saved_and_loaded_with_and_without_a_text_tokenizer(name, request, tmp_path):
    processor = request.getfixturevalue(name)
    processor.save_pretrained(tmp_path)
    loaded = TTSGanProcessor.from_pretrained(tmp_path)
    assert (loaded.text_tokenizer is None) == (processor.text_tokenizer is None)
    assert (loaded.speakers, loaded.languages, loaded.max_phones) == (["ann", "bob"], ["en", "zh"], 1_000)
    assert loaded.sampling_rate == processor.sampling_rate
    before, after = processor(SENTENCES), loaded(SENTENCES)
    assert before.keys() == after.keys() and all(before[key].equal(after[key]) for key in before)


def test_every_phone_has_a_number_of_its_own(processor):
    """A space is the boundary between words: tokenizers like to lose it."""
    tokenizer = processor.tokenizer
    vocabulary = tokenizer.get_vocab()
    assert vocabulary[" "] != tokenizer.unk_token_id and sorted(vocabulary.values()) == list(range(len(tokenizer)))


def test_a_lexicon_and_words_come_from_files_and_are_saved(tmp_path):
    (tmp_path / "lexicon.txt").write_text("# ours\ngan\tG AE1 N\n单雄信\tshan4 xiong2 xin4\n", encoding="utf-8")
    (tmp_path / "words.txt").write_text("去银行 5 n\n", encoding="utf-8")
    processor = TTSGanProcessor(
        phone_tokenizer(), lexicon=tmp_path / "lexicon.txt", user_dict=str(tmp_path / "words.txt")
    )
    processor.save_pretrained(tmp_path / "voice")
    for each in (processor, TTSGanProcessor.from_pretrained(tmp_path / "voice")):
        assert each.lexicon == {"gan": "G AE1 N", "单雄信": "sh an4 x iong2 x in4"}
        assert each.frontend("gan").phones == ("G", "AE1", "N")
        assert [word.text for word in each.frontend("我去银行", "zh").words] == ["我", "去银行"]


def test_text_without_marks_has_no_inputs_for_them(processor):
    """Whoever feeds a voice by hand, or exports it, need not know about marks."""
    assert "prosody_controls" not in processor("<speak>Good <sub alias='morning'>m</sub>.</speak>")


def test_marks_reach_their_phones(processor):
    manner = "<prosody rate='50%' pitch='+2st' volume='-6dB'>"
    text = f"<speak>Good {manner}morning</prosody><break time='300ms'/> it is.</speak>"
    inputs = processor(["Good.", text])
    phones = processor.tokenizer.convert_ids_to_tokens(inputs["input_ids"][1])
    place = phones.index(",")
    assert inputs["pause_ms"][1, place] == 300 and (inputs["pause_ms"][1] == NO_PAUSE).sum() == len(phones) - 1
    for phone, mark in zip(phones[5:place], inputs["prosody_controls"][1, 5:place].tolist(), strict=True):
        assert mark == [0.5, 2.0, -6.0], phone
    assert (
        inputs["prosody_controls"][1, :4].tolist()
        == inputs["prosody_controls"][0, :4].tolist()
        == [[1.0, 0.0, 0.0]] * 4
    )
    assert (inputs["pause_ms"][0, :6] == NO_PAUSE).all() and (inputs["pause_ms"][0, 6:] == 0).all()


def test_the_language_of_ssml_is_that_of_the_voice(processor):
    assert processor("<speak xml:lang='zh-CN'>今天</speak>")["language_id"].tolist() == [1]


def test_markup_that_cannot_be_read_is_refused_with_its_place(processor):
    with pytest.raises(ValueError, match="position 12.*no element `brek`"):
        processor("<speak>Good <brek/></speak>")


def test_auto_tokenizer_of_a_voice_reads_and_writes_phones(voice, processor, voice_folder):
    """What it makes of phones is what the processor makes of the text, and a model can speak it."""
    tokenizer = AutoTokenizer.from_pretrained(voice_folder)
    expected = processor("Good morning, 北京.")
    phones = tokenizer.decode(expected["input_ids"][0], skip_special_tokens=True)
    assert phones == "G UH1 D | M AO1 R N IH0 NG , b ei3 j ing1 ."
    encoded = tokenizer(phones, return_tensors="pt")
    assert encoded["input_ids"].equal(expected["input_ids"])
    with torch.no_grad():
        assert voice(**encoded).waveform.equal(voice(**encoded, use_text_encoder=False).waveform)
    assert tokenizer.decode(encoded["input_ids"][0]) == f"<sil> {phones} <sil>"


@pytest.mark.parametrize("folder", ["bilingual", "kathleen"])
def test_auto_tokenizer_of_a_shipped_voice_pads_cuts_and_marks_the_unknown(folder):
    tokenizer = AutoTokenizer.from_pretrained(VOICES / folder)
    assert (tokenizer.pad_token_id, tokenizer.unk_token_id) == (0, 1)
    batch = tokenizer(["n i3 h ao3 .", "OY1", "nonsense"], padding=True, return_tensors="pt")
    assert batch["attention_mask"].sum(1).tolist() == [7, 3, 3]
    assert batch["input_ids"][1:, :4].tolist() == [[2, tokenizer.get_vocab()["OY1"], 2, 0], [2, 1, 2, 0]]
    assert len(tokenizer("n i3 h ao3 .", truncation=True, max_length=4)["input_ids"]) == 4
    for phone, number in tokenizer.get_vocab().items():
        assert tokenizer(tokenizer.decode([number]), add_special_tokens=False)["input_ids"] == [number], phone


@pytest.mark.parametrize(("return_tensors", "kind"), [("pt", torch.Tensor), ("np", np.ndarray), (None, list)])
def test_return_tensors_chooses_the_kind(processor, inputs, return_tensors, kind):
    batch = processor(SENTENCES, return_tensors=return_tensors)
    assert batch.keys() == inputs.keys()
    for name, values in batch.items():
        assert type(values) is kind and np.array_equal(np.asarray(values), inputs[name].numpy()), name


def test_without_padding_each_text_keeps_its_length(processor, inputs):
    batch = processor(SENTENCES, padding=False, return_tensors=None)
    for name in ("input_ids", "text_input_ids"):
        mask = inputs[{"input_ids": "attention_mask", "text_input_ids": "text_window_ids"}[name]]
        expected = [row[keep > 0].tolist() for row, keep in zip(inputs[name], mask, strict=True)]
        assert batch[name] == expected
    with pytest.raises(ValueError, match="padding=True"):
        processor(SENTENCES, padding=False)
    assert processor("Good.", padding=False)["input_ids"].shape == (1, 6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "max_length"}, "`padding` is 'max_length', but speech needs `True`"),
        ({"return_tensors": "tf"}, r"`return_tensors` is 'tf', but `pt` \(torch\), `np` or `None`"),
        ({"truncation": True}, "`truncation` would leave the end of a text unspoken"),
        ({"truncation": "longest_first"}, "`truncation` would leave"),
        ({"add_special_tokens": False}, "a model needs the silence at both ends"),
        ({"text_kwargs": {"truncation": True}}, "`truncation` would leave"),
    ],
)
def test_arguments_that_speech_has_no_use_for_are_refused_in_words(processor, arguments, message):
    with pytest.raises(ValueError, match=message):
        processor("Good.", **arguments)


def test_arguments_that_ask_for_what_happens_anyway_are_taken(processor):
    plain = processor("Good.")
    same = processor("Good.", padding="longest", truncation=False, add_special_tokens=True)
    assert same["input_ids"].equal(plain["input_ids"])


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ([], ValueError, "an empty list, but at least one text"),
        (("Good.", "Good."), TypeError, "`text` is a tuple, but a string or a list of strings"),
        (None, TypeError, "`text` is a NoneType"),
        (b"Good.", TypeError, "`text` is a bytes"),
        (["Good.", None], TypeError, r"`text\[1\]` is a NoneType, but a string"),
        (["Good.", ["Good."]], TypeError, r"`text\[1\]` is a list"),
    ],
)
def test_what_is_no_text_is_refused_with_its_type(processor, text, error, message):
    with pytest.raises(error, match=message):
        processor(text)


def test_text_kwargs_are_taken_as_other_processors_take_them(processor):
    assert isinstance(processor("Good.", text_kwargs={"return_tensors": None})["input_ids"], list)
    assert isinstance(processor("Good.", text_kwargs={})["input_ids"], torch.Tensor)


def test_the_names_of_the_inputs_are_told(processor, phone_processor):
    for each in (processor, phone_processor):
        assert set(each.model_input_names) == set(each("Good."))


def test_saving_changes_nothing(processor, tmp_path):
    before = processor.to_dict()
    processor.save_pretrained(tmp_path)
    assert processor.to_dict() == before == TTSGanProcessor.from_pretrained(tmp_path).to_dict()


@pytest.mark.parametrize("name", ["lexicon", "user_dict"])
def test_a_saved_voice_opens_no_file_of_the_machine_that_loads_it(phone_processor, tmp_path, name):
    phone_processor.save_pretrained(tmp_path)
    file = tmp_path / "processor_config.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**settings, name: "/etc/passwd"}), encoding="utf-8")
    with pytest.raises(ValueError, match=f"`{name}` of .* is '/etc/passwd', but a saved voice holds its words itself"):
        TTSGanProcessor.from_pretrained(tmp_path)


def test_a_tokenizer_alone_is_no_voice(tmp_path):
    phone_tokenizer().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="no `processor_config.json`"):
        TTSGanProcessor.from_pretrained(tmp_path)


def test_every_text_of_a_list_that_cannot_be_spoken_is_named(processor):
    with pytest.raises(ValueError) as caught:
        processor(["Good.", "...", "Who is it?", "<speak>Good <brek/></speak>"])
    first, second, third = str(caught.value).splitlines()
    assert first == "2 of 4 texts cannot be spoken:"
    assert second.startswith("- 1 (`...`): There is nothing to say")
    assert third.startswith("- 3 (`<speak>Good <brek/></speak>`): ") and "position 12" in third


def test_of_many_texts_that_cannot_be_spoken_ten_are_named(processor):
    with pytest.raises(ValueError, match="12 of 12 texts cannot be spoken") as caught:
        processor(["..."] * 12)
    assert len(str(caught.value).splitlines()) == 12 and str(caught.value).endswith("- and 2 more")


@pytest.mark.parametrize("text", ["\u525b\udd3e", "Good \ud83d."])
def test_half_a_character_is_refused_with_its_place(processor, text):
    """It comes from text that was cut in the middle of a character; UTF-8 cannot write it."""
    with pytest.raises(ValueError, match="half a character, U\\+D(D3E, at position 1|83D, at position 5)"):
        processor(text)
