# A bare Debian 12 to try things in: sourced by the check_* commands beside it, as root.

bare_cache=${XDG_CACHE_HOME:-$HOME/.cache}/spanhold-bare

# bare_root DIR: unpacks what debootstrap calls minbase, with apt's downloads of earlier runs.
bare_root() {
  mkdir -p "$bare_cache/archives" "$1"
  if [[ ! -f $bare_cache/bookworm.tar ]]; then
    echo "== debootstrap (once, a minute)" >&2
    local made
    made=$(mktemp -d)
    debootstrap --variant=minbase bookworm "$made" >&2
    rm -rf "$made"/var/cache/apt/archives/*.deb "$made"/var/lib/apt/lists/*
    tar -C "$made" -cf "$bare_cache/bookworm.tar" .
    rm -rf "$made"
  fi
  tar -C "$1" -xf "$bare_cache/bookworm.tar"
  chmod 755 "$1"  # not what mktemp made of it: who is not root has to get in
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  # minbase has none, an installed system and a container do.
  printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$1/etc/hosts"
}

# bare_run [--offline] DIR COMMAND...: runs a command in DIR as its own small machine: own processes,
# which end with it, own mounts, and an environment with nothing of this one's in it. --offline: with
# a loopback interface of its own and no other, so that every port is free.
bare_run() {
  local network=()
  if [[ $1 == --offline ]]; then
    network=(--net)
    shift
  fi
  local dir=$1
  shift
  unshare --mount --pid "${network[@]}" --fork --kill-child -- bash -euc '
    dir=$1 archives=$2 network=$3
    shift 3
    [[ -z $network ]] || ip link set lo up
    mount --bind "$archives" "$dir/var/cache/apt/archives"
    mount -t proc proc "$dir/proc"
    mount --rbind /dev "$dir/dev"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
      chroot "$dir" "$@"' bare "$dir" "$bare_cache/archives" "${network[*]}" "$@"
}
