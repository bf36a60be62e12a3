# shellcheck shell=bash
# `./dev run`: the pages of examples/web, Better Auth among them, and the API on one database, until Ctrl-C.

run_children=() # process ids, in the order of their start

run_usage_fault() {
  printf 'dev: %s\nusage: ./dev run [--backend cpp|fastapi] [--database sqlite|postgres] [--credentials token|session] [--web-port P] [--api-port Q]\n' "$1" >&2
  exit 2
}

check_port() {
  if ! [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || (($2 > 65535)); then
    run_usage_fault "$1 takes a port from 1 to 65535, not $2"
  fi
}

check_free() {
  ! (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null || fail "port $2 is in use; choose another with $1"
}

# show_progress LOG: keeps there what a step prints; after two seconds, and then every five, shows its last line.
show_progress() {
  local line part='' last='' status=0 began=$SECONDS next=$((SECONDS + 2))
  while ((status == 0 || status > 128)); do # above: a second went by without a whole line
    status=0
    IFS= read -r -t 1 line || status=$?
    part+=$line
    if ((status == 0)); then
      printf '%s\n' "$part" >&3
      last=$part part=''
    fi
    if ((SECONDS >= next)); then
      printf '    %3d s  %.100s\n' $((SECONDS - began)) "$last" >&2
      next=$((SECONDS + 5))
    fi
  done 3>"$1"
}

# step WHAT COMMAND...: what it prints is shown when it fails.
run_step=0
step() {
  local what=$1 log status
  run_step=$((run_step + 1))
  log=build/run-logs/$run_step
  mkdir -p build/run-logs
  say "$run_step of $run_steps: $what"
  set +e # so that the subshell is not a condition, where errexit would be off
  (
    set -e
    "${@:2}"
  ) 2>&1 | show_progress "$log"
  status=${PIPESTATUS[0]}
  set -e
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    fail "this step failed; all that it printed is in $log"
  fi
}

# The pages and the program need nothing of each other, and building the pages seldom keeps two cores busy. The pages are
# in a process group of their own, to be ended with this one.
build_program_and_pages() {
  local pages
  set -m
  build_web >build/run-logs/pages 2>&1 &
  pages=$!
  set +m
  # shellcheck disable=SC2064 # now, while the name is known
  trap "kill -TERM -- -$pages 2>/dev/null || true" EXIT
  build release drawbridge_program
  if ! wait "$pages"; then
    cat build/run-logs/pages
    return 1
  fi
}

answers() { curl --noproxy '*' --silent --fail --max-time 5 --output /dev/null "$1"; }

# wait_for NAME PID URL LOG
wait_for() {
  local end=$((SECONDS + 60))
  until answers "$3"; do
    if ! kill -0 "$2" 2>/dev/null; then
      [[ -z $4 ]] || tail -n 20 "$4" >&2
      fail "$1 ended at its start"
    fi
    ((SECONDS < end)) || fail "$1 does not answer at $3"
    sleep 0.2
  done
}

# A command before each child: it is in a session of its own, so that Ctrl-C reaches this script alone, which then asks
# each child to end once, in reverse order; and it is asked by the kernel when this script was killed.
as_child=(setsid setpriv --pdeathsig TERM)

stop_children() {
  local i
  for ((i = ${#run_children[@]} - 1; i >= 0; i--)); do
    kill -TERM "${run_children[i]}" 2>/dev/null || continue
    wait "${run_children[i]}" || true
  done
  run_children=()
}

# Looked up, since bash's `wait -n` knows nothing of a child that ended before it was called.
children_run() {
  local child
  for child in "${run_children[@]}"; do kill -0 "$child" 2>/dev/null || return; done
}

make_secret() {
  local file=$1
  [[ ! -s $file ]] || return 0
  say "making a secret for Better Auth in $file"
  head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$file"
}

# start_postgres DIRECTORY LOG: sets database_url. The server ends with its standard input, which is this script's
# to hold, so that it ends even when this script is killed.
start_postgres() {
  say "starting a PostgreSQL server of our own, with its data in $1; every user of this machine can sign in to it"
  coproc POSTGRES { exec env -u PORT -u FSYNC setsid tests/support/private_postgres "$1" 2>"$2"; }
  run_children+=("$POSTGRES_PID")
  local output=${POSTGRES[0]}
  if ! read -r database_url <&"$output"; then
    tail -n 20 "$2" >&2
    fail "PostgreSQL ended at its start"
  fi
}

# start_api BACKEND PORT
start_api() {
  if [[ $1 == cpp ]]; then
    DRAWBRIDGE_LISTEN=127.0.0.1:$2 "${as_child[@]}" build/release/bin/drawbridge serve </dev/null &
  else
    "${as_child[@]}" .venv/bin/python -m uvicorn --app-dir examples/fastapi tasks_api.main:app --http h11 \
      --loop uvloop --backlog 64 --no-access-log --host 127.0.0.1 --port "$2" </dev/null &
  fi
  run_children+=($!)
  wait_for "the API" $! "http://127.0.0.1:$2/readyz" ""
}

# show_urls WEB API DATA DATABASE_URL token|session
show_urls() {
  cat <<TEXT

  Open    $1
  API     $2/api/v1, its contract at $2/docs

Sign up there and manage tasks; "Inspect the bridge" shows the $5, the keys and what the API answers. The data is in $3/,
the database $4. Ctrl-C ends all.

The same from another terminal, here, to paste:

  WEB=$1 API=$2 JAR=\$(mktemp) MAIL=ada.\$(date +%s)@example.com
  curl -sS -c "\$JAR" "\$WEB/api/auth/sign-up/email" -H 'Content-Type: application/json' -d "{\"name\":\"Ada\",\"email\":\"\$MAIL\",\"password\":\"correct horse battery\"}"; echo
TEXT
  "show_calls_by_$5"
}

show_calls_by_session() {
  cat <<'TEXT'
  ME=$(curl -sS -b "$JAR" "$API/api/v1/me" | sed 's/.*"uuid":"\([^"]*\)".*/\1/')
  curl -sS -b "$JAR" "$API/api/v1/$ME/tasks" -H "Origin: $WEB" -H 'Content-Type: application/json' -d '{"title":"Lower the bridge"}'; echo
  curl -sS -b "$JAR" "$API/api/v1/$ME/tasks"; echo

What the API makes of another page's request with the same cookie, and of another user's path:

  curl -sS -b "$JAR" "$API/api/v1/$ME/tasks" -H 'Origin: https://evil.example' -H 'Content-Type: application/json' -d '{"title":"Forged"}'; echo
  curl -sS -b "$JAR" "$API/api/v1/00000000-0000-4000-8000-000000000000/tasks"; echo

TEXT
}

show_calls_by_token() {
  cat <<'TEXT'
  TOKEN=$(curl -sS -b "$JAR" "$WEB/api/auth/token" | sed 's/.*"token":"\([^"]*\)".*/\1/')
  ME=$(curl -sS "$API/api/v1/me" -H "Authorization: Bearer $TOKEN" | sed 's/.*"uuid":"\([^"]*\)".*/\1/')
  curl -sS "$API/api/v1/$ME/tasks" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"title":"Lower the bridge"}'; echo
  curl -sS "$API/api/v1/$ME/tasks" -H "Authorization: Bearer $TOKEN"; echo

What the API makes of the token, and of another user's path:

  printf %s "$TOKEN" | build/release/bin/drawbridge token verify --better-auth-url "$WEB"
  curl -sS "$API/api/v1/00000000-0000-4000-8000-000000000000/tasks" -H "Authorization: Bearer $TOKEN"; echo

TEXT
}

run_verb() {
  local backend=cpp kind=sqlite credentials=token web_port=3000 api_port=8000 data=${DRAWBRIDGE_DATA_DIR:-.data}
  while (($#)); do
    (($# > 1)) || run_usage_fault "$1 takes a value, or is not known"
    case $1 in
      --backend) backend=$2 ;;
      --database) kind=$2 ;;
      --credentials) credentials=$2 ;;
      --web-port) web_port=$2 ;;
      --api-port) api_port=$2 ;;
      *) run_usage_fault "unknown option $1" ;;
    esac
    shift 2
  done
  [[ $backend == cpp || $backend == fastapi ]] || run_usage_fault "--backend takes cpp or fastapi, not $backend"
  [[ $kind == sqlite || $kind == postgres ]] || run_usage_fault "--database takes sqlite or postgres, not $kind"
  [[ $credentials == token || $credentials == session ]] ||
    run_usage_fault "--credentials takes token or session, not $credentials"
  [[ $web_port != "$api_port" ]] || run_usage_fault "--web-port and --api-port are the same"
  check_port --web-port "$web_port"
  check_port --api-port "$api_port"
  check_free --web-port "$web_port"
  check_free --api-port "$api_port"

  require_node
  local parts=(program) run_steps=4
  if [[ $kind == postgres ]]; then parts+=(postgresql); fi
  if [[ $backend == fastapi ]]; then parts+=(python) run_steps=5; fi
  need_only "${parts[@]}"
  step "packages of this system (the first time some two minutes)" setup_packages
  step "npm packages (the first time 40 seconds)" setup_node
  step "the program in C++ and the pages (the first time eight minutes on two cores)" build_program_and_pages
  if [[ $backend == fastapi ]]; then
    step "the Python package (the first time four minutes on two cores)" setup_python_package
  fi
  say "$run_steps of $run_steps: starting (seconds)"

  umask 077 # what follows holds secrets and people's data
  # Root's PostgreSQL runs as another user, who comes to its folder through this one. One that somebody else made
  # is not ours to open.
  local open=0
  if [[ $kind == postgres && ($data == .data || ! -e $data) ]] && ((EUID == 0)); then open=1; fi
  mkdir -p "$data"
  ((!open)) || chmod o+x "$data"
  make_secret "$data/better-auth-secret"
  local web=http://localhost:$web_port api=http://localhost:$api_port
  local log=$data/web.log database_url=sqlite://$PWD/$data/drawbridge.db
  [[ $data != /* ]] || database_url=sqlite://$data/drawbridge.db
  unset BETTER_AUTH_JWKS_URL BETTER_AUTH_ISSUER BETTER_AUTH_AUDIENCE # of another project in this shell

  trap stop_children EXIT
  trap 'exit 0' INT TERM HUP
  if [[ $kind == postgres ]]; then start_postgres "$data/postgres" "$data/postgres.log"; fi
  export DATABASE_URL=$database_url BETTER_AUTH_URL=$web DRAWBRIDGE_CREDENTIALS=token
  if [[ $credentials == session ]]; then
    # With the secret the API asks Better Auth about no cookie that Better Auth did not make.
    export DRAWBRIDGE_CREDENTIALS=session,token BETTER_AUTH_SECRET
    BETTER_AUTH_SECRET=$(<"$data/better-auth-secret")
  fi
  # The pages are those of a production build; "production" also limits sign-ups to 3 in 10 s from one address.
  BETTER_AUTH_SECRET=$(<"$data/better-auth-secret") NEXT_PUBLIC_API_URL=$api API_CREDENTIALS=$credentials NEXT_TELEMETRY_DISABLED=1 \
    "${as_child[@]}" node node_modules/next/dist/bin/next start examples/web -H 127.0.0.1 -p "$web_port" \
    >"$log" 2>&1 </dev/null &
  run_children+=($!)
  wait_for "the front end" $! "http://127.0.0.1:$web_port/api/auth/ok" "$log"

  build/release/bin/drawbridge migrate up
  start_api "$backend" "$api_port"

  show_urls "$web" "$api" "$data" "$database_url" "$credentials"
  while children_run; do
    sleep 0.5 &
    wait $!
  done
  fail "one of the programs has ended by itself; their logs are in $data"
}
