"""For `evaluate.load` by path: the variance over phones, as a share of the references'."""

from transformers_tts_gan.metrics.hf_prosody import VarianceRatio


__all__ = ["VarianceRatio"]
