"""For `evaluate.load` by path: the share of Chinese syllables with their tone that a recognizer got wrong."""

from transformers_tts_gan.metrics.hf_evaluate import TonePinyinErrorRate


__all__ = ["TonePinyinErrorRate"]
