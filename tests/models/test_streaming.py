"""A sentence that is heard while it is made is the sentence that is spoken at once."""

import pytest
import torch
from helpers.models import SENTENCES

from transformers_tts_gan import ProsodyControls


MARKED = "<speak>Wait <break time='300ms'/> for <prosody volume='silent'>it</prosody> now, and then go on.</speak>"


@pytest.mark.parametrize("text", [SENTENCES[1], MARKED])
def test_the_pieces_are_the_whole(voice, processor, text):
    inputs = processor(text, speaker="bob")
    controls = ProsodyControls(speaking_rate=0.8, pitch_shift=2.0, gain_db=-3.0, noise_scale=0.5, seed=1)
    whole = voice.synthesize(**inputs, controls=controls).waveform[0]
    pieces = list(voice.stream(**inputs, controls=controls, first_frames=8))
    assert len(pieces) > 2 and whole.abs().max() > 0.05
    torch.testing.assert_close(torch.cat(pieces), whole, atol=1e-4, rtol=0)


def test_the_first_piece_needs_few_frames(voice, processor, monkeypatch):
    """The first window does not grow with the sentence."""
    frames = []
    original = voice.acoustic.decode_frames

    def watched(hidden, index, *args):
        frames.append(index.shape[1])
        return original(hidden, index, *args)

    monkeypatch.setattr(voice.acoustic, "decode_frames", watched)
    whole = voice.synthesize(**processor(SENTENCES[1])).waveform.shape[1] // 256
    frames.clear()
    next(voice.stream(**processor(SENTENCES[1]), first_frames=16))
    assert frames[0] <= 112 < whole / 2


def test_a_frame_depends_on_no_more_than_its_context(voice):
    """`context_frames` is as far as the convolutions reach, and no farther."""
    reach = voice.context_frames
    torch.manual_seed(0)
    hidden, condition = torch.randn(1, 8, 32), torch.zeros(1, 1, 32)
    index, positions = torch.arange(60).clamp(max=7)[None], torch.rand(1, 60, 3)
    changed = positions.clone()
    changed[0, 30] += 1
    with torch.no_grad():
        mels = [voice.acoustic.decode_frames(hidden, index, each, condition) for each in (positions, changed)]
        one, other = (voice.vocoder.gains_and_phases(mel)[0] for mel in mels)
    moved = (one != other).flatten(1).any(dim=1).nonzero()[:, 0]
    assert moved.min() == 30 - reach and moved.max() == 30 + reach


def test_several_sentences_are_refused(voice, processor):
    with pytest.raises(ValueError, match="holds 2 sentences, but one at a time"):
        next(voice.stream(**processor(["Good morning.", "Who is it?"])))


def test_controls_by_themselves_are_refused_with_the_way_to_give_them(voice, processor):
    with pytest.raises(TypeError, match=r"pass `controls=ProsodyControls\(speaking_rate=0.9, seed=1\)`"):
        next(voice.stream(**processor("Good morning."), seed=1, speaking_rate=0.9))


def test_a_first_piece_of_no_frames_is_refused(voice, processor):
    for frames in (0, -16):
        with pytest.raises(ValueError, match=f"`first_frames` is {frames}, but the first piece needs 1 frame or more"):
            next(voice.stream(**processor("Good morning."), first_frames=frames))


def test_a_vocoder_without_windows_speaks_in_one_piece(voice, processor, monkeypatch):
    monkeypatch.setattr("transformers_tts_gan.models.streaming.TTSGanVocoder", type("Other", (), {}))
    (piece,) = voice.stream(**processor("Good morning."))
    torch.testing.assert_close(piece, voice.synthesize(**processor("Good morning.")).waveform[0])
