"""The speed script compares like with like: every system makes the seconds that were asked for."""

import pytest
import torch
from transformers import VitsConfig, VitsModel


@pytest.mark.parametrize(("frames", "count"), [(62, 14), (625, 281), (5, 5), (1875, 841)])
def test_durations_are_even_and_add_up(script, frames, count):
    durations = script.spread(frames, count)
    assert durations.shape == (1, count) and durations.sum() == frames
    assert durations.max() - durations.min() <= 1


@pytest.mark.parametrize(("seconds", "words"), [(1, 3), (0.1, 1), (5, 19), (30, 119)])
def test_each_engine_gets_a_text_of_the_asked_seconds(script, seconds, words):
    """An engine that says four words a second after a quarter of a second of silence."""
    text = script.text_of(seconds, lambda text: 0.25 + len(text.split()) / 4 + 0.01)
    assert len(text.split()) == words and text.endswith(".") and text[-2] not in ",."


def test_pinned_vits_speaks_exactly_as_long_as_asked(script):
    """VITS rounds durations up: without care every token would be a frame too long."""
    config = VitsConfig(
        hidden_size=16, num_hidden_layers=1, ffn_dim=16, flow_size=16, upsample_initial_channel=32, spectrogram_bins=9
    )
    vits = script.Vits.__new__(script.Vits)
    vits.model = VitsModel(config).eval()
    vits.model.duration_predictor = script.PinnedDurations(vits.model.duration_predictor)
    with torch.inference_mode():
        assert vits.prepare(0.48, 2)() == 0.48


@pytest.mark.parametrize("options", [{}, {"encoder": True}])
def test_our_voice_speaks_as_long_as_asked(script, options):
    ours = script.Ours(**options)
    with torch.inference_mode():
        assert ours.prepare(0.5, 2)() == pytest.approx(0.5)
    assert script.count_parameters(ours) < sum(p.numel() for p in ours.model.parameters())


def test_the_summary_has_the_worst_ratio_and_the_latest_first_sound(script):
    rows = [
        {"engine": name, "threads": threads, "seconds": seconds, "real_time_factor": factor, "cpu_factor": factor}
        for name, seconds, factor in (
            ("onnx-int8", 1, 0.005),
            ("onnx-int8", 5, 9.0),
            ("onnx-int8", 10, 0.004),
            ("hibari", 1, 0.006),
            ("hibari", 10, 0.006),
        )
        for threads in (1, 2)
    ]
    rows[-3]["real_time_factor"] = 0.00375  # hibari's of 1 s on two threads
    rows += [{"engine": "onnx-int8", "threads": n, "first_sound_ms": 10.0 * n} for n in (1, 2)]
    assert script.summarize_engines(rows) == (
        "summary onnx_int8_rtf=0.00400 hibari_rtf=0.00600 ratio_to_hibari=0.75 cpu_ratio_to_hibari=1.50 "
        "first_sound_ms=20"
    )


@pytest.mark.parametrize("precision", [None, "fp32"])
def test_a_voice_speaks_in_torch_and_as_onnx(script, precision, voice_folder):
    spoken = script.Voice(str(voice_folder), precision, threads=1)
    assert spoken.say("Who is it?") > 0.5 and 0 < spoken.first_sound() < 30
