"""The rules that keep the rooms apart, as functions from source text to findings.

apps -> {api, metrics, commands} -> {http, schema, redis, issuer, doctor} -> {database, schema/plan} -> core. http knows no resource; a resource
reaches the database through its own folder and database/; doctor knows ports; core touches no socket, clock, thread,
file, environment variable or log. The Python extension knows the public headers and commands, never apps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath

Sources = Mapping[str, str]  # text by path from the root of the repository

MAX_FILE_LINES = 500
MAX_BEAST_UNITS = 7  # each costs seconds to compile

# The folders of src/ that a file may include from. `public` is include/drawbridge, `extension` that of bindings/python.
ALLOWED = {
    "public": {"public"},
    "core": {"public", "core"},
    "issuer": {"public", "core", "issuer"},
    "database": {"public", "core", "database"},
    "redis": {"public", "core", "database", "redis"},
    "schema": {"public", "core", "database", "schema", "plan"},
    "plan": {"public", "core", "plan"},
    "http": {"public", "core", "http"},
    "api": {"public", "core", "http", "api"},
    "metrics": {"public", "core", "http", "metrics"},
    "doctor": {"public", "core", "doctor"},
    "commands": {"public", "core", "issuer", "doctor", "commands"},
    "apps": {
        *("public", "core", "issuer", "database", "redis", "schema", "http", "api", "metrics", "doctor", "commands"),
        "apps",
    },
    "extension": {"public", "commands", "plan", "extension"},
}
MAY_ALSO_INCLUDE = {
    "redis": {"issuer/without_signals.h"},
    # What it says of a request beside the identity: whether its cookie counts, and how the cookie is called; and what
    # it asks a secondary storage for.
    "extension": {
        "core/credentials/cache_cookie.h",
        "core/credentials/choice.h",
        "core/credentials/secondary_storage.h",
        "core/credentials/session_cookie.h",
        "issuer/start_libraries.h",  # before a server forks
    },
    # The port, and what goes through it.
    "http": {"database/store.h", "database/result.h", "database/page.h"},
    "api": {
        "database/letter_case.h",
        "database/new_uuid.h",
        "database/page.h",
        "database/postgres/connection.h",
        "database/postgres/transaction.h",
        "database/result.h",
        "database/session.h",
        "database/sqlite/connection.h",
        "database/sqlite/database.h",
        "schema/readiness.h",
    },
    # The numbers, not what makes them.
    "metrics": {"database/store_counts.h"},
    # Ports, that is what is asked for and not how it is done, and the rule for where one may connect.
    "doctor": {"issuer/http_call.h", "issuer/jwks_url.h", "schema/bridge_facts.h"},
}
# A verified token, one that was exchanged for another credential, a session out of Better Auth's own storage, and
# one out of its signed cache.
MAKE_IDENTITIES = {
    "src/core/identity/identity_claims.h",
    "src/core/jose/verification.cpp",
    "src/core/credentials/issuer_answer.cpp",
    "src/core/credentials/session_identity.cpp",
    "src/core/credentials/cached_session.cpp",
}
# Arithmetic whose times depend on what it is given, so nothing that has a secret may reach it
# (docs/decisions/0029-eddsa-tables.md): who verifies, and who has tables made.
ED25519 = "core/jose/ed25519/"
KNOW_ED25519 = {"src/core/jose/signature.cpp", "src/issuer/table_builder.cpp", "src/issuer/table_builder.h"}
SIGNS = re.compile(
    r"\bcrypto_(?:sign|sign_ed25519)(?:_detached|_keypair|_seed_keypair|_open)?\s*\(|\bcrypto_sign_final_create\b"
    r"|\bcrypto_(?:scalarmult|kx|box)\w*_keypair\b|\bEVP_(?:DigestSign|PKEY_sign|PKEY_keygen|PKEY_Q_keygen)\w*"
    r"|\bECDSA_(?:do_)?sign\w*|\bcrypto_core_ed25519_scalar_(?!reduce)\w+"
)
# A resource knows itself, and of others what stands here.
RESOURCES_KNOW = {"tasks": {"tags"}}
# What reaches rows: a route goes through Session::for_owner, never to a connection.
CONNECTION = re.compile(r"^database/(sqlite|postgres)/")
WITHOUT_OWNER = "src/api/health/routes.cpp"
# Without a socket, clock, thread, file, environment variable or log.
PURE = {"core", "plan"}
# Machines that live beside what drives them.
PURE_FILES = {"src/http/connection_phases", "src/http/exchange", "src/database/work_queue"}
# Declared in public headers, performed by issuer.
NOT_FOR_CORE = {"drawbridge/remote_verifier.h"}

STANDARD_HEADER = re.compile(r"^[a-z_0-9]+$")
CORE_BANNED_HEADERS = re.compile(
    r"^(sys/|netinet/|arpa/|net/|linux/|netdb\.h|unistd\.h|poll\.h|fcntl\.h|pthread\.h|time\.h|stdio\.h"
    r"|ctime$|cstdio$|thread$|future$|condition_variable$|semaphore$|latch$|barrier$|stop_token$"
    r"|filesystem$|fstream$|iostream$|syslog\.h|curl/|spdlog/|sqlite3\.h|SQLiteCpp/|pqxx/|hiredis/|httplib\.h"
    r"|boost/asio|boost/beast|CLI/)"
)
CORE_BANNED_WORDS = re.compile(
    r"_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\s*\(|\bgetenv\b|\bstd::j?thread\b|\bstd::async\b"
    r"|\bsleep_(for|until)\b|\bfopen\b|\bf?printf\s*\(|\bstd::(cout|cerr|clog)\b|\bspdlog::|\bsocket\s*\("
)
# The Python package is compiled on macOS too, whose libc++ kept these behind a flag for long.
APPLE_LACKS = re.compile(r"\bstd::(jthread|stop_token|stop_source|stop_callback)\b|<stop_token>")
ON_MACOS = {"public", "core", "issuer", "plan", "doctor", "commands", "extension"}
SETTING = re.compile(r"\b(DRAWBRIDGE|BETTER_AUTH)_[A-Z_]+")
DRAWERS = {"util", "utils", "common", "helper", "helpers", "misc", "shared"}
UNFINISHED = re.compile(
    r"\bTODO\b|\bFIXME\b|\bGTEST_SKIP\b|\bDISABLED_\w+|EXPECT_TRUE\(true\)|ASSERT_TRUE\(true\)"
    r"|pytest\.mark\.(skip|xfail)|pytest\.skip\(|\bassert True\b|\b(it|test|describe)\.skip\("
)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def layer_of(path: str) -> str | None:
    """The layer that a file belongs to; nothing for tests and benchmarks, which may see everything."""
    parts = PurePosixPath(path).parts
    if parts[:2] == ("include", "drawbridge"):
        return "public"
    if parts[0] == "apps":
        return "apps"
    if parts[:3] == ("bindings", "python", "extension"):
        return "extension"
    if parts[:3] == ("src", "schema", "plan"):
        return "plan"
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return None


def is_cpp(path: str) -> bool:
    return path.endswith((".cpp", ".h"))


def code_of(text: str) -> str:
    """The text without comments and string contents, so that prose is not taken for code."""
    return COMMENT_OR_STRING.sub(lambda m: '""' if m.group().startswith('"') else " ", text)


def included_file(path: str, name: str, sources: Sources) -> str | None:
    """The file of the repository that `#include "name"` in `path` means."""
    for folder in ("src", "include", str(PurePosixPath(path).parent), "."):
        found = str(PurePosixPath(folder) / name)
        if found in sources:
            return found
    return None


def layer_faults(sources: Sources) -> Iterator[str]:
    """Includes that break the dependency rule."""
    for path, text in sources.items():
        layer = layer_of(path)
        if layer is None or not is_cpp(path):
            continue
        if layer not in ALLOWED:
            yield f"{path}: src/{layer}/ is no layer; the layers are {', '.join(ALLOWED)}"
            continue
        for _, name in INCLUDE.findall(text):
            # Whatever the form of the include, a file of ours is ours.
            target = included_file(path, name, sources)
            if ".." in PurePosixPath(name).parts:
                yield f"{path}: includes {name}: write it from src/"
            elif target is not None and layer_of(target) not in ALLOWED[layer]:
                if name not in MAY_ALSO_INCLUDE.get(layer, set()):
                    yield f"{path}: {layer} must not include {name}"
            elif layer == "core" and name in NOT_FOR_CORE:
                yield f"{path}: core must not include {name}"


def resource_faults(sources: Sources) -> Iterator[str]:
    """Resources that know each other or the schema, and routes that reach around the owner rule."""
    for path, text in sources.items():
        parts = PurePosixPath(path).parts
        if not path.startswith("src/api/") or len(parts) < 4 or not is_cpp(path):
            continue
        resource = parts[2]
        for _, name in INCLUDE.findall(text):
            other = PurePosixPath(name).parts
            if other[0] == "api" and len(other) > 2 and other[1] not in {resource, *RESOURCES_KNOW.get(resource, ())}:
                yield f"{path}: the resource {resource} must not include {name}"
            if parts[3] == "routes.cpp" and CONNECTION.match(name):
                yield f"{path}: a route must not include {name}: Session::for_owner gives it a connection"
        if "for_owner(" in code_of(text):
            yield f"{path}: asks the database past owned_work() of src/api/owned_work.h"
        if "without_owner(" in code_of(text) and path != WITHOUT_OWNER:
            yield f"{path}: only {WITHOUT_OWNER} asks the database without an owner"


def quoted_include_faults(sources: Sources) -> Iterator[str]:
    """Quoted includes that are no file of ours: another library's header in quotes, or a stale name."""
    for path, text in sources.items():
        if layer_of(path) is None or not is_cpp(path):
            continue
        for form, name in INCLUDE.findall(text):
            if form == '"' and included_file(path, name, sources) is None:
                yield f'{path}: "{name}" is no file of src/, include/ or its own folder'


def public_header_faults(sources: Sources) -> Iterator[str]:
    """Public headers that ask a backend for another library's headers."""
    for path, text in sources.items():
        if layer_of(path) != "public":
            continue
        for form, name in INCLUDE.findall(text):
            if form == "<" and not STANDARD_HEADER.match(name):
                yield f"{path}: a public header includes <{name}>"


def core_faults(sources: Sources) -> Iterator[str]:
    """What core, the plan of a migration, and the machines elsewhere must not touch."""
    for path, text in sources.items():
        machine = str(PurePosixPath(path).with_suffix(""))
        layer = machine if machine in PURE_FILES else layer_of(path)
        if layer not in PURE | PURE_FILES:
            continue
        for _, name in INCLUDE.findall(text):
            # Who drives a machine may tell it that nobody waits any more.
            if CORE_BANNED_HEADERS.match(name) and (name, layer) != ("stop_token", "src/database/work_queue"):
                yield f"{path}: {layer} includes <{name}>"
        for match in CORE_BANNED_WORDS.finditer(code_of(text)):
            yield f"{path}: {layer} uses {match.group().strip()}"


def macos_faults(sources: Sources) -> Iterator[str]:
    """What Apple's standard library lacked for long, in what the Python package is compiled from."""
    for path, text in sources.items():
        if is_cpp(path) and layer_of(path) in ON_MACOS:
            for match in APPLE_LACKS.finditer(code_of(text)):
                yield f"{path}: {match.group()} is missing on macOS"


def setting_name_faults(sources: Sources) -> Iterator[str]:
    """Settings in the library, which has none: it names its own members, and src/commands/setting_names.cpp the rest."""
    for path, text in sources.items():
        if is_cpp(path) and layer_of(path) in {"public", "core", "issuer"}:
            for match in SETTING.finditer(text):
                if match.group() != "DRAWBRIDGE_API":  # include/drawbridge/export.h
                    yield f"{path}: names the setting {match.group()}"


def drawer_faults(sources: Sources) -> Iterator[str]:
    """Folders named for no job."""
    for folder in sorted({str(parent) for path in sources for parent in PurePosixPath(path).parents}):
        if PurePosixPath(folder).name.lower() in DRAWERS:
            yield f"{folder}/: name a folder for its job"


def identity_faults(sources: Sources) -> Iterator[str]:
    """Only what has judged a credential makes an Identity."""
    for path, text in sources.items():
        is_friend = path == "include/drawbridge/identity.h"
        if not is_cpp(path) or path in MAKE_IDENTITIES or path.startswith("tests/") or is_friend:
            continue
        if "IdentityMaker" in code_of(text):
            yield f"{path}: makes an Identity, which {', '.join(sorted(MAKE_IDENTITIES))} do alone"


def ed25519_faults(sources: Sources) -> Iterator[str]:
    """Arithmetic of ours that is reached by other than verification, or a product that signs."""
    for path, text in sources.items():
        if layer_of(path) is None or not is_cpp(path):
            continue
        inside = path.startswith(f"src/{ED25519}")
        for _, name in INCLUDE.findall(text):
            target = included_file(path, name, sources) or ""
            if target.startswith(f"src/{ED25519}") and not inside and path not in KNOW_ED25519:
                yield f"{path}: only {', '.join(sorted(KNOW_ED25519))} include {name}"
        for match in SIGNS.finditer(code_of(text)):
            yield f"{path}: signs, by {match.group().strip(' (')}: Better Auth signs, and Drawbridge verifies"


def reaches(path: str, wanted: Callable[[str], bool], sources: Sources, seen: set[str]) -> bool:
    """Whether a file includes a wanted header, itself or through files of ours."""
    for _, name in INCLUDE.findall(sources[path]):
        if wanted(name):
            return True
        target = included_file(path, name, sources)
        if target is not None and target not in seen:
            seen.add(target)
            if reaches(target, wanted, sources, seen):
                return True
    return False


def beast_faults(sources: Sources) -> Iterator[str]:
    """Boost.Beast in more source files than the build can bear."""
    units = [
        path
        for path in sources
        if path.endswith(".cpp") and path.startswith(("src/", "apps/"))
        if reaches(path, lambda name: name.startswith("boost/beast"), sources, {path})
    ]
    if len(units) > MAX_BEAST_UNITS:
        yield f"Boost.Beast is compiled in {len(units)} files, at most {MAX_BEAST_UNITS}: {', '.join(units)}"


def length_faults(sources: Sources) -> Iterator[str]:
    for path, text in sources.items():
        lines = text.count("\n")
        if "/generated/" in path:
            continue
        if path.endswith((".cpp", ".h", ".py", ".ts", ".tsx", ".mjs", ".js", ".sh")) and lines > MAX_FILE_LINES:
            yield f"{path}: {lines} lines; over {MAX_FILE_LINES}, two names say it better"


def unbuilt_faults(sources: Sources) -> Iterator[str]:
    """C++ files that no CMakeLists.txt of their folder builds: dead code, or a test that never runs."""
    for path in sources:
        if not path.endswith(".cpp") or path.startswith("tests/package/"):
            continue
        name, folder = PurePosixPath(path).name, PurePosixPath(path).parent
        words: set[str] = set()
        for top in (folder, folder.parent):  # a list names its files from its own folder
            text = sources.get(str(top / "CMakeLists.txt"), "")
            here = PurePosixPath(path).relative_to(top).parent
            for word in map(PurePosixPath, re.split(r"[\s()]+", text)):
                if word.parent == here or "GLOB_RECURSE" in text or fnmatch(str(here), str(word.parent)):
                    words.add(word.name)
        if folder.name == "support":  # compiled into the tests that use it
            words |= {PurePosixPath(w).name for text in sources_of_lists(sources) for w in re.split(r"[\s()]+", text)}
        patterns = [word for word in words if "*" in word]
        if name not in words and not any(PurePosixPath(name).match(pattern) for pattern in patterns):
            yield f"{path}: no CMakeLists.txt builds it"


def sources_of_lists(sources: Sources) -> list[str]:
    return [text for path, text in sources.items() if path.endswith("CMakeLists.txt")]


def unfinished_faults(sources: Sources) -> Iterator[str]:
    """Marks of work not done, and tests that are skipped or cannot fail."""
    for path, text in sources.items():
        if path.startswith("tests/architecture/") or path.endswith((".md", ".json")):
            continue
        for match in UNFINISHED.finditer(text):
            yield f"{path}: {match.group()}"


RULES = (
    layer_faults,
    resource_faults,
    quoted_include_faults,
    public_header_faults,
    core_faults,
    macos_faults,
    setting_name_faults,
    drawer_faults,
    identity_faults,
    ed25519_faults,
    beast_faults,
    length_faults,
    unbuilt_faults,
    unfinished_faults,
)
