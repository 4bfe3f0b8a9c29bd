"""How rows are padded to a batch."""

import numpy as np
import pytest
import torch
from helpers.training import prepared_rows, tiny_processor

from transformers_tts_gan.data.collator import SpeechCollator
from transformers_tts_gan.models.configuration_tts_gan import TTSGanVocoderConfig


CONFIG = TTSGanVocoderConfig.from_preset("tiny")


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
