# Starts and stops the fixture server for the scripts of this folder; sourced by them.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${TROUPE_BUILD_DIR:-$root/build/release}
suite=
fixture_pid=
fixture_url=

run_node() { "$root/tests/support/npm_node" "$suite" "$@"; }
run_suite() { run_node "$suite/node_modules/@modelcontextprotocol/conformance/dist/index.js" "$@"; }

# start_fixture: on a free port; sets fixture_url. With TROUPE_CONFORMANCE_URL, that server is used (./cluster).
start_fixture() {
  if [[ -n ${TROUPE_CONFORMANCE_URL-} ]]; then
    fixture_url=$TROUPE_CONFORMANCE_URL
    return
  fi
  local log=$build/conformance/fixture.log
  mkdir -p "${log%/*}"
  : > "$log"
  "$build/troupe-conformance" --config "$root/tests/conformance/fixture.json" 2> "$log" &
  fixture_pid=$!
  trap 'stop_fixture > /dev/null 2>&1 || true' EXIT
  for _ in $(seq 200); do
    fixture_url=$(grep -oE 'listening on http://[^ ]+' "$log" | head -n 1 | cut -d' ' -f3) || true
    if [[ -n $fixture_url ]]; then return; fi
    kill -0 "$fixture_pid" 2> /dev/null || break
    sleep 0.05
  done
  cat "$log" >&2
  echo "conformance: troupe-conformance did not start; its log is above" >&2
  exit 1
}

# Ends it and fails unless it exits with 0, as every server must after SIGTERM.
stop_fixture() {
  local pid=$fixture_pid code=0
  if [[ -z $pid ]]; then return 0; fi
  fixture_pid=
  kill -TERM "$pid" 2> /dev/null || true
  wait "$pid" || code=$?
  if ((code != 0)); then
    tail -n 20 "$build/conformance/fixture.log" >&2
    echo "conformance: troupe-conformance ended with $code; its log is above" >&2
  fi
  return "$code"
}
