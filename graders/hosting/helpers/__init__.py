"""What the checks are made of.

options: what an answer assumes, and what it says of each host.
bills: whether a host's bill is complete, and follows from the assumptions.
ranking: whether scores and ranking follow from the answer's own figures.
"""
