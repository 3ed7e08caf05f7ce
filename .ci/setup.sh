#!/bin/sh
# Sets a machine up: system packages, the virtual environment, a self-check.
#   .ci/setup.sh run    what running needs
#   .ci/setup.sh test   the test tools as well
# Root or passwordless sudo installs the system packages; otherwise the exact line is printed.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}

packages="python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
# Emoji and other scripts in owners' words. Without these fonts a PDF names such a character
# instead of drawing it, so a machine that cannot get them still runs.
fonts="fonts-noto-color-emoji fonts-noto-core"
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

# Prints those of its arguments that are not installed.
missing_of() {
  for package in "$@"; do
    case "$package" in
      python3|python3-venv) [ -z "$(find_python)" ] || continue ;;
    esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf ' %s' "$package"
  done
}

install() {
  # shellcheck disable=SC2086
  $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

if command -v dpkg-query >/dev/null 2>&1; then
  # shellcheck disable=SC2086
  missing=$(missing_of $packages)
  # shellcheck disable=SC2086
  missing_fonts=$(missing_of $fonts)
  if [ -n "$missing$missing_fonts" ]; then
    line="apt-get install -y --no-install-recommends$missing$missing_fonts"
    as=""
    if [ "$(id -u)" = 0 ] || { as="sudo -n"; sudo -n true 2>/dev/null; }; then
      say "Installing system packages:$missing$missing_fonts"
      # The tests start their own PostgreSQL; Debian must not start one of its own.
      if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        $as mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | $as tee /etc/postgresql-common/createcluster.conf >/dev/null
      fi
      $as apt-get update -qq >&2 || [ -z "$missing" ]
      # shellcheck disable=SC2086
      [ -z "$missing" ] || install $missing
      # shellcheck disable=SC2086
      [ -z "$missing_fonts" ] || install $missing_fonts || say "Going on without$missing_fonts."
    elif [ -n "$missing" ]; then
      say "These system packages are missing. Ask an administrator to run, then start again:"
      say "  sudo apt-get update && sudo $line"
      exit 3
    else
      say "Going on without$missing_fonts."
    fi
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

# Each process of the tests and of the demo would compile everything anew where Python is told to
# write no bytecode, or where packages were installed without it.
ls .venv/lib/python3*/site-packages/flask/__pycache__ >/dev/null 2>&1 || .venv/bin/python -m compileall -q -j 2 .venv/lib >/dev/null || true
.venv/bin/python -m compileall -q app tests migrations benchmarks wsgi.py || true

.venv/bin/python .ci/doctor.py
