"""A small web of known truth, served on loopback; imports nothing of dajia."""
