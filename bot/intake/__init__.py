"""The HTTP API that applications send outputs to."""
