"""Reads of mentoring, a file for each noun."""
