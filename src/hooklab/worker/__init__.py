"""The process that runs the learner's app, and the way to start, steer and end it.

`forkserver.py`, `child.py` and `inside.py` run on the learner's side, where nothing is trusted;
`launch.py` and `process.py` run on the trusted side. Between them only JSON lines pass.
"""
