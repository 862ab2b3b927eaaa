"""Adapters that make the machine reviewers' models: claims with known answers, and the training on them."""
