# Sourced by ./run and ./test: finds Python 3.11 or newer, installs it where apt can, and hands over.
set -eu
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

new_enough() { python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

install_python() {
  local as_root=""
  if [ "$(id -u)" -ne 0 ]; then as_root="sudo"; fi
  if ! command -v apt-get >/dev/null || { [ -n "$as_root" ] && ! command -v sudo >/dev/null; }; then
    echo "Stopped: Python 3.11 or newer is missing; ask an administrator to install the package python3, then start again." >&2
    exit 1
  fi
  echo "Python 3 is missing: installing it with apt"
  { $as_root apt-get -qq update || true
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq -y -o DPkg::Lock::Timeout=600 install --no-install-recommends python3 python3-venv
  } </dev/null >/dev/null 2>&1 || true
}

launch() {
  new_enough || install_python
  if ! new_enough; then
    echo "Stopped: Python 3.11 or newer is needed; Debian 12 and 13 and Ubuntu 24.04 have it in the package python3." >&2
    exit 1
  fi
  PYTHONPATH="$here" exec python3 -P -m scripts.launch "$@"
}
