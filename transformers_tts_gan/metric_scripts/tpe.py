"""For `evaluate.load` by path: the share of Chinese syllables with their tone that a recogniser did not hear."""

from transformers_tts_gan.evaluate_metrics import TonePinyinErrorRate


__all__ = ["TonePinyinErrorRate"]
