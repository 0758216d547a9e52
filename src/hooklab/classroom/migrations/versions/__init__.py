"""Each step from one version of the gradebook to the next."""
