"""Pictures as PNG bytes: figures in, bytes out, in the one style of everything that is drawn (surfaces, section 10)."""
