"""What recording costs (``python -m bench``), and whether every promise holds at full size (``bench.prove``)."""
