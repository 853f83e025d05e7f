"""Cases of enumerations."""
