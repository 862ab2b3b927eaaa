"""Pictures as PNG bytes: figures in, bytes out, all in one style, so that people learn one way to read them."""
