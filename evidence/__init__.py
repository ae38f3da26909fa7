"""evidence: what we hold and how it stays true. Imports nothing else of dajia."""
