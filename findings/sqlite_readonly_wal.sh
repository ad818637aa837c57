#!/usr/bin/env bash
# A read-only connection to an SQLite database in WAL mode writes: it makes `x.db-shm` and `x.db-wal` beside the database, and
# leaves them there when it is closed, as only a connection that may write removes them. So "opened read-only" does not mean
# that a folder stays as it was. `immutable=1` in the URI makes no files, but is for a database without a writer. A database
# in the usual mode (delete) is left alone.
# Seen with Python 3.11 on 2026-11-30:
#   apsw 3.54.1.0 (SQLite 3.54.1): delete: x.db; wal: x.db x.db-shm x.db-wal; wal, immutable: x.db
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import os, tempfile
import apsw
READ = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
def left(mode, question):
    """The files after a database was made and closed, and then read and closed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.db")
        maker = apsw.Connection(path)
        maker.execute(f"PRAGMA journal_mode={mode}").fetchall()
        maker.execute("CREATE TABLE t(a)")
        maker.close()
        assert os.listdir(folder) == ["x.db"]
        reader = apsw.Connection(f"file:{path}?{question}", flags=READ)
        assert reader.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
        reader.close()
        return " ".join(sorted(os.listdir(folder)))
told = [("delete", "delete", "mode=ro"), ("wal", "wal", "mode=ro"), ("wal, immutable", "wal", "mode=ro&immutable=1")]
print(f"SQLite {apsw.sqlite_lib_version()}:", "; ".join(f"{name}: {left(*how)}" for name, *how in told))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: apsw==3.54.1.0
seen=$("$room/venv/bin/python" "$room/see.py")
echo "apsw 3.54.1.0: $seen"
[ "$seen" = "SQLite 3.54.1: delete: x.db; wal: x.db x.db-shm x.db-wal; wal, immutable: x.db" ]
