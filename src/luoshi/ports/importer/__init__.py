"""Records of other systems, taken in as cases (README.md)."""
