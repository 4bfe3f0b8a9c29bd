"""Corpora: loading, preparing, batching, and checking recordings and their texts."""
