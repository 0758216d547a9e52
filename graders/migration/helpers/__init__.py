"""What the files of checks share.

move: the migration as a check drives it, and the table compared with Clerk.
production: weeks of an app's life in virtual time.
plan: what PLAN.md has to answer.
"""
