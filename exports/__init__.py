"""Stored leads and evidence as files for people and agencies; never scores, never fetches."""
