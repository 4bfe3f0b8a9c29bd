"""Pieces of a text: batches of like lengths, breaks that cost nothing, and one waveform in the end."""

import numpy as np
import pytest

from transformers_tts_gan.inference.pieces import (
    GROWTH,
    LONGEST_BREAK_MS,
    Piece,
    Waveform,
    batches,
    faded,
    pause_seconds,
)


def cost(lengths: list[int], batch_size: int) -> int:
    """Phones that go through the model, padding and all."""
    return sum(len(batch) * max(lengths[index] for index in batch) for batch in batches(lengths, batch_size))


def test_one_long_text_among_short_ones_does_not_make_all_of_them_long():
    lengths = [10] * 255 + [900]
    assert cost(lengths, 256) == sum(lengths)


@pytest.mark.parametrize("batch_size", [1, 3, 16, 256])
def test_every_row_is_spoken_once_and_at_most_a_third_is_padding(batch_size):
    lengths = np.random.default_rng(0).integers(5, 400, 256).tolist()
    made = list(batches(lengths, batch_size))
    assert sorted(index for batch in made for index in batch) == list(range(256))
    assert max(map(len, made)) <= batch_size
    assert cost(lengths, batch_size) <= sum(lengths) / 0.7


def test_a_long_break_is_cut_for_the_model_and_whole_in_the_end():
    row = {"input_ids": [2, 5, 4, 6, 2], "pause_ms": [-1, -1, 10_000, -1, -1]}
    piece = Piece.of_row(row, pause=7 / 16_000, is_last=True, sampling_rate=16_000, hop_length=160)
    assert row["pause_ms"] == [-1, -1, LONGEST_BREAK_MS, -1, -1]
    durations = np.array([2, 3, LONGEST_BREAK_MS // 10, 3, 2])
    piece.fade = 0
    spoken = np.repeat(np.array([1, 1, 0, 1, 1], dtype=np.float32), durations * 160)
    whole = np.concatenate(piece.finish(spoken, durations, hop_length=160))
    sound = np.flatnonzero(whole)
    assert len(whole) == (10 + 1_000) * 160 + 7
    assert sound[0] == 0 and sound[-1] == len(whole) - 7 - 1
    assert np.diff(sound).max() == 1_000 * 160 + 1 and len(sound) == 10 * 160


def test_a_short_break_is_left_to_the_model():
    row = {"input_ids": [2, 5, 2], "pause_ms": [-1, LONGEST_BREAK_MS, -1]}
    assert Piece.of_row(row, 0, True, 16_000, 256).breaks == {}


def test_a_waveform_grows_by_little_and_is_what_was_put_in():
    rng = np.random.default_rng(0)
    parts = [rng.random(size, dtype=np.float32) for size in (0, 1, 1_000, 300_000, 5_000_000, 3)]
    waveform = Waveform()
    for part in parts:
        waveform.append(part)
        assert len(waveform._samples) <= sum(map(len, parts)) + GROWTH
    np.testing.assert_array_equal(waveform.take(), np.concatenate(parts))
    assert len(waveform.take()) == 0


def test_a_fade_ends_at_zero_and_changes_nothing_before():
    sound = np.ones(100, dtype=np.float32)
    end = faded(sound, 10)
    assert (sound == 1).all() and (end[:90] == 1).all() and end.dtype == np.float32
    np.testing.assert_allclose(end[90:], np.linspace(0.9, 0, 10), atol=1e-6)
    assert faded(sound[:3], 10).shape == (3,)


@pytest.mark.parametrize(
    ("pauses", "message"),
    [
        ({"chapter": 1.0}, "`chapter`, but only `sentence`"),
        ({"line": -1}, "is -1, but 0 to 60"),
        ({"line": "1"}, "'1'"),
    ],
)
def test_a_pause_that_is_none_is_refused(pauses, message):
    with pytest.raises(ValueError, match=message):
        pause_seconds(pauses)
