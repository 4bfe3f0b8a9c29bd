"""For `evaluate.load` by path: precision, recall and F1 of pauses between words."""

from transformers_tts_gan.metrics.hf_prosody import PauseF1


__all__ = ["PauseF1"]
