# shellcheck shell=bash
# `./dev bench`: measures what docs/benchmarks.md says. What only this needs is installed by this only.

# Debian starts nginx on port 80 as soon as it is installed.
stop_nginx_service() {
  say "nginx is here for the benchmarks alone: its service is stopped and disabled"
  as_root service nginx stop >/dev/null 2>&1 || true # where no service runs, none is to be stopped
  if command -v systemctl >/dev/null; then
    as_root systemctl --quiet disable nginx
  else
    as_root update-rc.d nginx disable >/dev/null
  fi
}

setup_bench_packages() {
  local had_nginx=0
  [[ ! -e /usr/sbin/nginx ]] || had_nginx=1
  setup_packages bench
  if ((!had_nginx)) && [[ -e /usr/sbin/nginx ]]; then stop_nginx_service; fi
}

install_bench_python() {
  say "Python packages of the benchmarks in .venv"
  install_pinned .venv bench/requirements.txt
}

bench_verb() {
  setup_packages
  setup_python
  once .venv/.bench-stamp bench/requirements.txt -- install_bench_python
  export PYTHONPATH=bench/harness:bench/report:tests/e2e
  .venv/bin/python bench/harness --check "$@" # wrong usage is told before anything is built
  if wants_peers "$@"; then require_peer_tools; fi
  setup_bench_packages
  setup_python_package
  build_issuer
  build bench
  [[ -n ${DRAWBRIDGE_BIN:-} ]] || build release drawbridge_program
  if wants_peers "$@"; then build_peers; fi
  exec .venv/bin/python bench/harness "$@" # so that whoever ends this ends that, and what it started
}
