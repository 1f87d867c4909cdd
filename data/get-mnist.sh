#!/bin/sh
# Downloads MNIST's four files into a folder and verifies them.
#
#   data/get-mnist.sh [FOLDER]          default: data/mnist
#
# MNIST_URL is the address the files lie under, if you would rather use another mirror.
set -eu

folder=${1:-$(dirname "$0")/mnist}
base=${MNIST_URL:-https://ossci-datasets.s3.amazonaws.com/mnist}

fail() {
    echo "get-mnist.sh: $*" >&2
    exit 1
}

if command -v curl >/dev/null; then
    fetch() { curl --fail --silent --show-error --location --output "$2" "$1"; }
elif command -v wget >/dev/null; then
    fetch() { wget --quiet --output-document="$2" "$1"; }
else
    fail "neither curl nor wget is installed"
fi

if command -v sha256sum >/dev/null; then
    checksum() { sha256sum | cut -d ' ' -f 1; }
elif command -v shasum >/dev/null; then
    checksum() { shasum -a 256 | cut -d ' ' -f 1; }
else
    fail "neither sha256sum nor shasum is installed"
fi

mkdir -p "$folder" || fail "cannot make the folder $folder"

# get NAME CHECKSUM: the checksum is that of the file without gzip.
get() {
    target=$folder/$1.gz
    part=$target.part
    if [ -f "$target" ] && [ "$(gzip -dc "$target" 2>/dev/null | checksum)" = "$2" ]; then
        echo "$target: already here"
        return
    fi
    fetch "$base/$1.gz" "$part" || { rm -f "$part"; fail "could not fetch $base/$1.gz; set MNIST_URL to another mirror"; }
    found=$(gzip -dc "$part" 2>/dev/null | checksum)
    if [ "$found" != "$2" ]; then
        rm -f "$part"
        fail "$base/$1.gz is not MNIST's $1 (SHA-256 $found, expected $2); nothing was kept"
    fi
    mv "$part" "$target"
    echo "$target: verified"
}

get train-images-idx3-ubyte ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
get train-labels-idx1-ubyte 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
get t10k-images-idx3-ubyte 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
get t10k-labels-idx1-ubyte ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2

echo "MNIST is in $folder. Try: cargo run --release -- train --data $folder"
