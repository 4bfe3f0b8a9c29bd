"""For `evaluate.load` by path: the share of characters that a recognizer got wrong.

The second argument is the language.
"""

from transformers_tts_gan.metrics.hf_evaluate import CharacterErrorRate


__all__ = ["CharacterErrorRate"]
