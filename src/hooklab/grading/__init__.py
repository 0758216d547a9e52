"""The trusted side of the wire: the `lab` that checks use, and the way from checks to points."""
