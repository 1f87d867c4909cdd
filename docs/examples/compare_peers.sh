#!/usr/bin/env bash
# Our engines and what people would use instead, in turn, on equal threads: docs/examples/compare_peers.sh MNIST_DIR [ROUNDS]
#
# Installs numpy and PyTorch into target/peers (a Python environment) and builds candle there. What cannot be had is left
# out, and said. In every round each contender does each work once; the table has medians of the rounds' ratios.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 MNIST_DIR [ROUNDS]   (backprop get-mnist MNIST_DIR gets the files)" >&2; exit 2; }
mnist=$(realpath "$1")
rounds=${2:-5}
cd "$(dirname "$0")/../.."
here=docs/examples/peers
python=${PEERS_PYTHON:-target/peers/bin/python}
lines=target/peers-$(date +%Y-%m-%d).jsonl
peers=(numpy torch)

if ! command -v "$python" >/dev/null; then
    python3 -m venv target/peers
    target/peers/bin/pip install --quiet numpy
    target/peers/bin/pip install --quiet torch || echo "PyTorch cannot be had here: left out" >&2
fi
"$python" -c "import torch" 2>/dev/null || peers=(numpy)
cargo build --release --example speed
candle=${PEERS_CANDLE:-target/candle/release/candle-peer}
[ -x "$candle" ] || cargo build --release --manifest-path $here/candle/Cargo.toml --target-dir target/candle ||
    echo "candle cannot be had here: left out" >&2
echo "burn is left out: its CPU back end of plain Rust is candle's or ndarray's" >&2

# note ROUND WORK COMMAND...: the JSON lines it prints, with round and work
note() {
    "${@:3}" | sed "s/^{/{\"round\": $1, \"work\": \"$2\", /" | tee -a "$lines"
}
rm -f "$lines"
for round in $(seq "$rounds"); do
    note "$round" objects target/release/examples/speed "$mnist" objects
    note "$round" objects "$python" $here/peers.py "$mnist" objects objects
    for work in one-by-one:1 without-zeros:1 wide-one-by-one:1 narrow-by-10:1 by-100:1 by-100:2 wide-by-100:1 wide-by-100:2; do
        name=${work%:*} threads=${work#*:}
        note "$round" "$name" target/release/examples/speed "$mnist" "$name" "$threads"
        for peer in "${peers[@]}"; do
            note "$round" "$name" "$python" $here/peers.py "$mnist" "$peer" "$name" "$threads"
        done
        if [ -x "$candle" ] && [ "$name" != without-zeros ]; then
            RAYON_NUM_THREADS=$threads note "$round" "$name" "$candle" "$mnist" "$name" "$threads"
        fi
    done
done
grep -m1 "model name" /proc/cpuinfo || true
"$python" $here/peers.py --table "$lines"
