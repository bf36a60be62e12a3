"""Variables that are set and that nothing reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from examination import examine
from findings import only
from set_up import SetUp

MISSPELT = {
    "of Better Auth's": ("BETTER_AUTH_AUD", "BETTER_AUTH_AUDIENCE"),
    "with a word too many": ("BETTER_AUTH_BASE_URL", "BETTER_AUTH_URL"),
    "of ours": ("DRAWBRIDGE_ALGORITHM", "DRAWBRIDGE_ALGORITHMS"),
    "of ours, far from any": ("DRAWBRIDGE_SECRET_OF_ANOTHER_VERSION", "DRAWBRIDGE_"),
    "in the prefix": ("DRAWBRIGE_LOG", "DRAWBRIDGE_LOG"),
    "of the database's": ("DATABSE_URL", "DATABASE_URL"),
    "as other tools have it": ("POSTGRES_URL", "DATABASE_URL"),
}


@pytest.mark.parametrize(("name", "meant"), MISSPELT.values(), ids=MISSPELT.keys())
def test_a_misspelt_name(healthy_sqlite: SetUp, name: str, meant: str):
    url = healthy_sqlite.issuer.url
    text = only(examine(better_auth_url=url, env={name: "a-secret"}), warning="config.variables")
    assert f"{name} (did you mean {meant}" in text and "a-secret" not in text


def test_a_misspelt_name_in_a_file(healthy_sqlite: SetUp, tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text(f"BETTER_AUTH_URL={healthy_sqlite.issuer.url}\nBETTER_AUTH_ISUER=http://localhost:3000\n")
    text = only(examine(env_file=file), warning="config.variables")
    assert "BETTER_AUTH_ISUER (did you mean BETTER_AUTH_ISSUER?)" in text
    file.write_text(f"BETTER_AUTH_URL={healthy_sqlite.issuer.url}\nBETTER_AUTH_ISSUER={healthy_sqlite.issuer.url}\n")
    only(examine(env_file=file))


def test_names_of_others(healthy_sqlite: SetUp):
    set_up = healthy_sqlite
    names = (
        "BETTER_AUTH_SECRET BETTER_AUTH_TRUSTED_ORIGINS BETTER_AUTH_TELEMETRY BETTER_AUTH_GITHUB_CLIENT_ID "
        "NEXT_PUBLIC_BETTER_AUTH_URL DRAWBRIDGE_BIN DRAWBRIDGE_TEST_DATABASE PGHOST DATABASE_POOL_SIZE _ PATH"
    )
    only(examine(better_auth_url=set_up.issuer.url, env=dict.fromkeys(names.split(), "x" * 32)))


def test_another_name_beside_the_right_one(healthy_sqlite: SetUp):
    url = healthy_sqlite.issuer.database.url
    only(examine(better_auth_url=healthy_sqlite.issuer.url, env={"DATABASE_URL": url, "POSTGRES_URL": "postgres://x"}))
