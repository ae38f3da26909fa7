#!/bin/sh
# Sets up what `make demo` and `make test` need: virtual environment, pinned packages, Chromium, a CJK font.
# usage: scripts/setup.sh VENV
set -eu
VENV=${1:-.venv}
say() { printf '%s\n' "dajia setup: $*"; }

# 1. A Python that is new enough.
PYTHON=""
for candidate in "${PYTHON_BIN:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then PYTHON=$candidate; break; fi
done
if [ -z "$PYTHON" ]; then
    say "Python 3.11 or newer was not found. On Debian 12: apt-get install python3 python3-venv" >&2
    exit 3
fi

# 2. The packages, pinned by constraints.txt. uv when present, pip otherwise.
if command -v uv >/dev/null 2>&1; then
    [ -x "$VENV/bin/python" ] || uv venv -q --python "$PYTHON" "$VENV"
    say "installing packages with uv"
    uv pip install -q --python "$VENV/bin/python" -c constraints.txt -e '.[dev]'
else
    if [ ! -x "$VENV/bin/python" ]; then
        if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
            if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
                apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
            else
                say "the venv module is missing. On Debian: apt-get install python3-venv" >&2
                exit 3
            fi
        fi
        "$PYTHON" -m venv "$VENV"
    fi
    say "installing packages with pip (about a minute the first time)"
    "$VENV/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
fi

# 3. Browser and font: wanted, not required. Without a browser dajia works in plain-HTTP mode.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1; fi
}
NEED=""
have_browser() {
    for name in "${BROWSER_PATH:-}" chromium chromium-browser google-chrome-stable google-chrome microsoft-edge-stable; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}
have_browser || "$VENV/bin/python" -m playwright install chromium >/dev/null 2>&1 || NEED="$NEED chromium"
if ! { command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh-cn 2>/dev/null | grep -q .; }; then
    NEED="$NEED fonts-noto-cjk fontconfig"
fi
if [ -n "$NEED" ]; then
    if command -v apt-get >/dev/null 2>&1 && as_root true; then
        say "installing with apt-get:$NEED"
        as_root apt-get update -qq || true
        # shellcheck disable=SC2086
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $NEED >/dev/null || NEED="$NEED (failed)"
        case "$NEED" in *failed*) say "not installed:$NEED - screenshots need them; going on in plain-HTTP mode" ;; esac
    else
        say "missing:$NEED - install them for screenshots; going on in plain-HTTP mode"
    fi
fi
say "ready"
