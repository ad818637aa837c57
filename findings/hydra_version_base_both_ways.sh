#!/usr/bin/env bash
# `@hydra.main(version_base=…)`: Hydra 1.3 warns an app that leaves it out, Hydra 1.4 warns an app that gives it ("deprecated and will
# be removed in Hydra 1.5"), whatever the value. So no way to write the decorator is quiet on both, and an app that turns
# warnings into errors starts on one of them alone.
# Seen with Python 3.11 on 2026-12-01 (warnings of an app with version_base=None, and without it):
#   hydra-core 1.3.8: given 0, left out 1
#   hydra-core 1.4.0rc3: given 1, left out 0
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
for how in "version_base=None, " ""; do
  name=$([ -n "$how" ] && echo given || echo left)
  printf 'import hydra\n@hydra.main(%sconfig_path=None)\ndef app(config):\n    print("ran")\napp()\n' "$how" > "$room/$name.py"
done
cd "$room"
seen() {
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check "hydra-core==$1" 2> /dev/null
  for name in given left; do "$1/bin/python" "$name.py" 2>&1 | grep -c "version_base parameter is" || true; done | tr '\n' ' '
}
old=$(seen 1.3.8); new=$(seen 1.4.0rc3)
echo "1.3.8: given, left out: $old"; echo "1.4.0rc3: given, left out: $new"
[ "$old" = "0 1 " ] && [ "$new" = "1 0 " ]
