#!/usr/bin/env bash
# OmegaConf has a method `register_resolver` in 2.3 and in 2.4, but it is two different functions.
# In 2.3.1 it is the legacy one of 2.0: no `replace`, and arguments reach the function as text. In 2.4.1rc1 the name is
# that of the new function, which replaces `register_new_resolver`: `replace` is known, and arguments keep their types.
# So `hasattr(OmegaConf, "register_resolver")` does not tell which of the two a program will call.
# Seen with Python 3.11 on 2026-11-30:
#   2.3.1: replace -> TypeError; ${kind:1} -> str
#   2.4.1rc1: replace -> accepted; ${kind:1} -> int
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import warnings
warnings.simplefilter("ignore")
from omegaconf import OmegaConf
kind = lambda value: type(value).__name__
try:
    OmegaConf.register_resolver("kind", kind, replace=True)
    told = "accepted"
except TypeError:
    OmegaConf.register_resolver("kind", kind)
    told = "TypeError"
print(f"replace -> {told}; ${{kind:1}} -> {OmegaConf.create({'a': '${kind:1}'}).a}")
PYTHON
seen() {
  python3 -m venv "$room/$1"
  "$room/$1/bin/pip" install --quiet --disable-pip-version-check "omegaconf==$1" "antlr4-python3-runtime==4.9.3" 2>/dev/null \
    || "$room/$1/bin/pip" install --quiet --disable-pip-version-check "omegaconf==$1"
  "$room/$1/bin/python" "$room/see.py"
}
old=$(seen 2.3.1); new=$(seen 2.4.1rc1)
echo "2.3.1: $old"; echo "2.4.1rc1: $new"
[ "$old" = 'replace -> TypeError; ${kind:1} -> str' ] && [ "$new" = 'replace -> accepted; ${kind:1} -> int' ]
