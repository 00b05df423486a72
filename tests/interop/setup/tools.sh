# Which languages are here. What is missing is skipped and said, or is an error where CI is set.

INTEROP_MISSING=""

# missing PART WHY
missing() {
  if [[ -n "${CI:-}" ]]; then
    die "$2, and CI is set: nothing may be skipped"
  fi
  say "$2: skipping what needs $1"
  INTEROP_MISSING="$INTEROP_MISSING $1"
}

# has PART: whether it was found.
has() { [[ " $INTEROP_MISSING " != *" $1 "* ]]; }

# at_least WANTED GOT: compares version numbers.
at_least() { [[ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" == "$1" ]]; }

# need PART WANTED GOT: GOT is empty when there is none.
need() {
  if [[ -z $3 ]]; then
    missing "$1" "want $1 $2 or newer, found none"
  elif ! at_least "$2" "$3"; then
    missing "$1" "want $1 $2 or newer, found $3"
  fi
}

# version_in COMMAND...: the first version number that the command prints, or nothing.
version_in() {
  command -v "$1" >/dev/null || return 0
  "$@" 2>&1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true
}

check_go() { need go 1.24 "$(version_in go version)"; }

check_tools() {
  local python
  python="$(version_in python3 --version)"
  if [[ -z $python ]] || ! at_least 3.11 "$python"; then
    die "want python 3.11 or newer, found ${python:-none}: the tests themselves are written in it"
  fi
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    apt_install python3-venv
  fi
  command -v redis-server >/dev/null || apt_install redis-server
  check_go
  need node 20 "$(version_in node --version)"
  need java 17 "$(version_in java -version)"
  if has java && ! command -v mvn >/dev/null; then
    missing java "want mvn, found none"
  fi
  export INTEROP_MISSING
}
