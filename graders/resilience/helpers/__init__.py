"""What the files of checks share.

story: what a check does to the app, and what it looks at.
production: two weeks in which everything goes wrong, in virtual time.
"""
