"""Where a learner may look first, guessed from what the answer says and shows.

Advice only: nothing here changes a score. What an answer printed or says of itself may be a lie, so
a place is named only when the answer's own text, read on the trusted side, has it.
"""
