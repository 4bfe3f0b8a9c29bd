"""For `evaluate.load` by path: seconds of computing for a second of sound."""

from transformers_tts_gan.metrics.hf_evaluate import RealTimeFactor


__all__ = ["RealTimeFactor"]
