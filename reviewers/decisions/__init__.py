"""Pure decisions: values in, a value out; no clock, randomness, I/O or framework."""
