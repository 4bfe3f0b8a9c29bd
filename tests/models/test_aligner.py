"""The alignment learned in training: planted paths are found, and losses fall as it sharpens."""

import pytest
import torch
from torch.nn.functional import one_hot, pad

from transformers_tts_gan.models.aligner import (
    Aligner,
    beta_binomial_prior,
    binarization_loss,
    forward_sum_loss,
    frame_to_phone,
    viterbi_durations,
)


DURATIONS = torch.tensor([[3, 1, 4, 2], [2, 5, 0, 0]])
PHONES, FRAMES = torch.tensor([4, 2]), torch.tensor([10, 7])


def planted_scores(sharpness: float) -> torch.Tensor:
    """Log-probabilities `(B, F, T)` that favor the path of DURATIONS."""
    index = frame_to_phone(DURATIONS, 10)
    logits = sharpness * one_hot(index, 4).float()
    absent = torch.arange(4) >= PHONES[:, None]  # (B, T)
    return logits.masked_fill(absent[:, None], -1e4).log_softmax(-1)


def test_planted_durations_are_found_exactly():
    assert viterbi_durations(planted_scores(5.0), PHONES, FRAMES).equal(DURATIONS)


def test_every_phone_gets_a_frame_however_unlikely():
    """A phone of no frames would never be heard, nor learn how long it is."""
    scores = torch.full((1, 6, 5), -1.0)
    scores[..., 0] = 0.0
    durations = viterbi_durations(scores, torch.tensor([5]), torch.tensor([6]))
    assert durations.min() >= 1 and durations.sum() == 6


def test_a_recording_shorter_than_its_text_is_refused():
    with pytest.raises(ValueError, match="4 phones cannot be aligned to 3 frames"):
        viterbi_durations(torch.zeros(1, 10, 4), torch.tensor([4]), torch.tensor([3]))


def test_the_prior_is_a_distribution_over_the_phones_of_each_frame():
    prior = beta_binomial_prior(PHONES, FRAMES, 4, 10).exp()
    for item, (phones, frames) in enumerate(zip(PHONES, FRAMES, strict=True)):
        torch.testing.assert_close(prior[item, :frames, :phones].sum(-1), torch.ones(int(frames)), atol=1e-4, rtol=0)


def test_the_prior_follows_the_diagonal():
    prior = beta_binomial_prior(torch.tensor([8]), torch.tensor([40]), 8, 40)[0]
    best = prior.argmax(-1)
    assert best[0] == 0 and best[-1] == 7 and (best.diff() >= 0).all()


def test_the_losses_fall_as_the_alignment_sharpens():
    forward_sum = [forward_sum_loss(planted_scores(s), PHONES, FRAMES).item() for s in (0.0, 2.0, 5.0)]
    binarization = [binarization_loss(planted_scores(s), DURATIONS, FRAMES).item() for s in (0.0, 2.0, 5.0)]
    assert forward_sum == sorted(forward_sum, reverse=True) and forward_sum[2] < forward_sum[0] / 2
    assert binarization == sorted(binarization, reverse=True) and binarization[2] < 0.1


def test_a_wrong_alignment_costs_more_than_an_undecided_one():
    wrong = binarization_loss(planted_scores(5.0), DURATIONS.flip(1), FRAMES)
    assert wrong > binarization_loss(planted_scores(0.0), DURATIONS, FRAMES)


def test_frames_go_back_to_the_phones_they_came_from():
    index = frame_to_phone(DURATIONS, 10)
    counted = torch.stack([torch.bincount(i[:f], minlength=4) for i, f in zip(index, FRAMES, strict=True)])
    assert counted.equal(DURATIONS) and (index.diff(dim=1) >= 0).all()


def test_a_phone_of_no_frames_owns_none():
    assert frame_to_phone(torch.tensor([[2, 0, 1]]), 3).tolist() == [[0, 0, 2]]


def test_padding_does_not_change_the_scores():
    torch.manual_seed(0)
    aligner = Aligner(8, 5, 4)
    phones, mel = torch.randn(1, 4, 8), torch.randn(1, 9, 5)
    alone = aligner(phones, mel, torch.ones(1, 4, 1), torch.ones(1, 9, 1))
    mask, frame_mask = torch.ones(1, 6, 1), torch.ones(1, 12, 1)
    mask[:, 4:], frame_mask[:, 9:] = 0, 0
    longer = [pad(phones, (0, 0, 0, 2), value=3.0), pad(mel, (0, 0, 0, 3), value=3.0)]
    padded = aligner(*longer, mask, frame_mask)
    torch.testing.assert_close(padded[:, :9, :4], alone, atol=1e-4, rtol=0)


def test_scores_that_are_not_numbers_still_give_a_path():
    """Half precision may overflow; the trainer leaves out such a step, if it gets to see the loss."""
    scores = torch.full((1, 6, 3), float("nan"))
    durations = viterbi_durations(scores, torch.tensor([3]), torch.tensor([6]))
    assert durations.sum() == 6 and (durations > 0).all()
