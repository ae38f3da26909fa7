#!/bin/sh
# Makes a folder from which dajia installs without any network: wheels, build tools and sources (demo and tests among them), checksums.
# usage: scripts/bundle.sh VENV [OUT] [PLATFORM]
#   OUT       folder to make it in; default dist
#   PLATFORM  x86_64 or aarch64; default this machine's. For the other one only ready-made wheels are taken
# The bundle is for one platform and one Python (the one of VENV): its name says which. On the other side:
#   tar xf BUNDLE/dajia-sources.tar.gz && cd dajia && make setup BUNDLE=/path/of/BUNDLE
set -eu
VENV=${1:-.venv} OUT=${2:-dist} PLATFORM=${3:-}
say() { printf '%s\n' "dajia bundle: $*"; }
PY=$VENV/bin/python
HERE=$(uname -m)
case "${PLATFORM:=$HERE}" in
    x86_64|aarch64) ;;
    arm64) PLATFORM=aarch64 ;;
    *) say "no wheels are named for '$PLATFORM'; x86_64 and aarch64 are known" >&2; exit 2 ;;
esac
"$PY" -m pip --version >/dev/null 2>&1 || "$PY" -m ensurepip -q || { say "pip is needed in $VENV: make clean && make setup" >&2; exit 3; }
TAG=$("$PY" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
VERSION=$("$PY" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
BUNDLE=$OUT/dajia-$VERSION-linux-$PLATFORM-$TAG
rm -rf "$BUNDLE"
mkdir -p "$BUNDLE/wheels"
PIP="$PY -m pip --disable-pip-version-check -q"

# 1. What is needed, with the markers of the machine it is for.
"$PY" scripts/requirements.py "$PLATFORM" > "$BUNDLE/requirements.txt"
if [ "$PLATFORM" = "$HERE" ]; then
    say "collecting wheels for linux $PLATFORM, $TAG"
    $PIP wheel -w "$BUNDLE/wheels" -c constraints.txt -r "$BUNDLE/requirements.txt"
else
    say "collecting wheels for linux $PLATFORM, $TAG, on $HERE"
    # Pure Python is the same file on every machine, also where it must be built; the rest is asked for by its exact version.
    NATIVE=$(mktemp -d)
    $PIP wheel -w "$NATIVE" -c constraints.txt -r "$BUNDLE/requirements.txt"
    mv "$NATIVE"/*-none-any.whl "$BUNDLE/wheels"
    for wheel in "$NATIVE"/*.whl; do basename "$wheel" | awk -F- '{print $1 "==" $2}'; done > "$NATIVE/exact.txt"
    # shellcheck disable=SC2046
    $PIP download -d "$BUNDLE/wheels" --no-deps -r "$NATIVE/exact.txt" --only-binary=:all: \
        $(seq -f "--platform manylinux_2_%.0f_$PLATFORM" 17 36) --platform "manylinux2014_$PLATFORM" --platform "linux_$PLATFORM" \
        --implementation cp --python-version "${TAG#cp}" --abi "$TAG" --abi abi3 --abi none
    rm -rf "$NATIVE"
fi

# 2. The sources: what git knows, or everything that is not made by a machine.
LIST=$(mktemp)
trap 'rm -f "$LIST"' EXIT
if ! git ls-files -z -co --exclude-standard > "$LIST" 2>/dev/null; then
    find . -type f ! -path './.venv/*' ! -path './var/*' ! -path "./$OUT/*" ! -path '*/__pycache__/*' ! -name '.setup-*' -print0 > "$LIST"
fi
tar czf "$BUNDLE/dajia-sources.tar.gz" --owner=0 --group=0 --transform 's|^\(\./\)\?|dajia/|' --null -T "$LIST"

# 3. What it is, and what it must be.
cat > "$BUNDLE/README.txt" <<TEXT
dajia $VERSION, linux $PLATFORM (glibc $("$PY" scripts/requirements.py --glibc "$BUNDLE/wheels") or newer), Python ${TAG#cp3} of 3 ($TAG), $(ls "$BUNDLE/wheels" | wc -l) wheels, $(date -u +%Y-%m-%d)
Install without network, as an ordinary user with python3 (3.${TAG#cp3}), python3-venv and make:
  sha256sum -c SHA256SUMS
  tar xf dajia-sources.tar.gz && cd dajia
  make setup BUNDLE=$(printf '%s' "/path/of/$(basename "$BUNDLE")")
  .venv/bin/dajia doctor
Browser and CJK font come from the system's own packages (chromium-headless-shell or chromium, fonts-noto-cjk); without a browser everything but screenshots works.
TEXT
(cd "$BUNDLE" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS.part && mv SHA256SUMS.part SHA256SUMS)
say "$BUNDLE: $(ls "$BUNDLE/wheels" | wc -l) wheels, $(du -sh "$BUNDLE" | cut -f1)"
