"""Judging and scanning in bulk: shards that many processes or machines work off, resumable, joined in order."""
