"""What the locked requirements allow."""

import re

from tests.licences import licence, locked, read

WEAK = {"psycopg", "psycopg-binary"}
"""Under the LGPL: libraries that are used as they are, and only with the extra `postgres`."""


def test_every_locked_requirement_is_listed_with_its_licence():
    listed = read()
    assert list(listed) == list(locked())
    assert [name for name, terms in listed.items() if not terms.strip()] == []
    told = {name: licence(name) for name in listed}
    differ = {name: terms for name, terms in told.items() if terms is not None and terms != listed[name]}
    assert differ == {}, "python -m tests.licences lists them anew"
    assert sum(terms is not None for terms in told.values()) > 100


def test_no_locked_requirement_is_under_the_gpl():
    strong = r"\bA?GPL|GNU (Affero )?General Public|Lesser General Public|\bLGPL|SSPL|Business Source"
    found = {name for name, terms in read().items() if re.search(strong, terms)}
    assert found == WEAK
