# Builds and installs each part into the cache; a part's folder is named by a hash of all that goes into it.

# set_up_parts SOURCE CACHE: exports where each part is.
set_up_parts() {
  local source="$1" cache="$2" go_builds=""
  mkdir -p "$cache"
  # Two runs at once: the second waits, and then finds all of it there.
  exec 9>"$cache/lock"
  flock 9
  if has go; then
    name_go_parts "$source" "$cache"
    # The compiler works beside the downloads below.
    build_go_parts "$source" "$cache" &
    go_builds=$!
  fi
  set_up_python "$source" "$cache"
  if has node; then set_up_node "$source" "$cache"; fi
  if has java; then set_up_java "$source" "$cache"; fi
  if [[ -n $go_builds ]]; then
    wait "$go_builds" || die "a Go program did not build, see above"
  fi
  exec 9>&-
}

# go_folder SOURCE CACHE NAME
go_folder() {
  printf '%s/go-%s-%s' "$2" "$3" "$(find "$1/go/$3" -type f | sort | hash_of "$(go version)")"
}

name_go_parts() {
  INTEROP_JAEGER="$(go_folder "$1" "$2" jaeger)/jaeger"
  INTEROP_OTELCOL="$(go_folder "$1" "$2" otelcol)/otelcol"
  INTEROP_TELEMETRYGEN="$(go_folder "$1" "$2" telemetrygen)/telemetrygen"
  export INTEROP_JAEGER INTEROP_OTELCOL INTEROP_TELEMETRYGEN
}

# One after the other: they share packages, and one alone keeps every core busy.
build_go_parts() {
  local name
  for name in telemetrygen otelcol jaeger; do
    cached "$(go_folder "$1" "$2" "$name")" build_go "$1/go/$name" "$name"
  done
}

# build_one SOURCE CACHE NAME: prints the program's path.
build_one() {
  local folder
  has go || die "$3 needs Go"
  folder="$(go_folder "$1" "$2" "$3")"
  mkdir -p "$2"
  exec 9>"$2/lock"
  flock 9
  cached "$folder" build_go "$1/go/$3" "$3"
  exec 9>&-
  printf '%s/%s\n' "$folder" "$3"
}

# build_go SOURCE NAME TARGET
build_go() {
  local package="."
  case "$2" in
    jaeger) package=github.com/jaegertracing/jaeger/cmd/all-in-one ;;
    telemetrygen) package=github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen ;;
  esac
  say "building $2 (a minute or two, once)"
  cp -r "$1/." "$3/source"
  # auto: a Go that is older than a module wants fetches the newer one as a module. No VCS stamp: this is a copy.
  (cd "$3/source" && GOTOOLCHAIN="${GOTOOLCHAIN:-auto}" GOFLAGS=-buildvcs=false \
    nice go build -mod=mod -ldflags='-s -w' -o "$3/$2" "$package") 2>&1 | { grep -v '^go: downloading' >&2 || true; }
  [[ -x "$3/$2" ]]
}

set_up_python() {
  local files="$1/requirements.txt $1/../../examples/fastapi/requirements.txt" folder
  # shellcheck disable=SC2086  # two words
  folder="$2/python-$(printf '%s\n' $files | hash_of "$(python3 --version)")"
  # shellcheck disable=SC2086
  cached "$folder" install_python $files
  export INTEROP_PYTHON="$folder/venv/bin/python"
}

# install_python REQUIREMENTS... TARGET
install_python() {
  local target="${*: -1}" arguments=() file
  for file in "${@:1:$#-1}"; do
    arguments+=(-r "$file")
  done
  say "installing Python packages"
  python3 -m venv "$target/venv"
  "$target/venv/bin/python" -m pip install -q --disable-pip-version-check "${arguments[@]}"
}

set_up_node() {
  local folder
  folder="$2/node-$(find "$1/senders/node" -type f | sort | hash_of "$(node --version)")"
  cached "$folder" install_node "$1/senders/node"
  export INTEROP_NODE="$folder"
}

# install_node SOURCE TARGET
install_node() {
  say "installing Node packages"
  cp -r "$1/." "$2"
  (cd "$2" && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null)
}

set_up_java() {
  local folder
  folder="$2/java-$(find "$1/senders/java" -type f | sort | hash_of "$(version_in java -version)")"
  cached "$folder" build_java "$1/senders/java"
  export INTEROP_JAVA="$folder/target/classes:$folder/target/lib/*"
}

# build_java SOURCE TARGET
build_java() {
  say "building the Java sender"
  cp -r "$1/." "$2"
  # Maven's quiet mode still writes colours; its words are for when it fails.
  (cd "$2" && mvn -B -ntp compile dependency:copy-dependencies -DoutputDirectory=target/lib) >"$2/maven.log" 2>&1 || {
    tail -n 40 "$2/maven.log" >&2
    return 1
  }
}
