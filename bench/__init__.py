"""The benchmark behind the README's figures: ``python -m bench``. Ratios of one run, never a timed test."""
