"""The page for instructors: `hooklab class serve`.

`door` lets one browser in. `class_list` and `read_answer` say what is shown, `deciding` keeps what
is decided, `routes` has the addresses, and `pages` the templates.
"""
