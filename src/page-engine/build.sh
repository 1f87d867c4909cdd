#!/usr/bin/env bash
# Builds src/program/show/page/engine.wasm from this crate, and writes engine.sources next to it: the sources it was built
# from, each with its checksum. Run it from anywhere after changing what the page computes; it needs rustup and Python 3.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
export CARGO_TARGET_DIR="$root/target/page-engine"
target=wasm32-unknown-unknown
export RUSTFLAGS="-C target-feature=+simd128 -C link-arg=--export-table -C link-arg=--growable-table --remap-path-prefix=$root=backprop --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
build=(build --locked --profile page --package page-engine --lib --target "$target")

if rustup target add "$target" >/dev/null 2>&1; then
    cargo "${build[@]}"
else
    # If rustup cannot install the target, Debian's compiler can build it, with the standard library's source.
    packages=(rustc-web cargo-web rust-web-src libstd-rust-web-dev)
    if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    fi
    linker=$(find "$(rustc --print sysroot)/lib/rustlib" -name rust-lld | head -1)
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker" \
        /usr/bin/cargo "${build[@]}" -Zbuild-std=std,panic_abort
fi

cp "$CARGO_TARGET_DIR/$target/page/page_engine.wasm" "$root/src/program/show/page/engine.wasm"
python3 - "$root" "$CARGO_TARGET_DIR/$target/page/page_engine.d" >"$root/src/program/show/page/engine.sources" <<'PYTHON'
import pathlib, sys, zlib

# Computed as in tests/page-engine/engine.rs: comments and the tests inside a file do not change it.
def checksum(path):
    if path.suffix != ".rs":
        return zlib.crc32(path.read_bytes())
    code = path.read_text().split("#[cfg(test)]\nmod tests {")[0].splitlines()
    return zlib.crc32("".join(line.strip() + "\n" for line in code if not line.strip().startswith("//")).encode())

root = pathlib.Path(sys.argv[1]).resolve()
dependencies = open(sys.argv[2]).read().split(": ", 1)[1].replace("\\\n", " ").split()
paths = {pathlib.Path(name).resolve() for name in dependencies} | {root / "src/page-engine/Cargo.toml"}
for path in sorted(path for path in paths if root in path.parents):
    print(f"{checksum(path):08x} {path.relative_to(root).as_posix()}")
PYTHON
ls -l "$root/src/program/show/page/engine.wasm"
