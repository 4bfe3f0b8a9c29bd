"""HiFi-GAN of Transformers (`SpeechT5HifiGan`) as the vocoder of a [`TTSGanModel`].

Any HiFi-GAN with mel filters on Slaney's scale fits: [`HifiGanVocoderConfig`] says which frequencies and which
logarithm it was trained on, and the adapter converts our frames. After Kong et al. (2020, arXiv:2010.05646).
"""

import math

import torch
from transformers import AutoModel, SpeechT5HifiGan

from .base_vocoder import BaseVocoder
from .configuration_hifigan import HifiGanVocoderConfig


class HifiGanVocoder(BaseVocoder):
    """A HiFi-GAN that speaks, trains, saves and loads as the vocoder of a model or alone.

    Args:
        config: What the network is and what it was trained on.
        hifigan: The network with its weights; new weights where left out.

    Example:

    ```python
    vocoder = HifiGanVocoder.from_hifigan("hifigan", mel_fmin=0.0, mel_fmax=8_000.0)  # a folder or a Hub id
    vocoder.save_pretrained("outputs/hifigan_vocoder")
    model = TTSGanModel.from_pretrained_parts(config, vocoder="outputs/hifigan_vocoder")
    ```
    """

    config_class = HifiGanVocoderConfig

    def __init__(self, config: HifiGanVocoderConfig, hifigan: SpeechT5HifiGan | None = None):
        super().__init__(config)
        self.hifigan = SpeechT5HifiGan(config.hifigan_config) if hifigan is None else hifigan
        self.post_init()

    def _init_weights(self, module: torch.nn.Module):
        """Nothing of its own: the network begins its layers by itself."""

    @classmethod
    def from_hifigan(cls, hifigan: str | SpeechT5HifiGan, **fields) -> "HifiGanVocoder":
        """A vocoder with the weights of a HiFi-GAN.

        Args:
            hifigan: Hub id, folder or model of a `SpeechT5HifiGan`.
            fields: What its weights were trained on, as of [`HifiGanVocoderConfig`]: `mel_fmin=0.0, mel_fmax=8_000.0`
                for the universal model of Kong et al.; `mel_fmin=80, mel_fmax=7_600, log10=True` for SpeechT5's.

        Raises:
            ValueError: Where the file lacks weights.
        """
        if isinstance(hifigan, str):
            hifigan, info = SpeechT5HifiGan.from_pretrained(hifigan, output_loading_info=True)
            if info["missing_keys"]:
                raise ValueError(f"The HiFi-GAN lacks the weights {sorted(info['missing_keys'])[:8]}: is it whole?")
        return cls(HifiGanVocoderConfig(hifigan_config=hifigan.config.to_dict(), **fields), hifigan=hifigan).eval()

    def synthesize(
        self, log_mel: torch.Tensor, mask: torch.Tensor | None = None, f0: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Frames `(B, F, M)`, natural logarithm, to samples `(B, F * hop_length)`; `f0` is not used.

        The network knows no mask: with one, each item goes through alone, so that it sounds the same in any batch.
        """
        frames = log_mel / math.log(10) if self.config.log10 else log_mel
        if mask is None:
            return self.hifigan(frames).float()
        lengths = mask.sum((1, 2)).long().tolist()
        samples = log_mel.new_zeros(len(frames), frames.shape[1] * self.config.hop_length, dtype=torch.float32)
        for item, length in enumerate(lengths):
            if length:
                samples[item, : length * self.config.hop_length] = self.hifigan(frames[item, :length])
        return samples


AutoModel.register(HifiGanVocoderConfig, HifiGanVocoder, exist_ok=True)
