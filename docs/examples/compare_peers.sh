#!/usr/bin/env bash
# Times our engines and what people would use instead, in turn, with equal threads:
# docs/examples/compare_peers.sh MNIST_DIR [ROUNDS]
#
# Installs numpy and PyTorch into target/peers (a Python environment; PyTorch and its dependencies take 6 GB), and
# builds candle and burn in target. Reports and skips whatever cannot be installed. In every round each contender does
# each task once; the table has the medians of the rounds' ratios.
#
# Each contender is started through $PEERS_AROUND, if set: on a shared machine, PEERS_AROUND="chrt -f 10" keeps other
# programs from interrupting it.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 MNIST_DIR [ROUNDS]   (backprop get-mnist MNIST_DIR gets the files)" >&2; exit 2; }
mnist=$(realpath "$1")
rounds=${2:-5}
cd "$(dirname "$0")/../.."
here=docs/examples/peers
python=${PEERS_PYTHON:-target/peers/bin/python}
lines=target/peers-$(date +%Y-%m-%d).jsonl
# These are set where an old OpenBLAS misjudges the processor; a new one is slower with them.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

if ! command -v "$python" >/dev/null; then
    python3 -m venv target/peers
    target/peers/bin/pip install --quiet numpy || { echo "numpy cannot be had here, and without it no peer in Python" >&2; exit 1; }
    target/peers/bin/pip install --quiet torch || true
fi
peers=(numpy)
if "$python" -c "import torch" 2>/dev/null; then peers+=(torch); else echo "PyTorch cannot be had here: left out" >&2; fi
cargo build --release --example speed
rust_peers=()
for peer in candle burn; do
    if [ -x "target/$peer/release/$peer-peer" ] ||
        cargo build --release --manifest-path $here/$peer/Cargo.toml --target-dir target/$peer; then
        rust_peers+=("$peer")
    else
        echo "$peer cannot be had here: left out" >&2
    fi
done

# note ROUND WORK COMMAND...: adds round and work to the JSON lines that the command prints
note() {
    # shellcheck disable=SC2086 # a command and its arguments
    ${PEERS_AROUND:-} "${@:3}" | sed "s/^{/{\"round\": $1, \"work\": \"$2\", /" | tee -a "$lines"
}
rm -f "$lines"
for round in $(seq "$rounds"); do
    note "$round" objects target/release/examples/speed "$mnist" objects
    note "$round" objects "$python" $here/peers.py "$mnist" objects objects
    for work in one-by-one:1 without-zeros:1 wide-one-by-one:1 narrow-by-10:1 by-100:1 by-100:2 wide-by-100:1 wide-by-100:2; do
        name=${work%:*} threads=${work#*:}
        for type in f32 f64; do
            note "$round" "$name" target/release/examples/speed "$mnist" "$name" "$threads" "$type"
        done
        for peer in "${peers[@]}"; do
            note "$round" "$name" "$python" $here/peers.py "$mnist" "$peer" "$name" "$threads"
        done
        for peer in "${rust_peers[@]}"; do
            [ "$name" = without-zeros ] ||
                RAYON_NUM_THREADS=$threads note "$round" "$name" "target/$peer/release/$peer-peer" "$mnist" "$name" "$threads"
        done
    done
done
grep -m1 "model name" /proc/cpuinfo || true
"$python" $here/peers.py --table "$lines"
