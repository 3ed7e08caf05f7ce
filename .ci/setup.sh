#!/bin/sh
# Sets a machine up: system packages, the virtual environment, a self-check.
#   .ci/setup.sh run    what running needs
#   .ci/setup.sh test   the test tools as well
# Root or passwordless sudo installs the system packages; otherwise the exact line is printed.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}

packages="python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
requirements=requirements.txt
if [ "$what" = test ]; then
  packages="$packages libatomic1 poppler-utils chromium postgresql"
  requirements=tests/requirements.txt
fi

say() { printf '%s\n' "$*" >&2; }

# A Python of the right age: the first that runs.
find_python() {
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

if command -v dpkg-query >/dev/null 2>&1; then
  missing=""
  for package in $packages; do
    case "$package" in
      python3|python3-venv) [ -z "$(find_python)" ] || continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    line="apt-get install -y --no-install-recommends$missing"
    as=""
    if [ "$(id -u)" != 0 ]; then
      if sudo -n true 2>/dev/null; then as="sudo -n"; else
        say "These system packages are missing. Ask an administrator to run, then start again:"
        say "  sudo apt-get update && sudo $line"
        exit 3
      fi
    fi
    say "Installing system packages:$missing"
    # The tests start their own PostgreSQL; Debian must not start one of its own.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
      $as mkdir -p /etc/postgresql-common
      echo 'create_main_cluster = false' | $as tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    $as apt-get update -qq >&2
    # shellcheck disable=SC2086
    $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
  fi
fi

python=$(find_python)
if [ -z "$python" ]; then
  say "Python 3.11 or newer with venv is needed and was not found."
  exit 3
fi

stamp=".venv/.stamp-$what"
wanted="$(cat "$requirements" .ci/uv.txt | sha256sum | cut -d' ' -f1) $("$python" -c 'import sys; print(sys.version_info[:3])')"
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ] || ! .venv/bin/python -c 'import flask' 2>/dev/null; then
  say "Preparing the virtual environment (a minute or two the first time) ..."
  .venv/bin/python -c '' 2>/dev/null || { rm -rf .venv; "$python" -m venv .venv; }
  if command -v uv >/dev/null 2>&1; then
    uv=uv
  else
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/uv.txt >&2
    uv=.venv/bin/uv
  fi
  "$uv" pip install -q --python .venv/bin/python --require-hashes --compile-bytecode -r "$requirements" >&2
  printf '%s' "$wanted" > "$stamp"
fi

.venv/bin/python .ci/doctor.py
