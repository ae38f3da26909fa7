"""Fetching and reading; never judging, never exporting."""
