# shellcheck shell=bash
# What a verb needs before it can work. Each function is silent and quick when nothing is missing.

say() { printf '==> %s\n' "$*" >&2; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# The parts of packages.debian that the verb needs. Those that run the tests need also what npm and pip bring for them.
needed=(program python postgresql tests)
need_only() { needed=("$@"); }
needs() { [[ " ${needed[*]} " == *" $1 "* ]]; }

# wanted_packages PART...: each entry of these parts of packages.debian on a line, a name, or alternatives joined by `|`.
wanted_packages() {
  sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' packages.debian |
    awk -v wanted=" $* " '/^\[/ { among = index(wanted, " " substr($0, 2, length($0) - 2) " "); next } among'
}

# missing_packages PART...: the entries of which no alternative is installed.
missing_packages() {
  local installed entry
  # shellcheck disable=SC2016 # dpkg-query expands it
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
  for entry in $(wanted_packages "$@"); do
    grep -qxF -f <(tr '|' '\n' <<<"$entry") <<<"$installed" || printf '%s\n' "$entry"
  done
}

# offered_packages ENTRY...: the first alternative of each that this system offers. apt-cache is asked once: it is slow.
offered_packages() {
  local entry name offered
  # shellcheck disable=SC2048,SC2086 # alternatives become words
  offered=$(apt-cache policy ${*//|/ } | awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) } /Candidate: [0-9]/ { print name }')
  for entry in "$@"; do
    name=$(tr '|' '\n' <<<"$entry" | grep -m 1 -xF "$offered") ||
      fail "no package source of this system offers ${entry//|/ or }; Debian 12 does"
    printf '%s\n' "$name"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "root is needed for: $*"
  fi
}

# Debian makes a cluster and starts it on port 5432 when a PostgreSQL server is installed.
forbid_main_cluster() {
  say "PostgreSQL is here for servers of our own alone: /etc/postgresql-common/createcluster.conf gets" \
    "create_main_cluster = false, so that none starts on port 5432"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends postgresql-common >&2
  as_root pg_conftool /etc/postgresql-common/createcluster.conf set create_main_cluster false
}

# setup_packages [PART...]: those, or what the verb needs.
setup_packages() {
  (($#)) || set -- "${needed[@]}"
  [[ ${DRAWBRIDGE_PACKAGES:-} != installed ]] || return 0
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    {
      echo "dev: this system is neither Debian nor Ubuntu. Install what these Debian packages hold:"
      wanted_packages "$@" | sed 's/^/  /; s/|/ or /g'
      echo "Then say so: DRAWBRIDGE_PACKAGES=installed ./dev ..."
    } >&2
    exit 1
  fi
  local missing offered packages
  missing=$(missing_packages "$@")
  [[ -n $missing ]] || return 0
  say "packages are missing: $(tr '\n' ' ' <<<"$missing")"
  say "apt-get update"
  as_root apt-get update -qq
  # shellcheck disable=SC2086 # entries have no blanks
  offered=$(offered_packages $missing) # apart from the array: a failure must end the script
  mapfile -t packages <<<"$offered"
  if [[ $offered == *postgresql-* ]] && ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then
    forbid_main_cluster
  fi
  say "apt-get install --no-install-recommends ${packages[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${packages[@]}" >&2
}

# is_current STAMP FILE...: the files are those of the stamp.
is_current() { [[ -f $1 && $(<"$1") == "$(sha256sum "${@:2}")" ]]; }

# Runs a command when the files that it depends on differ from those of its last good run. Another that does so is waited for.
# once STAMP FILE... -- COMMAND...
once() {
  local stamp=$1 files=()
  shift
  while [[ $1 != -- ]]; do
    files+=("$1")
    shift
  done
  shift
  is_current "$stamp" "${files[@]}" && return 0
  mkdir -p build/locks "${stamp%/*}"
  (
    flock 9
    ! is_current "$stamp" "${files[@]}" || exit 0
    rm -f "$stamp"
    "$@" 9>&- || exit
    sha256sum "${files[@]}" >"$stamp"
  ) 9>"build/locks/${stamp//\//-}"
}

require_node() {
  local version major=0
  version=$(node --version 2>/dev/null) && major=${version#v} && major=${major%%.*}
  if ((major < 20)) || ! command -v npm >/dev/null; then
    fail "Node.js 20 or newer with npm is needed for the TypeScript side, found ${version:-none}." \
      "Debian 13 has it: apt-get install nodejs npm. Debian 12's own is version 18: take the installer of nodejs.org" \
      "or a version manager (nvm, fnm, volta), then run this again."
  fi
}

# What builds and runs is among the `dependencies`; `devDependencies` are for the tests.
setup_node() {
  local files=(package-lock.json .npmrc)
  require_node
  if needs tests; then
    once node_modules/.drawbridge-stamp "${files[@]}" -- install_npm_packages --include=dev
  elif ! is_current node_modules/.drawbridge-stamp "${files[@]}"; then
    once node_modules/.drawbridge-run-stamp "${files[@]}" -- install_npm_packages --omit=dev
  fi
}

install_npm_packages() {
  say "npm ci $1 (40 seconds)"
  npm ci "$1" --loglevel=error >&2
}

# A version manager's python3 may lack venv; Debian's has it by the package python3-venv.
new_environment() {
  rm -rf "$1"
  python3 -m venv "$1" 2>/dev/null || /usr/bin/python3 -m venv "$1"
}

# .venv; with what the tests need, where the verb runs them.
setup_python() {
  if [[ ! -x .venv/bin/python ]]; then
    new_environment .venv
  fi
  if needs tests; then
    local files=(tests/requirements.txt tests/*/requirements.txt bindings/python/tests/requirements.txt)
    once .venv/.drawbridge-stamp "${files[@]}" -- install_python_packages "${files[@]}"
  fi
}

install_python_packages() {
  say "Python packages in .venv"
  install_pinned .venv "$@"
}

# install_pinned ENVIRONMENT FILE...: what these requirements files list, and nothing that has another hash than they say.
install_pinned() {
  local python=$1/bin/python
  shift
  setup_uv && build/uv/bin/uv pip install --quiet --system-certs --no-python-downloads --python "$python" \
    --require-hashes "${@/#/-r}" >&2
}

# uv, in build/uv: it installs in seconds what takes pip a minute, and writes the requirements files.
setup_uv() {
  once build/uv/.stamp scripts/lock-tools.txt -- install_uv
}

install_uv() {
  new_environment build/uv &&
    build/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/lock-tools.txt >&2
}

# hiredis as source, in build/hiredis/source: what the package of that name brings to compile.
setup_hiredis() {
  once build/hiredis/.stamp src/redis/requirements.txt src/redis/setup-requirements.txt -- fetch_hiredis
}

fetch_hiredis() {
  say "hiredis, in build/hiredis"
  local folder=build/hiredis
  rm -rf $folder
  mkdir -p $folder/source
  new_environment $folder/tools && install_pinned $folder/tools src/redis/setup-requirements.txt || return
  "$folder/tools/bin/python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
    --no-binary hiredis --no-build-isolation --dest $folder -r src/redis/requirements.txt >&2 || return
  tar -xzf $folder/hiredis-*.tar.gz -C $folder/source --strip-components 1
  rm -rf $folder/tools
}

setup_all() {
  local process processes=()
  setup_packages
  require_node
  setup_node &
  processes+=($!)
  setup_orm_packages & # all of them wait for a network
  processes+=($!)
  setup_python
  setup_hiredis
  for process in "${processes[@]}"; do wait "$process"; done
  say "all that is needed is there"
}
