"""For `evaluate.load` by path: the share of characters that a recognizer did not hear.

The second argument is the language.
"""

from transformers_tts_gan.metrics.hf_evaluate import CharacterErrorRate


__all__ = ["CharacterErrorRate"]
