"""Recording APIs of earlier systems, as thin fronts of the recorder."""
