# Which Debian packages each task needs, and their installation. Sourced by common.sh.
# shellcheck shell=bash

# The newest Boost of the release: 1.81 is the oldest that has what we use, and Debian 12's default is older.
boost_package() {
  local version
  for version in 1.88 1.83 1.81; do
    if is_installed "libboost$version-dev"; then
      echo "libboost$version-dev"
      return
    fi
  done
  case "$(debian_version)" in
    12) echo libboost1.81-dev ;;
    13) echo libboost1.88-dev ;;
    *) echo libboost-dev ;;
  esac
}

debian_version() (
  # shellcheck disable=SC1091
  source /etc/os-release 2> /dev/null && echo "${VERSION_ID-}"
)

# packages_for TASK: one package a line. "a|b" means a, unless a command named b is already there.
packages_for() {
  case $1 in
    build)
      printf '%s\n' g++ cmake ninja-build ccache lld libcaf-dev "$(boost_package)" libssl-dev \
        prometheus-cpp-dev libre2-dev libspdlog-dev libcli11-dev
      ;;
    clang) printf '%s\n' clang libclang-rt-dev llvm ;;
    test)
      printf '%s\n' git ca-certificates python3-pytest python3-jsonschema python3-websockets \
        libtest-json-schema-acceptance-perl curl openssl sslscan testssl.sh haproxy nginx-light nftables iproute2 'nodejs|node' 'npm|npm'
      ;;
    lint) printf '%s\n' git clang-format clang-tidy shellcheck ;;
    format) printf '%s\n' git clang-format ;;
    conformance) printf '%s\n' ca-certificates 'nodejs|node' 'npm|npm' ;;
    cluster) printf '%s\n' haproxy python3 ;;
    bench) printf '%s\n' ca-certificates nginx-light openssl python3 wrk 'nodejs|node' 'npm|npm' ;;
    guard) printf '%s\n' python3 valgrind ;;
    package) printf '%s\n' dpkg-dev file ;;
    *) fail "no list of packages for '$1'" ;;
  esac
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

missing_packages() {
  local line package
  while read -r line; do
    package=${line%%|*}
    if [[ $line == *'|'* ]] && command -v "${line##*|}" > /dev/null; then continue; fi
    is_installed "$package" || echo "$package"
  done < <(packages_for "$1")
}

# need_packages TASK: installs what is missing; says nothing and needs no network when all is there.
need_packages() {
  local missing
  command -v dpkg-query > /dev/null ||
    fail "this is not Debian: install the equivalents of $(packages_for "$1" | tr '\n' ' ')and use cmake --preset"
  mapfile -t missing < <(missing_packages "$1")
  if ((${#missing[@]} > 0)); then install_packages "$1" "${missing[@]}"; fi
}

install_packages() {
  local task=$1 log apt
  shift
  log=$(log_file packages)
  if [[ $(id -u) == 0 ]]; then
    apt=(apt-get)
  elif command -v sudo > /dev/null && { [[ -t 0 ]] || sudo -n true 2> /dev/null; }; then
    apt=(sudo apt-get)
  else
    fail "'$task' needs Debian packages, and this account may not install them. Ask for:
  apt-get install --no-install-recommends $*"
  fi
  say "Installing Debian packages: $* (log: $log)"
  export DEBIAN_FRONTEND=noninteractive
  "${apt[@]}" update > "$log" 2>&1 || say "apt-get update failed; trying with the lists there are"
  if ! "${apt[@]}" install -y --no-install-recommends "$@" >> "$log" 2>&1; then
    tail -n 20 "$log" >&2
    explain_failure "$@"
  fi
}

explain_failure() {
  local package unknown=()
  for package in "$@"; do
    apt-cache show "$package" > /dev/null 2>&1 || unknown+=("$package")
  done
  if ((${#unknown[@]} > 0)); then
    fail "apt knows no package ${unknown[*]}. Troupe builds on Debian 12 and 13; check the lines of
/etc/apt/sources.list*, run apt-get update, and start again"
  fi
  fail "apt-get install $* failed; its last lines are above. Repair that, then start again: what is installed is kept"
}
