"""The page of `hooklab lab`: send, watch, break an app, and move its clock.

`stage` and `elsewhere` are the two places where an app can be. `acts` says what a person can do,
`workbench` does it and keeps it as a story, `timeline` keeps what came of it. The other files show
it: `telling` in words, `taken_apart` and `copies` a delivery, `outside` the services; `addresses`
has the pages.
"""
