"""The subject: who forms an opinion on an output, and what follows from it."""
