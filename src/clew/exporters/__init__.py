"""Trees as foreign documents: one file per format."""
