#!/usr/bin/env bash
# Hydra 1.4 finds plugins by entry points of the group `hydra.plugins`, and an entry point must name a class
# (`package.module:Class`). One that names a module, as entry points of other frameworks may, is not refused and not loaded:
# every start of every Hydra app prints a warning about it. hydra-core 1.3.8 ignores the group altogether.
# Seen with Python 3.11 on 2026-11-30:
#   1.3.8: 0 warnings
#   1.4.0rc3: warns
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/app.py" <<'PYTHON'
import hydra
@hydra.main(version_base=None, config_path=None)
def app(config):
    print("ran")
app()
PYTHON
seen() {
  python3 -m venv "$room/$1"
  "$room/$1/bin/pip" install --quiet --disable-pip-version-check "hydra-core==$1"
  local site; site=$("$room/$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir "$site/mine" "$site/mine-1.dist-info"; touch "$site/mine/__init__.py"
  printf 'Metadata-Version: 2.1\nName: mine\nVersion: 1\n' > "$site/mine-1.dist-info/METADATA"
  printf '[hydra.plugins]\nmine = mine\n' > "$site/mine-1.dist-info/entry_points.txt"
  (cd "$room" && "$room/$1/bin/python" app.py 2>&1)
}
old=$(seen 1.3.8); new=$(seen 1.4.0rc3)
echo "1.3.8: $old"; echo "1.4.0rc3: $new"
grep -q ran <<< "$old" && ! grep -qi "plugin" <<< "$old"
grep -q ran <<< "$new" && grep -qi "not a concrete plugin class" <<< "$new"
