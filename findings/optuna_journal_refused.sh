#!/usr/bin/env bash
# Optuna's journal keeps operations that Optuna refused. `create_study` with a name that is taken raises DuplicatedStudyError,
# and a user attribute of a finished trial raises UpdateFinishedTrialError; both are lines of the file all the same, written
# before they were checked. So lines say what was tried, not what is: a reader that counts `op_code` 0 finds two studies where
# Optuna has one, and has to repeat Optuna's own checks in order.
# Seen with Python 3.11 on 2026-11-30:
#   optuna 5.0.0: DuplicatedStudyError UpdateFinishedTrialError; op codes 0 0 4 6 8; 1 study, attributes {}
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import json, sys
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
def open_journal():
    return JournalStorage(JournalFileBackend("journal.log"))
def refused(call, *arguments, **named):
    try:
        call(*arguments, **named)
        return "accepted"
    except Exception as error:
        return type(error).__name__
storage = open_journal()
study = optuna.create_study(storage=storage, study_name="a")
first = refused(optuna.create_study, storage=storage, study_name="a")
trial = study.ask()
study.tell(trial, 1.0)
second = refused(trial.set_user_attr, "late", 1)
codes = [json.loads(line)["op_code"] for line in open("journal.log")]
again = open_journal()
names = optuna.get_all_study_names(again)
attributes = optuna.load_study(study_name="a", storage=again).trials[0].user_attrs
print(f"{first} {second}; op codes {' '.join(map(str, codes))}; {len(names)} study, attributes {attributes}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check optuna==5.0.0
seen=$(cd "$room" && "$room/venv/bin/python" see.py)
echo "optuna 5.0.0: $seen"
[ "$seen" = "DuplicatedStudyError UpdateFinishedTrialError; op codes 0 0 4 6 8; 1 study, attributes {}" ]
