"""What the locked requirements allow."""

import re

import pytest

from tests.licences import is_of_the_page, licence, locked, read

WEAK = {"psycopg", "psycopg-binary"}
"""Under the LGPL: libraries that are used as they are, and only with the extra `postgres`."""


def test_every_locked_requirement_is_listed_with_its_licence():
    listed = read()
    assert list(listed) == list(locked())
    assert [name for name, terms in listed.items() if not terms.strip()] == []
    told = {name: licence(name) for name in listed}
    differ = {name: terms for name, terms in told.items() if terms is not None and terms != listed[name]}
    assert list(filter(is_of_the_page, differ)) == [], "python -m tests.licences lists them anew"
    assert sum(terms is not None for terms in told.values()) > 100


STRONG = re.compile(r"\b[AL]?GPL|\bGNU\b|General Public|SSPL|Business Source|\bBUSL", re.IGNORECASE)
"""Licences of the GPL family in the spellings of metadata, and those that forbid uses."""


def test_no_locked_requirement_is_under_the_gpl():
    assert {name for name, terms in read().items() if STRONG.search(terms)} == WEAK


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        ("GPL-3.0-or-later", True),
        ("MIT OR GPLv2", True),
        ("GNU Affero General Public License v3", True),
        ("AGPL-3.0-only", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("gplv3", True),
        ("BUSL-1.1", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
        ("Python Software Foundation License", False),
        ("Apache-2.0 AND MIT", False),
    ],
)
def test_a_licence_of_the_gpl_is_known_in_every_spelling(terms, refused):
    assert bool(STRONG.search(terms)) == refused
