#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image.
set -eu
apt-get update
# Older images have an older Python by default.
apt-get install --yes --no-install-recommends make python3.11 python3.11-venv ||
  apt-get install --yes --no-install-recommends make python3 python3-venv
make --directory /autograder/source/course .venv/grade.stamp
