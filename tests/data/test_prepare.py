"""Rows to batches: what is used, what is left out and named, how it is padded and in what order it comes."""

import itertools
import logging

import numpy as np
import pytest
import torch
from helpers.training import RATE, prepared_rows, speech_like, speech_rows, tiny_processor
from torch.utils.data import IterableDataset

from transformers_tts_gan.audio.io import AudioError
from transformers_tts_gan.data.prepare import (
    EndlessStream,
    LengthBucketSampler,
    PrepareSpeech,
    SpeechCollator,
    prepare_speech,
)
from transformers_tts_gan.models.configuration_tts_gan import TTSGanVocoderConfig


CONFIG = TTSGanVocoderConfig.from_preset("tiny")


def row(wave=None, text="Yes.", rate=RATE, path="some.wav", **others):
    audio = {"array": speech_like(0.8) if wave is None else wave, "sampling_rate": rate, "path": path}
    return {"audio": audio, "text": text, "speaker": "speaker", "language": "en", **others}


def prepare(with_processor: bool = True) -> PrepareSpeech:
    return PrepareSpeech(CONFIG, tiny_processor() if with_processor else None)


BAD = {
    "missing": {"audio": "nowhere/lost.wav", "text": "Yes.", "speaker": "speaker", "language": "en"},
    "silent": row(np.zeros(RATE, np.float32)),
    "empty text": row(text="  "),
    "too short": row(speech_like(0.2)),
    "too long": row(np.tile(speech_like(1.0), 16)),
    "too fast": row(text="This is far more than anyone could ever say in such a short time, believe me."),
    "text": row(text="Да."),
}


def test_a_good_row_becomes_whole_frames_at_one_loudness_with_a_pitch_for_each():
    """Frames, samples and F0 must agree, or pieces of them no longer belong together."""
    made = prepare()(row(speech_like(1.0, 200.0)))
    assert made["waveform"].dtype == np.int16
    assert len(made["waveform"]) == made["frames"] * CONFIG.hop_length
    assert len(made["f0"]) == made["frames"]
    assert np.median(made["f0"][made["f0"] > 0]) == pytest.approx(200, rel=0.12)
    quiet = prepare()(row(0.1 * speech_like(1.0, 200.0)))
    assert np.abs(quiet["waveform"]).max() == pytest.approx(np.abs(made["waveform"]).max(), rel=0.01)


def test_a_vocoder_needs_no_text():
    assert set(prepare(False)(row(text=None))) == {"waveform", "f0", "frames"}


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_bad_row_is_named_and_counted(kind, caplog):
    """A person mends a corpus by this report: kind, count and name, and training goes on without the row."""
    with caplog.at_level(logging.WARNING):
        dataset, report = prepare_speech([*speech_rows(2), BAD[kind]], prepare())
    assert (len(dataset), report.kept, list(report.bad)) == (2, 2, [kind])
    assert ("lost.wav" if kind == "missing" else "some.wav") in report.bad[kind][0]
    assert f"left out, {kind}: 1" in caplog.text


@pytest.mark.parametrize("kind", BAD)
def test_on_bad_raise_stops_at_the_first_bad_row(kind):
    with pytest.raises(AudioError) as caught:
        prepare_speech([*speech_rows(1), BAD[kind]], prepare(), on_bad="raise")
    assert caught.value.kind == kind


def test_an_unknown_speaker_is_a_bad_row_and_no_crash():
    _, report = prepare_speech([*speech_rows(1), row(speaker="nobody")], prepare())
    assert "nobody" in report.bad["text"][0]


def test_a_corpus_without_any_usable_row_is_refused_with_the_report():
    """Training on nothing would fail later, far from the cause."""
    with pytest.raises(ValueError, match=r"(?s)No usable row is left of 2.*left out, silent: 1"):
        prepare_speech([BAD["silent"], BAD["missing"]], prepare())


def test_on_bad_has_two_values():
    with pytest.raises(ValueError, match="on_bad"):
        prepare_speech(speech_rows(1), prepare(), on_bad="ignore")


def test_stereo_and_other_rates_give_the_same_frames():
    """Corpora come as they are; the voice has one rate and one channel."""
    mono = prepare()(row(speech_like(1.0)))
    stereo = prepare()(row(np.stack([speech_like(1.0)] * 2)))
    other = prepare()(row(speech_like(1.0, rate=22_050), rate=22_050))
    assert mono["frames"] == stereo["frames"]
    assert abs(mono["frames"] - other["frames"]) <= 1
    np.testing.assert_allclose(stereo["waveform"], mono["waveform"], atol=2)


def test_the_collator_pads_to_the_longest_and_scales_to_one():
    rows = [prepared_rows()[n] for n in (0, 5, 11)]
    batch = SpeechCollator(tiny_processor())(rows)
    frames = torch.tensor([int(row["frames"]) for row in rows])
    assert batch["labels"].shape == (3, int(frames.max()) * CONFIG.hop_length)
    assert batch["f0"].shape == (3, int(frames.max()))
    assert torch.equal(batch["label_lengths"], frames * CONFIG.hop_length)
    assert batch["input_ids"].shape == batch["attention_mask"].shape
    for item, row in enumerate(rows):
        assert torch.equal(batch["labels"][item, batch["label_lengths"][item] :].count_nonzero(), torch.tensor(0))
        assert batch["attention_mask"][item].sum() == len(row["input_ids"])
        peak = np.abs(row["waveform"]).max() / 32767
        assert batch["labels"][item].abs().max().item() == pytest.approx(peak, rel=1e-5)


def test_the_collator_adds_the_text_encoders_tokens():
    batch = SpeechCollator(tiny_processor(True))([prepared_rows(2, True)[n] for n in range(2)])
    assert batch["token_spans"].shape == (*batch["input_ids"].shape, 2)
    assert batch["token_spans"].max() <= batch["text_input_ids"].shape[1]


def test_the_collator_of_a_vocoder_gives_waveforms_and_their_pitch_only():
    assert set(SpeechCollator()([prepared_rows()[0]])) == {"labels", "label_lengths", "f0"}


LENGTHS = np.random.default_rng(0).integers(30, 500, 103).tolist()


def order(epoch=0, seed=0, lengths=LENGTHS, **kwargs) -> list[int]:
    sampler = LengthBucketSampler(lengths, 4, seed, **kwargs)
    sampler.set_epoch(epoch)
    indices = list(sampler)
    assert len(indices) == len(sampler)
    return indices


def test_the_sampler_gives_each_row_of_full_batches_once():
    indices = order()
    assert len(indices) == 100
    assert len(set(indices)) == 100


def test_the_sampler_leaves_out_other_rows_in_other_epochs():
    """Leaving out the same rows, such as the longest, would mean never learning them."""
    left_out = [tuple(sorted(set(range(103)) - set(order(epoch)))) for epoch in range(12)]
    assert len(set(left_out)) > 6
    longest = int(np.argmax(LENGTHS))
    assert sum(longest in rows for rows in left_out) < 6


def test_the_sampler_depends_on_seed_and_epoch_only():
    """A resumed run and every process must see the same order, whatever random numbers were drawn before."""
    first = order(3)
    torch.manual_seed(99)
    np.random.seed(99)
    assert order(3) == first
    assert order(4) != first
    assert order(3, seed=1) != first


def test_neighbours_are_alike_in_length():
    """Padding costs: within a batch lengths must lie far closer than among batches drawn by chance."""
    lengths = np.array(LENGTHS)
    batches = lengths[order()].reshape(-1, 4)
    by_chance = lengths[:100].reshape(-1, 4)
    assert np.ptp(batches, axis=1).mean() < 0.2 * np.ptp(by_chance, axis=1).mean()
    assert (np.diff(batches.mean(axis=1)) < 0).any(), "batches must come shuffled, not from short to long"


def test_small_pools_still_cover_each_row_once():
    assert len(set(order(pool=2))) == 100


def test_fewer_rows_than_a_batch_are_one_batch():
    assert sorted(order(lengths=[50, 60, 70])) == [0, 1, 2]


def test_a_step_holds_the_same_rows_however_it_is_shared_out():
    """Two processes of 4 rows, or two batches of 4 before each step, are to learn from what one batch of 8 would."""
    lengths = LENGTHS[:96]
    whole = list(LengthBucketSampler(lengths, 8, 5, pool=3))
    assert list(LengthBucketSampler(lengths, 4, 5, pool=3, window=2)) == whole


def test_what_does_not_fill_a_last_window_comes_last():
    """Else a step would hold the end of one group and the beginning of the next."""
    sampler = LengthBucketSampler(LENGTHS, 4, window=2)  # 25 batches
    lengths = np.array(LENGTHS)[list(sampler)]
    assert len(lengths) == 100
    spread = [np.ptp(lengths[start : start + 8]) for start in range(0, 100, 8)]
    assert np.mean(spread) < 0.4 * np.ptp(LENGTHS)
    assert len(set(sampler)) == 100


class Stream(IterableDataset):
    def __init__(self, rows: int):
        self.rows, self.epochs = rows, []

    def set_epoch(self, epoch: int):
        self.epochs.append(epoch)

    def __iter__(self):
        yield from range(self.rows)


def test_a_stream_begins_again_with_the_number_of_the_pass():
    stream = Stream(3)
    assert list(itertools.islice(EndlessStream(stream), 7)) == [0, 1, 2, 0, 1, 2, 0]
    assert stream.epochs == [0, 1, 2]


def test_an_empty_stream_ends():
    """One that begins again for ever would hang without a word."""
    assert list(EndlessStream(Stream(0))) == []
