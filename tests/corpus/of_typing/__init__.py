"""Cases of what `typing` makes, and of annotations."""
