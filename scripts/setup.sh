# shellcheck shell=bash
# What a verb needs before it can work. Each function is silent and quick when nothing is missing.

say() { printf '==> %s\n' "$*" >&2; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# wanted_packages LIST: its every entry on a line, a name, or alternatives joined by `|`.
wanted_packages() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$1"; }

# missing_packages LIST: the entries of which no alternative is installed.
missing_packages() {
  local installed entry
  # shellcheck disable=SC2016 # dpkg-query expands it
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
  for entry in $(wanted_packages "$1"); do
    grep -qxF -f <(tr '|' '\n' <<<"$entry") <<<"$installed" || printf '%s\n' "$entry"
  done
}

# The first alternative of an entry that this system offers.
offered_package() {
  local name
  for name in ${1//|/ }; do
    if [[ $(apt-cache policy "$name") == *Candidate:\ [0-9]* ]]; then
      printf '%s\n' "$name"
      return
    fi
  done
  fail "no package source of this system offers ${1//|/ or }; Debian 12 does"
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

setup_packages() { setup_packages_of packages.debian; }

# setup_packages_of LIST
setup_packages_of() {
  local list=$1
  [[ ${DRAWBRIDGE_PACKAGES:-} != installed ]] || return 0
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    {
      echo "dev: this system is neither Debian nor Ubuntu. Install what these Debian packages hold:"
      wanted_packages "$list" | sed 's/^/  /; s/|/ or /g'
      echo "Then say so: DRAWBRIDGE_PACKAGES=installed ./dev ..."
    } >&2
    exit 1
  fi
  local missing entry name packages=()
  missing=$(missing_packages "$list")
  [[ -n $missing ]] || return 0
  say "packages are missing: $(tr '\n' ' ' <<<"$missing")"
  say "apt-get update"
  as_root apt-get update -qq
  for entry in $missing; do
    name=$(offered_package "$entry") # apart from the array: a failure must end the script
    packages+=("$name")
  done
  if [[ " ${packages[*]}" == *" postgresql-"* ]] && ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then
    forbid_main_cluster
  fi
  say "apt-get install --no-install-recommends ${packages[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${packages[@]}" >&2
}

# Runs a command when the files that it depends on differ from those of its last good run.
# once STAMP FILE... -- COMMAND...
once() {
  local stamp=$1 files=() state
  shift
  while [[ $1 != -- ]]; do
    files+=("$1")
    shift
  done
  shift
  state=$(sha256sum "${files[@]}")
  [[ -f $stamp && $(<"$stamp") == "$state" ]] && return 0
  rm -f "$stamp"
  "$@" || return
  printf '%s\n' "$state" >"$stamp"
}

setup_node() {
  local version major=0
  version=$(node --version 2>/dev/null) && major=${version#v} && major=${major%%.*}
  if ((major < 20)) || ! command -v npm >/dev/null; then
    fail "Node.js 20 or newer with npm is needed for the TypeScript side, found ${version:-none}." \
      "Debian 12's own package is version 18: take the installer of nodejs.org or a version manager" \
      "(nvm, fnm, volta), then run this again."
  fi
  once node_modules/.drawbridge-stamp package-lock.json .npmrc -- install_npm_packages
}

install_npm_packages() {
  say "npm ci (half a minute)"
  npm ci --loglevel=error >&2
}

setup_python() {
  local files=(tests/requirements.txt)
  [[ ! -f tests/e2e/requirements.txt ]] || files+=(tests/e2e/requirements.txt)
  [[ ! -f tests/web/requirements.txt ]] || files+=(tests/web/requirements.txt)
  [[ ! -f tests/contract/requirements.txt ]] || files+=(tests/contract/requirements.txt)
  once .venv/.drawbridge-stamp "${files[@]}" -- install_python_packages "${files[@]}"
}

install_python_packages() {
  say "Python packages in .venv"
  # A version manager's python3 may lack venv; Debian's has it by the package python3-venv.
  rm -rf .venv
  python3 -m venv .venv 2>/dev/null || /usr/bin/python3 -m venv .venv
  local file arguments=()
  for file in "$@"; do arguments+=(-r "$file"); done
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "${arguments[@]}" >&2
}

setup_all() {
  setup_packages
  setup_node
  setup_python
  say "all that is needed is there"
}
