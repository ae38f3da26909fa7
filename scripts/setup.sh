#!/bin/sh
# Sets up what `make demo` and `make test` need: virtual environment, pinned packages, Chromium, a CJK font.
# usage: scripts/setup.sh VENV [bundle=DIR] [tests]
#   bundle=DIR  take the packages from a folder with wheels/ and SHA256SUMS, without any network
#   tests       also what only tests need: redis-server, openssl, an independent viewer of web archives (by npm, where it is there)
set -eu
VENV=${1:-.venv}
shift 2>/dev/null || true
BUNDLE="" TESTS=""
for word in "$@"; do
    case "$word" in
        bundle=*) BUNDLE=${word#bundle=} ;;
        tests) TESTS=1 ;;
        "") ;;
        *) printf '%s\n' "dajia setup: unknown word: $word" >&2; exit 2 ;;
    esac
done
say() { printf '%s\n' "dajia setup: $*"; }
has() { command -v "$1" >/dev/null 2>&1; }
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif has sudo && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1; fi
}
may_install() { has apt-get && as_root true; }
UPDATED=""
apt_install() {
    [ -n "$UPDATED" ] || { as_root apt-get update -qq || true; UPDATED=1; }
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

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

# 2. The packages, pinned by constraints.txt: from a bundle, else with uv, else with pip.
venv_with_pip() {
    [ -x "$VENV/bin/python" ] && return 0
    if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
        may_install && apt_install python3-venv || {
            say "the venv module is missing. On Debian: apt-get install python3-venv" >&2
            exit 3
        }
    fi
    "$PYTHON" -m venv "$VENV"
}
if [ -n "$BUNDLE" ]; then
    if [ ! -d "$BUNDLE/wheels" ]; then
        say "$BUNDLE: no wheels/ in there; fill it with 'pip download' on a machine with network" >&2
        exit 2
    fi
    if ! (cd "$BUNDLE" && sha256sum --quiet -c SHA256SUMS); then
        say "$BUNDLE: its files are not those that SHA256SUMS lists; copy the bundle again" >&2
        exit 2
    fi
    venv_with_pip
    say "installing packages from $BUNDLE"
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-index --find-links "$BUNDLE/wheels" \
        -c constraints.txt 'setuptools>=75' wheel
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-index --find-links "$BUNDLE/wheels" \
        --no-build-isolation -c constraints.txt -e '.[dev]'
elif has uv; then
    [ -x "$VENV/bin/python" ] || uv venv -q --python "$PYTHON" "$VENV"
    say "installing packages with uv"
    uv pip install -q --python "$VENV/bin/python" -c constraints.txt -e '.[dev]'
else
    venv_with_pip
    say "installing packages with pip (about a minute the first time)"
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
fi

# 3. Browser and font: wanted, not required. Without a browser dajia works in plain-HTTP mode.
NEED=""
have_shell() {
    has chromium-headless-shell || has chrome-headless-shell || [ -x /usr/lib/chromium/chromium-headless-shell ] ||
        [ -n "$(find "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}" -maxdepth 1 -name 'chromium_headless_shell*' 2>/dev/null)" ]
}
have_browser() {
    have_shell && return 0
    for name in "${BROWSER_PATH:-}" chromium chromium-browser google-chrome-stable google-chrome microsoft-edge-stable; do
        [ -n "$name" ] && has "$name" && return 0
    done
    [ -n "$(find "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}" -maxdepth 1 -name 'chromium*' 2>/dev/null)" ]
}
if ! have_browser; then
    [ -n "$BUNDLE" ] || timeout 180 "$VENV/bin/python" -m playwright install chromium >/dev/null 2>&1 || true
    have_browser || NEED="chromium"
fi
if ! { has fc-list && fc-list :lang=zh-cn 2>/dev/null | grep -q .; }; then NEED="$NEED fonts-noto-cjk fontconfig"; fi
if [ -n "$TESTS" ]; then
    has redis-server || NEED="$NEED redis-server"
    has openssl || NEED="$NEED openssl"
fi
if [ -n "$NEED" ]; then
    if [ -z "$BUNDLE" ] && may_install; then
        say "installing with apt-get: $NEED"
        # shellcheck disable=SC2086
        apt_install $NEED || say "apt-get could not install: $NEED - screenshots need a browser and a CJK font; going on in plain-HTTP mode"
    else
        say "missing: $NEED - install them for screenshots; going on in plain-HTTP mode"
    fi
fi
# The same browser without a window: captures take less time and memory. Not every system packages it; any Chromium will do.
if [ -z "$BUNDLE${BROWSER_PATH:-}" ] && ! have_shell && may_install; then
    apt_install chromium-headless-shell || say "no package chromium-headless-shell here: captures use the whole browser"
fi
VIEWER=$VENV/share/replaywebpage
if [ -n "$TESTS" ] && [ -z "$BUNDLE" ] && has npm && [ ! -f "$VIEWER/ui.js" ]; then
    FETCHED=$(mktemp -d)
    if (cd "$FETCHED" && timeout 120 npm pack --silent replaywebpage@2.5.3 >/dev/null 2>&1 && tar xzf replaywebpage-2.5.3.tgz); then
        mkdir -p "$VIEWER" && cp "$FETCHED/package/ui.js" "$FETCHED/package/sw.js" "$FETCHED/package/LICENSE" "$VIEWER/"
    else
        say "the viewer ReplayWeb.page could not be fetched: its test is skipped"
    fi
    rm -rf "$FETCHED"
fi
say "ready"
