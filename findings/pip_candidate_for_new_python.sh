#!/usr/bin/env bash
# A requirement without "rc" installs a release candidate on a Python for which only that has a wheel. tensorflow-cpu has final releases
# 2.20 and 2.21, none with a wheel for Python 3.14 and no source archive, so one expects "no matching distribution". pip drops first
# the files that do not fit, finds no final release among what is left, and takes the candidate, without --pre and without a word
# (PEP 440 allows it: only pre-releases satisfy the requirement). uv 0.13.9 does the same, and brings keras-nightly, whose folder
# `keras/` is that of the final one. 2.22.0 itself is left out here, so that its release changes nothing.
# Seen with pip 26.3 on 2026-12-01:
#   Python 3.13: Would install tensorflow_cpu-2.21.0
#   Python 3.14: Would install tensorflow_cpu-2.22.0rc0
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check pip==26.3 2> /dev/null
taken() {
  "$room/venv/bin/pip" install --dry-run --no-deps --only-binary=:all: --python-version "$1" --target "$room/there" \
    "tensorflow-cpu>=2.20,!=2.22.0,<2.22.1" 2> /dev/null | grep "^Would install"
}
for minor in 3.13 3.14; do echo "Python $minor: $(taken $minor)"; done
[[ "$(taken 3.13)" == *-2.21.* && "$(taken 3.14)" == *-2.22.0rc* ]]
