"""Cases of classes and their instances."""
