# Sourced by ./run and ./test: makes .venv from a lock and fetches browser parts and fonts. Idempotent.
# Usage: set_up LOCKFILE

say() { printf '%s\n' "$*" >&2; }
die() { say "gunmane: $*"; exit 1; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer with venv is needed. Debian: apt-get install python3 python3-venv"
}

set_up() {
    local lock=$1 mark=.venv/.installed want python uv
    command -v npm >/dev/null 2>&1 || die "Node.js with npm is needed for fonts and browser parts. Debian: apt-get install npm"
    want="$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1) $PWD"
    if [ "$(cat "$mark" 2>/dev/null)" != "$want" ]; then
        python=$(find_python)
        [ -x .venv/bin/python ] || { say "Making .venv with $python"; "$python" -m venv .venv || die "could not make .venv"; }
        say "Installing $lock (hashes are checked)"
        uv=$(command -v uv || true)
        if [ -n "$uv" ]; then
            UV_PYTHON_DOWNLOADS=never "$uv" pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r "$lock" &&
                "$uv" pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
        else
            .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock" &&
                .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
        fi || die "could not install the packages named in $lock; is the package index reachable?"
        .venv/bin/python -m compileall -q src || say "could not compile src; every start will take a second longer"
        printf '%s' "$want" >"$mark"
    fi
    .venv/bin/gunmane parts || die "could not fetch fonts and browser parts; is the npm registry reachable?"
}
