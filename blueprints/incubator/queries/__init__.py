"""Reads of the incubator, a file for each noun."""
