"""What the files of checks share.

figures: what happens to the app, and the figures that it shows.
reading: a page as a browser and a screen reader read it.
"""
