"""The recorder: handles that write acts. Nothing here raises into, hangs or slows the application that is recorded."""
