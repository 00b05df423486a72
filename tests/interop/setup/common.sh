# Small helpers of tests/interop/run.

# On stderr: stdout is for what was asked for.
say() { printf 'interop: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# apt_install PACKAGE...
apt_install() {
  say "installing $*"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# hash_of WORD... reads a file list on stdin; answers a short hash of the words and of the files' contents and names.
hash_of() {
  { printf '%s\n' "$@"; xargs -r sha256sum; } | sha256sum | cut -c1-16
}

# cached DIRECTORY BUILD... runs `BUILD... TEMPORARY_DIRECTORY` unless DIRECTORY is there already. A build that
# fails or is ended leaves no DIRECTORY behind.
cached() {
  local directory="$1"
  shift
  if [[ -d $directory ]]; then
    return
  fi
  rm -rf "$directory.new"
  mkdir -p "$directory.new"
  # No `set -e` in here (it is off on the left of ||): a build's last command has to be the one that can fail.
  "$@" "$directory.new" || die "could not make $directory, see above"
  mv "$directory.new" "$directory"
}
