# Shared by the scripts of ./dev; sourced, with the root of the tree as the working directory.
# shellcheck shell=bash

say() { printf '==> %s\n' "$*" >&2; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# shellcheck source=scripts/packages.sh
source scripts/packages.sh

# As many compilers as there are cores, but only one for each 1.2 GB of memory: CAF and Beast are heavy to compile.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1200000) }' /proc/meminfo)
  if ((memory < 1)); then memory=1; fi
  echo $((cores < memory ? cores : memory))
}

presets=(release debug asan tsan clang fuzz)

# configure PRESET: only when something that CMake itself does not watch has changed.
configure() {
  local preset=$1 ninja="build/$1/build.ninja"
  [[ " ${presets[*]} " == *" $preset "* ]] ||
    fail "there is no preset '$preset'; there are: ${presets[*]}"
  need_packages build
  case $preset in asan | tsan | clang | fuzz) need_packages clang ;; esac
  # ninja configures anew by itself, but clang-tidy reads the list of files without it.
  if [[ ! -e $ninja || CMakePresets.json -nt $ninja ||
    -n $(git ls-files -- '*CMakeLists.txt' | xargs -I{} find {} -newer "$ninja") ]]; then
    say "Configuring build/$preset"
    cmake --preset "$preset" > "$(log_file "configure-$preset")" 2>&1 || {
      cat "$(log_file "configure-$preset")" >&2
      fail "CMake could not configure the preset '$preset'; the reason is above"
    }
  fi
}

# build PRESET TARGET...
build() {
  local preset=$1
  shift
  configure "$preset"
  if [[ -e build/$preset/.ninja_log ]]; then
    say "Bringing $* in build/$preset up to date"
  else
    say "Building $* in build/$preset (the first time takes minutes)"
  fi
  cmake --build "build/$preset" --parallel "$(jobs)" --target "$@" >&2 ||
    fail "the build of '$preset' failed; the first error is above"
}

log_file() {
  mkdir -p build/log
  echo "build/log/$1.log"
}
