"""Mandarin Chinese: numbers, words, pinyin and tone changes."""
