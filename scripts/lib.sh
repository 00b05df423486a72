# Shared by the commands in this folder: sourced, not run. Everything it says goes to stderr.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '== %(%H:%M:%S)T  %s\n' -1 "$*" >&2; }

# Prints how many compilers may run at once: the cores, as long as each has the 1.2 GB that a file
# with gRPC or gmock in it takes.
compilers() {
  local cores memory limit name value rest
  cores=$(nproc)
  memory=$((cores * 1200000))
  while read -r name value rest; do
    [[ $name == MemAvailable: ]] && memory=$value
  done </proc/meminfo
  if read -r limit 2>/dev/null </sys/fs/cgroup/memory.max && [[ $limit != max ]]; then
    ((limit / 1024 < memory)) && memory=$((limit / 1024))
  fi
  local fit=$((memory / 1200000))
  ((fit < cores)) && cores=$fit
  printf '%d\n' $((cores > 0 ? cores : 1))
}

# Passes ninja's output on. Where nobody watches, its progress is one line in twenty seconds.
progress() {
  local line next=$((SECONDS + 20))
  while IFS= read -r line; do
    if [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
      ((SECONDS < next)) && continue
      next=$((SECONDS + 20))
    fi
    printf '%s\n' "$line"
  done
}

# build PRESET [TARGET...]: configures if that was not done since the presets changed, then builds.
build() {
  local preset=$1 tree=$root/build/$1 steps
  shift
  if [[ ! -f $tree/build.ninja || $root/CMakePresets.json -nt $tree/configured ]]; then
    say "$preset: configuring (some seconds)"
    mkdir -p "$root/build"
    if ! (cd "$root" && cmake --preset "$preset") >"$root/build/configure.$preset.log" 2>&1; then
      cat "$root/build/configure.$preset.log" >&2
      return 1
    fi
    touch "$tree/configured"
  fi
  steps=$(ninja -C "$tree" -n "$@" | grep -c '^\[' || true)
  ((steps)) || return 0
  say "$preset: $steps build steps, $(compilers) at a time (the first time minutes, then what changed)"
  if [[ -t 2 ]]; then
    ninja -C "$tree" -j "$(compilers)" "$@" >&2
  else
    ninja -C "$tree" -j "$(compilers)" "$@" 2>&1 | progress >&2
  fi
}
