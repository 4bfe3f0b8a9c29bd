"""A model judged on held-out sentences, beside ground truth, copy synthesis and other systems."""
