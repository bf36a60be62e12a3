"""The tree keeps the rules, and each rule catches what it is there for."""

from __future__ import annotations

import pytest

import rules
import typescript_rules

ALL_RULES = (*rules.RULES, *typescript_rules.RULES)
CMAKE = "add_library(x a.cpp)"


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps(rule, sources):
    assert list(rule(sources)) == []


# name: (rule, sources, part of the one finding)
CAUGHT = {
    "core_includes_http": (
        rules.layer_faults,
        {"src/core/a.cpp": '#include "http/b.h"\n', "src/http/b.h": ""},
        "core must not include http/b.h",
    ),
    "core_includes_issuer_in_angle_brackets": (
        rules.layer_faults,
        {"src/core/a.cpp": "#  include <issuer/b.h>\n", "src/issuer/b.h": ""},
        "core must not include issuer/b.h",
    ),
    "core_includes_the_remote_verifier": (
        rules.layer_faults,
        {"src/core/a.cpp": '#include "drawbridge/remote_verifier.h"\n', "include/drawbridge/remote_verifier.h": ""},
        "core must not include drawbridge/remote_verifier.h",
    ),
    "a_resource_reaches_the_curve": (
        rules.ed25519_faults,
        {
            "src/api/tasks/a.cpp": '#include "core/jose/ed25519/curve.h"\n',
            "src/core/jose/ed25519/curve.h": '#include "core/jose/ed25519/field.h"\n',
            "src/core/jose/ed25519/field.h": "",
        },
        "src/api/tasks/a.cpp: only src/core/jose/signature.cpp",
    ),
    "the_curve_signs": (
        rules.ed25519_faults,
        {"src/core/jose/ed25519/a.cpp": "crypto_sign_detached(s, nullptr, m, n, secret);"},
        "signs, by crypto_sign_detached",
    ),
    "the_product_signs": (
        rules.ed25519_faults,
        {"apps/drawbridge/a.cpp": "EVP_DigestSignInit(c, k, d, e, s);"},
        "signs, by EVP_DigestSignInit",
    ),
    "doctor_uses_what_macos_lacks": (
        rules.macos_faults,
        {"src/doctor/a.cpp": "std::jthread t{ask};", "src/database/b.cpp": "std::jthread t{ask};"},
        "src/doctor/a.cpp: std::jthread is missing on macOS",
    ),
    "issuer_includes_database": (
        rules.layer_faults,
        {"src/issuer/a.h": '#include "database/store.h"\n', "src/database/store.h": ""},
        "issuer must not include database/store.h",
    ),
    "database_includes_http": (
        rules.layer_faults,
        {"src/database/a.cpp": '#include "http/b.h"\n', "src/http/b.h": ""},
        "database must not include http/b.h",
    ),
    "database_includes_a_resource": (
        rules.layer_faults,
        {"src/database/a.cpp": '#include "api/tasks/b.h"\n', "src/api/tasks/b.h": ""},
        "database must not include api/tasks/b.h",
    ),
    "redis_includes_the_schema": (
        rules.layer_faults,
        {"src/redis/a.cpp": '#include "schema/session_row.h"\n', "src/schema/session_row.h": ""},
        "redis must not include schema/session_row.h",
    ),
    "plan_includes_a_database": (
        rules.layer_faults,
        {"src/schema/plan/a.cpp": '#include "database/store.h"\n', "src/database/store.h": ""},
        "plan must not include database/store.h",
    ),
    "plan_includes_the_migration": (
        rules.layer_faults,
        {"src/schema/plan/a.cpp": '#include "schema/migrations.h"\n', "src/schema/migrations.h": ""},
        "plan must not include schema/migrations.h",
    ),
    "http_includes_a_database": (
        rules.layer_faults,
        {"src/http/a.cpp": '#include "database/sqlite/session.h"\n', "src/database/sqlite/session.h": ""},
        "http must not include database/sqlite/session.h",
    ),
    "http_includes_a_resource": (
        rules.layer_faults,
        {"src/http/a.cpp": '#include "api/tasks/b.h"\n', "src/api/tasks/b.h": ""},
        "http must not include api/tasks/b.h",
    ),
    "resource_opens_a_database": (
        rules.layer_faults,
        {"src/api/tasks/a.cpp": '#include "database/sqlite/session.h"\n', "src/database/sqlite/session.h": ""},
        "api must not include database/sqlite/session.h",
    ),
    "resource_asks_better_auth": (
        rules.layer_faults,
        {"src/api/tasks/a.cpp": '#include "issuer/http_call.h"\n', "src/issuer/http_call.h": ""},
        "api must not include issuer/http_call.h",
    ),
    "metrics_ask_the_database": (
        rules.layer_faults,
        {"src/metrics/a.cpp": '#include "database/store.h"\n', "src/database/store.h": ""},
        "metrics must not include database/store.h",
    ),
    "http_knows_metrics": (
        rules.layer_faults,
        {"src/http/a.cpp": '#include "metrics/exposition.h"\n', "src/metrics/exposition.h": ""},
        "http must not include metrics/exposition.h",
    ),
    "resource_knows_another": (
        rules.resource_faults,
        {"src/api/tags/a.cpp": '#include "api/tasks/task.h"\n'},
        "the resource tags must not include api/tasks/task.h",
    ),
    "route_reaches_a_connection": (
        rules.resource_faults,
        {"src/api/tags/routes.cpp": '#include "database/sqlite/connection.h"\n'},
        "a route must not include database/sqlite/connection.h",
    ),
    "resource_names_an_owner": (
        rules.resource_faults,
        {"src/api/tags/routes.cpp": "session.for_owner(someone, work);"},
        "past owned_work()",
    ),
    "resource_goes_without_an_owner": (
        rules.resource_faults,
        {"src/api/tags/routes.cpp": "session.without_owner(work);"},
        "without an owner",
    ),
    "http_includes_issuer": (
        rules.layer_faults,
        {"src/http/a.cpp": '#include "issuer/b.h"\n', "src/issuer/b.h": ""},
        "http must not include issuer/b.h",
    ),
    "library_includes_the_program": (
        rules.layer_faults,
        {"src/http/a.cpp": '#include "apps/drawbridge/b.h"\n', "apps/drawbridge/b.h": ""},
        "http must not include apps/drawbridge/b.h",
    ),
    "extension_includes_the_program": (
        rules.layer_faults,
        {"bindings/python/extension/a.cpp": '#include "apps/drawbridge/b.h"\n', "apps/drawbridge/b.h": ""},
        "extension must not include apps/drawbridge/b.h",
    ),
    "command_reads_the_database": (
        rules.layer_faults,
        {"src/commands/a.cpp": '#include "database/store.h"\n', "src/database/store.h": ""},
        "commands must not include database/store.h",
    ),
    "public_header_includes_core": (
        rules.layer_faults,
        {"include/drawbridge/a.h": '#include "core/b.h"\n', "src/core/b.h": ""},
        "public must not include core/b.h",
    ),
    "include_climbs": (
        rules.layer_faults,
        {"src/core/a.cpp": '#include "../http/b.h"\n', "src/http/b.h": ""},
        "write it from src/",
    ),
    "unknown_layer": (rules.layer_faults, {"src/auth/a.cpp": ""}, "src/auth/ is no layer"),
    "stale_include": (rules.quoted_include_faults, {"src/core/a.cpp": '#include "core/gone.h"\n'}, "core/gone.h"),
    "public_header_asks_for_openssl": (
        rules.public_header_faults,
        {"include/drawbridge/a.h": "#include <openssl/evp.h>\n"},
        "<openssl/evp.h>",
    ),
    "core_has_a_thread": (rules.core_faults, {"src/core/a.h": "#include <thread>\n"}, "<thread>"),
    "core_has_a_socket": (rules.core_faults, {"src/core/a.cpp": "#include <sys/socket.h>\n"}, "<sys/socket.h>"),
    "core_has_a_file": (rules.core_faults, {"src/core/a.cpp": "#include <fstream>\n"}, "<fstream>"),
    "core_has_curl": (rules.core_faults, {"src/core/a.cpp": "#include <curl/curl.h>\n"}, "<curl/curl.h>"),
    "core_has_a_log": (rules.core_faults, {"src/core/a.cpp": "#include <spdlog/spdlog.h>\n"}, "<spdlog"),
    "plan_has_a_database": (
        rules.core_faults,
        {"src/schema/plan/a.cpp": "#include <pqxx/pqxx>\n"},
        "plan includes <pqxx/pqxx>",
    ),
    "core_asks_the_clock": (
        rules.core_faults,
        {"src/core/a.cpp": "auto t = std::chrono::system_clock::now();\n"},
        "_clock::now",
    ),
    "core_reads_the_environment": (
        rules.core_faults,
        {"src/core/a.cpp": 'auto v = std::getenv("X");\n'},
        "getenv",
    ),
    "core_prints": (rules.core_faults, {"src/core/a.cpp": 'std::cerr << "x";\n'}, "std::cerr"),
    "library_names_a_setting": (
        rules.setting_name_faults,
        {"src/issuer/a.cpp": 'auto hint = "raise DRAWBRIDGE_CLOCK_SKEW";\n'},
        "names the setting DRAWBRIDGE_CLOCK_SKEW",
    ),
    "folder_util": (rules.drawer_faults, {"src/core/util/a.h": ""}, "src/core/util/"),
    "folder_common": (rules.drawer_faults, {"packages/Common/a.ts": ""}, "packages/Common/"),
    "http_makes_an_identity": (
        rules.identity_faults,
        {"src/http/a.cpp": "auto who = IdentityMaker::make(claims);\n"},
        "src/http/a.cpp",
    ),
    "core_makes_an_identity": (
        rules.identity_faults,
        {"src/core/credentials/choice.cpp": "auto who = IdentityMaker::make(claims);\n"},
        "src/core/credentials/choice.cpp",
    ),
    "beast_everywhere": (
        rules.beast_faults,
        {f"src/http/{n}.cpp": '#include "http/b.h"\n' for n in range(rules.MAX_BEAST_UNITS + 1)}
        | {"src/http/b.h": "#include <boost/beast/http.hpp>\n"},
        f"in {rules.MAX_BEAST_UNITS + 1} files",
    ),
    "long_file": (rules.length_faults, {"src/core/a.cpp": "\n" * 501}, "501 lines"),
    "test_that_never_runs": (
        rules.unbuilt_faults,
        {"tests/core/b_test.cpp": "", "tests/core/CMakeLists.txt": CMAKE},
        "tests/core/b_test.cpp",
    ),
    "namesake_of_a_built_file": (
        rules.unbuilt_faults,
        {
            "src/database/sqlite/session.cpp": "",
            "src/database/postgres/session.cpp": "",
            "src/database/CMakeLists.txt": "add_library(x sqlite/session.cpp)",
        },
        "src/database/postgres/session.cpp",
    ),
    "client_brings_a_library": (
        typescript_rules.package_import_faults,
        {"packages/client/src/a.ts": 'import { z } from "zod";\n'},
        "imports zod",
    ),
    "client_imports_while_it_runs": (
        typescript_rules.package_import_faults,
        {"packages/client/src/a.ts": 'const z = await import("zod");\n'},
        "imports zod",
    ),
    "client_imports_over_lines": (
        typescript_rules.package_import_faults,
        {"packages/client/src/a.ts": 'import {\n  a,\n  b,\n} from "better-auth";\n'},
        "imports better-auth",
    ),
    "package_reaches_into_another": (
        typescript_rules.package_import_faults,
        {"packages/client/src/a.ts": 'import type { A } from "../../better-auth/src/b.js";\n'},
        "name its package",
    ),
    "machine_does_io": (
        rules.core_faults,
        {"src/http/connection_phases.cpp": "#include <boost/asio/post.hpp>\n"},
        "src/http/connection_phases includes",
    ),
    "skipped_test": (rules.unfinished_faults, {"tests/core/a_test.cpp": "GTEST_SKIP();"}, "GTEST_SKIP"),
    "unfinished": (rules.unfinished_faults, {"src/core/a.cpp": "// TODO later"}, "TODO"),
}


@pytest.mark.parametrize("name", CAUGHT)
def test_caught(name):
    rule, tree, finding = CAUGHT[name]
    found = list(rule(tree))
    assert len(found) == 1
    assert finding in found[0]


GOOD = {
    "layers": {
        "apps/drawbridge/main.cpp": '#include "database/sqlite/session.h"\n#include "commands.h"\n',
        "apps/drawbridge/commands.h": "",
        "apps/drawbridge/CMakeLists.txt": "add_executable(x main.cpp)",
        "src/database/sqlite/session.h": '#include "database/store.h"\n#include <SQLiteCpp/SQLiteCpp.h>\n',
        "src/database/store.h": '#include "drawbridge/identity.h"\n',
        "src/http/router.h": '#include "database/store.h"\n#include "core/identity/request_path.h"\n',
        "src/core/identity/request_path.h": "#include <string>\n",
        "include/drawbridge/identity.h": "#include <memory>\nfriend class IdentityMaker;\n",
    },
    "sessions_of_storage": {
        "src/core/credentials/session_identity.cpp": "auto who = IdentityMaker::make(claims);\n",
        "src/core/CMakeLists.txt": "target_sources(drawbridge PRIVATE credentials/session_identity.cpp)",
    },
    "prose_is_not_code": {
        "src/core/a.h": "// never std::chrono::system_clock::now(), nor getenv\n/* std::thread */\n",
        "src/core/b.h": 'constexpr auto hint = "see getenv and printf (";\n',
    },
    "tests_see_everything": {
        "tests/http/a_test.cpp": '#include "database/sqlite/session.h"\nIdentityMaker::make();\n',
        "tests/http/CMakeLists.txt": "drawbridge_test(x SOURCES a_test.cpp)",
        "src/database/sqlite/session.h": "",
    },
    "sources_of_a_folder_below": {
        "src/database/sqlite/session.cpp": "",
        "src/database/CMakeLists.txt": "add_library(x sqlite/session.cpp)",
    },
    "packages": {
        "packages/better-auth/src/a.ts": 'import { jwt } from "better-auth/plugins";\nimport { b } from "./b.js";\n',
        "packages/client/src/a.ts": 'import type { Session } from "better-auth";\nexport * from "./b.js";\n',
        "packages/client/tests/a.test.ts": 'import { expect } from "vitest";\nimport { a } from "../src/a.js";\n',
    },
    "sources_by_pattern": {
        "tests/core/a_test.cpp": "",
        "tests/core/CMakeLists.txt": "file(GLOB sources CONFIGURE_DEPENDS *_test.cpp)",
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_good(name):
    assert [finding for rule in ALL_RULES for finding in rule(GOOD[name])] == []
