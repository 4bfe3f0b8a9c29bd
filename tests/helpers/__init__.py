"""What several test files use: tiny models, corpora and trainers, a Hub on the loopback, runs of the examples."""
