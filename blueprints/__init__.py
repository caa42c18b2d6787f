"""The house: one folder a floor and slice. See docs/architecture.md for which floor knows which."""
