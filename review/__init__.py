"""The desk: decides and orchestrates; the one package that knows the whole chain."""
