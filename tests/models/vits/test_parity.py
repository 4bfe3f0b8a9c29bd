"""Our training step against a slow and plain reading of the paper, written here and sharing no code with it.

VITS is Kim et al., 2021, arXiv:2106.06103; equations are its. The reference takes the stock submodules, one recording
at a time and without padding, and loops over frames, tokens and channels where the library has one expression.
"""

import math

import numpy as np
import pytest
import torch
from helpers.vits import tiny_vits, tiny_vits_discriminator

from transformers_tts_gan.models.vits.durations import run_flows
from transformers_tts_gan.models.vits.training import VitsTraining
from transformers_tts_gan.training.arguments import TTSGanTrainingArguments
from transformers_tts_gan.training.vits import VitsFamily, family_of


N_FFT, HOP, RATE, SEGMENT = 256, 64, 16_000, 8
LENGTHS, TOKENS = (40, 29), (11, 7)  # frames, and letters


def plain_spectrogram(wave: np.ndarray) -> np.ndarray:
    """Magnitudes `(N, F)` by a Fourier sum for each frame."""
    pad = (N_FFT - HOP) // 2
    padded = np.concatenate([wave[1 : pad + 1][::-1], wave, wave[-pad - 1 : -1][::-1]]).astype(np.float64)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    frames = [padded[start : start + N_FFT] * window for start in range(0, len(padded) - N_FFT + 1, HOP)]
    waves = np.exp(-2j * np.pi * np.outer(np.arange(N_FFT // 2 + 1), np.arange(N_FFT)) / N_FFT)
    return np.sqrt(np.abs(waves @ np.array(frames).T) ** 2 + 1e-6)


def plain_mel(magnitudes: np.ndarray) -> np.ndarray:
    """80 triangles on Slaney's mel scale, each of unit area in Hz, then the logarithm."""

    def to_hz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))

    top = 15 + 27 * math.log(RATE / 2 / 1000) / math.log(6.4)
    edges, bins = to_hz(np.linspace(0, top, 82)), np.arange(N_FFT // 2 + 1) * RATE / N_FFT
    bands = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        rise, fall = (bins - low) / (middle - low), (high - bins) / (high - middle)
        bands.append(np.clip(np.minimum(rise, fall), 0, None) * 2 / (high - low))
    return np.log(np.maximum(np.array(bands) @ magnitudes, 1e-5))


def plain_alignment(scores: np.ndarray) -> list[int]:
    """Equation 6 by its recursion: the best path through `scores` `(T, F)`, as the frames of each token."""
    tokens, frames = scores.shape
    best = np.full((tokens, frames), -np.inf)
    for j in range(frames):
        for i in range(tokens):
            if i == 0:
                before = 0.0 if j == 0 else best[0, j - 1]
            else:
                before = -np.inf if j == 0 else max(best[i, j - 1], best[i - 1, j - 1])
            best[i, j] = before + scores[i, j]
    durations, i = [0] * tokens, tokens - 1
    for j in range(frames - 1, -1, -1):
        durations[i] += 1
        if i > 0 and j > 0 and best[i - 1, j - 1] >= best[i, j - 1]:
            i -= 1
    return durations


@torch.no_grad()
def plain_losses(model, batch: dict, noise: dict) -> dict[str, float]:
    """The generator's losses without weights, and what the discriminators are given."""
    kl, duration, mel, frames, tokens, pieces = 0.0, 0.0, [], 0, 0, []
    for item, (length, count) in enumerate(zip(LENGTHS, TOKENS, strict=True)):
        wave = batch["labels"][item, : length * HOP].numpy()
        ids = batch["input_ids"][item : item + 1, :count]
        speaker = None
        if model.config.num_speakers > 1:
            speaker = model.embed_speaker.weight[batch["speaker_id"][item]].view(1, -1, 1)
        everywhere = torch.ones(1, count, 1)
        text = model.text_encoder(ids, padding_mask=everywhere, attention_mask=torch.ones(1, count))
        spectrum = plain_spectrogram(wave)
        encoder, mask = model.posterior_encoder, torch.ones(1, 1, length)
        hidden = encoder.conv_pre(torch.from_numpy(spectrum).float()[None])
        mean, log_scale = encoder.conv_proj(encoder.wavenet(hidden, mask, speaker)).split(model.config.flow_size, 1)
        latent = mean + log_scale.exp() * noise["posterior"][item, :, :length]  # equation 3's draw
        flowed = model.flow(latent, mask, speaker)
        prior_mean, prior_scale = (each[0].double().numpy() for each in (text.prior_means, text.prior_log_variances))
        z, posterior = flowed[0].double().numpy(), log_scale[0].double().numpy()

        scores = np.zeros((count, length))
        for i in range(count):
            for j in range(length):  # log N(z; mean, scale), equation 5
                error = (z[:, j] - prior_mean[i]) / np.exp(prior_scale[i])
                scores[i, j] = sum(-0.5 * math.log(2 * math.pi) - prior_scale[i] - 0.5 * error**2)
        durations = plain_alignment(scores)

        path = [i for i, many in enumerate(durations) for _ in range(many)]
        for j, i in enumerate(path):  # log q - log p of one draw, the square in log q replaced by its expectation
            error = (z[:, j] - prior_mean[i]) / np.exp(prior_scale[i])
            kl += sum(prior_scale[i] - posterior[:, j] - 0.5 + 0.5 * error**2)
        target = torch.tensor(durations).float().view(1, 1, -1)
        states, predictor = text.last_hidden_state.transpose(1, 2), model.duration_predictor
        inside = torch.ones(1, 1, count)
        if model.config.use_stochastic_duration_prediction:
            duration += plain_duration_bound(predictor, states, inside, speaker, target, noise["duration"][item])
        else:
            duration += float((predictor(states, inside, speaker) - target.log()).square().sum())

        start = int(noise["start"][item] * (length - SEGMENT + 1))
        generated = model.decoder(latent[:, :, start : start + SEGMENT], speaker)[0, 0]
        pieces.append((torch.from_numpy(wave[start * HOP : (start + SEGMENT) * HOP]), generated))
        recorded = plain_mel(spectrum)[:, start : start + SEGMENT]
        mel.append(np.abs(recorded - plain_mel(plain_spectrogram(generated.numpy()))).mean())
        frames, tokens = frames + length, tokens + count
    losses = {"kl": kl / frames, "duration": duration / tokens, "waveform_mel": float(np.mean(mel))}
    return losses | {"pieces": pieces}


def plain_duration_bound(predictor, states, mask, speaker, durations, noise) -> float:
    """Equation 7: the expectation of log q(u, v) - log p(d - u, v), with the flows of the stock model."""
    hidden = predictor.conv_pre(states)
    if speaker is not None:
        hidden = hidden + predictor.cond(speaker)
    hidden = predictor.conv_proj(predictor.conv_dds(hidden, mask))
    guide = predictor.post_conv_proj(predictor.post_conv_dds(predictor.post_conv_pre(durations), mask))
    draw = noise[None, :, : states.shape[2]]
    log_q = float((-0.5 * math.log(2 * math.pi) - 0.5 * draw**2).sum())
    for number, flow in enumerate(predictor.post_flows):
        draw, log_det = flow(draw, mask, global_conditioning=hidden + guide)
        log_q = log_q - float(log_det)
        draw = draw.flip(1) if number else draw
    u, v = draw[:, :1].sigmoid(), draw[:, 1:]
    log_q -= float((u * (1 - u)).log().sum())  # of the sigmoid
    rest = (durations - u).clamp(min=1e-5).log()
    log_p, value = -float(rest.sum()), torch.cat([rest, v], dim=1)
    for number, flow in enumerate(predictor.flows):
        value, log_det = flow(value, mask, global_conditioning=hidden)
        log_p = log_p + float(log_det)
        value = value.flip(1) if number else value
    log_p += float((-0.5 * math.log(2 * math.pi) - 0.5 * value**2).sum())
    return log_q - log_p


@torch.no_grad()
def plain_adversarial(discriminators, pieces) -> dict[str, float]:
    """Equations 8 to 10 summed over the discriminators, each piece by itself."""
    discriminator = generator = matching = 0.0
    for number in range(len(discriminators.sub_discriminators)):
        judged = [[discriminators(wave[None]) for wave in pair] for pair in pieces]
        real, fake = (torch.cat([pair[side][0][number].flatten() for pair in judged]) for side in (0, 1))
        discriminator += float(((real - 1) ** 2).mean() + (fake**2).mean())
        generator += float(((fake - 1) ** 2).mean())
        for layer in range(len(judged[0][0][1][number])):
            maps = [[pair[side][1][number][layer] for pair in judged] for side in (0, 1)]
            matching += float((torch.cat(maps[0]) - torch.cat(maps[1])).abs().mean())
    return {"discriminator_loss": discriminator, "adversarial": generator, "feature_matching": 2 * matching}


def draws(batch: dict, config) -> dict:
    """What the step will draw from torch's random state, in its order."""
    torch.manual_seed(3)
    posterior = torch.randn(len(LENGTHS), config.flow_size, max(LENGTHS))
    duration = None
    if config.use_stochastic_duration_prediction:
        duration = torch.randn(len(LENGTHS), 2, max(TOKENS))
    start = torch.rand(len(LENGTHS))
    torch.manual_seed(3)
    return {"posterior": posterior, "duration": duration, "start": start}


def new_batch(speakers: int) -> dict:
    torch.manual_seed(2)
    labels = 0.1 * torch.randn(len(LENGTHS), max(LENGTHS) * HOP)
    ids = torch.randint(1, 28, (len(LENGTHS), max(TOKENS)))
    mask = torch.arange(max(TOKENS)) < torch.tensor(TOKENS)[:, None]
    labels[torch.arange(labels.shape[1]) >= HOP * torch.tensor(LENGTHS)[:, None]] = 0
    return {
        "input_ids": ids * mask,
        "attention_mask": mask.long(),
        "labels": labels,
        "label_lengths": HOP * torch.tensor(LENGTHS),
        "speaker_id": torch.tensor([speakers - 1, 0]),
    }


@pytest.mark.parametrize("stochastic", [True, False], ids=["stochastic", "deterministic"])
@pytest.mark.parametrize("speakers", [1, 3])
def test_the_losses_of_a_step_are_those_of_the_paper(speakers, stochastic, tmp_path):
    sizes = {"num_speakers": speakers, "speaker_embedding_size": 4 if speakers > 1 else 0}
    model = tiny_vits(use_stochastic_duration_prediction=stochastic, **sizes).eval()
    discriminators, batch = tiny_vits_discriminator().eval(), new_batch(speakers)
    noise = draws(batch, model.config)
    outputs = VitsTraining(model)(**batch, segment_frames=SEGMENT)
    expected = plain_losses(model, batch, noise)
    expected |= plain_adversarial(discriminators, expected.pop("pieces"))

    family = family_of(model)
    assert isinstance(family, VitsFamily)
    args = TTSGanTrainingArguments.for_vits(str(tmp_path))
    real_logits, real = discriminators(outputs.target_waveform)
    fake_logits, fake = discriminators(outputs.waveform)
    found = outputs.losses | {
        "discriminator_loss": family.discriminator_loss(args, real_logits, fake_logits),
        "adversarial": family.adversarial_loss(args, fake_logits),
        "feature_matching": args.feature_matching_loss_weight * family.feature_matching_loss(real, fake),
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].item() == pytest.approx(value, rel=1e-4, abs=1e-4), name


def test_what_lies_past_the_end_of_a_recording_changes_nothing():
    """Each is reflected at its own end and masked there."""
    model, batch = tiny_vits().eval(), new_batch(1)
    dirty = {name: value.clone() for name, value in batch.items()}
    dirty["labels"][1, LENGTHS[1] * HOP :] = 7.0
    found = []
    for each in (batch, dirty):
        torch.manual_seed(3)
        found.append(VitsTraining(model)(**each, segment_frames=SEGMENT))
    assert found[0].durations.sum(1).tolist() == list(LENGTHS)
    for name, loss in found[0].losses.items():
        assert torch.equal(loss, found[1].losses[name]), name


@torch.no_grad()
def test_the_stock_model_speaks_with_the_durations_that_the_flows_were_trained_on(monkeypatch):
    """What our direction makes of durations, the direction of the stock predictor turns into the same ones."""
    predictor, mask = tiny_vits().eval().duration_predictor, torch.ones(1, 1, 6)
    states, log_durations = torch.randn(1, 16, 6), torch.randn(1, 2, 6)
    condition = predictor.conv_proj(predictor.conv_dds(predictor.conv_pre(states), mask))
    latent, log_det = run_flows(predictor.flows, log_durations, mask, condition)
    monkeypatch.setattr(torch, "randn", lambda *shape: latent)
    spoken = predictor(states, mask, reverse=True, noise_scale=1.0)
    assert torch.allclose(spoken, log_durations[:, :1], atol=1e-4) and log_det.abs() > 0
