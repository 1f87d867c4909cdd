"""What people would use instead, on the same work as docs/examples/speed.rs; one JSON object a line.

    peers.py MNIST_DIR PEER WORK [THREADS]      PEER is objects, numpy or torch
    peers.py --table FILE                       ratios of what compare_peers.sh has collected, as Markdown
    peers.py --growth FILE                      the picture of what `speed MNIST_DIR growth` has printed, as SVG

Each line has microseconds a training sample: the median of several timed passes, the fastest and the slowest.
"""
import gzip
import json
import math
import os
import statistics
import sys
import time

# name: sizes, batch, rate, samples in a pass
WORKS = {
    "objects": ((784, 300, 10), 1, 0.3, 3),
    "one-by-one": ((784, 300, 10), 1, 0.3, 1000),
    "without-zeros": ((784, 300, 10), 1, 0.01, 1000),
    "wide-one-by-one": ((784, 1000, 1000, 10), 1, 0.1, 50),
    "narrow-by-10": ((784, 30, 10), 10, 3.0, 10000),
    "by-100": ((784, 300, 10), 100, 3.0, 10000),
    "wide-by-100": ((784, 1000, 1000, 10), 100, 3.0, 1000),
}


def read(folder, name):
    """Read an IDX file: magic number, sizes, bytes."""
    with gzip.open(os.path.join(folder, name + ".gz")) as file:
        raw = file.read()
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def report(engine, sizes, batch, threads, samples, one_pass, passes=7):
    one_pass()
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        one_pass()
        times.append((time.perf_counter() - start) / samples * 1e6)
    line = {"engine": engine, "sizes": ",".join(map(str, sizes)), "batch": batch, "threads": threads}
    line |= {"us_per_sample": round(statistics.median(times), 2), "min": round(min(times), 2), "max": round(max(times), 2)}
    print(json.dumps(line), flush=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Node:
    def __init__(self):
        self.output, self.delta, self.upstream, self.downstream = 1.0, 0.0, [], []

    def calc_output(self):
        weighted_input = 0.0
        for connection in self.upstream:
            weighted_input += connection.before.output * connection.weight
        self.output = 1 / (1 + math.exp(-weighted_input))

    def calc_hidden_layer_delta(self):
        downstream_delta = 0.0
        for connection in self.downstream:
            downstream_delta += connection.after.delta * connection.weight
        self.delta = self.output * (1 - self.output) * downstream_delta


class Connection:
    def __init__(self, before, after, weight):
        self.before, self.after, self.weight, self.gradient = before, after, weight, 0.0
        before.downstream.append(self)
        after.upstream.append(self)

    def calc_gradient(self):
        self.gradient = self.after.delta * self.before.output

    def update_weight(self, rate):
        self.calc_gradient()
        self.weight += rate * self.gradient


def objects(sizes, batch, rate, count, xs, ys, threads):
    """Time bp.py's design, function for function as in our object graph, and keep every delta and gradient.

    The last node of a layer is constant.
    """
    rng = np.random.default_rng(1)
    layers = [[Node() for _ in range(size + 1)] for size in sizes]
    for left, right in zip(layers, layers[1:]):
        for before in left:
            for after in right[:-1]:
                Connection(before, after, float(rng.uniform(-0.1, 0.1)))

    def train(x, y):
        for node, value in zip(layers[0], x):
            node.output = value
        for layer in layers[1:]:
            for node in layer[:-1]:
                node.calc_output()
        for node, label in zip(layers[-1], y):
            node.delta = node.output * (1 - node.output) * (label - node.output)
        for layer in layers[-2::-1]:
            for node in layer:
                node.calc_hidden_layer_delta()
        for layer in layers[:-1]:
            for node in layer:
                for connection in node.downstream:
                    connection.update_weight(rate)

    rows = [(x.tolist(), y.tolist()) for x, y in zip(xs, ys)]
    report("Python objects", sizes, 1, 1, count, lambda: [train(x, y) for x, y in rows], passes=3)


def numpy_matrices(sizes, batch, rate, count, xs, ys, threads):
    """Time one matrix per layer, by fc.py's three formulas, in both precisions; mini-batches are matrix products."""
    for dtype in (np.float32, np.float64):
        rng = np.random.default_rng(1)
        weights = [rng.uniform(-0.1, 0.1, (n_out, n_in)).astype(dtype) for n_in, n_out in zip(sizes, sizes[1:])]
        biases = [np.zeros((n_out, 1), dtype) for n_out in sizes[1:]]
        batches = [
            (xs[i : i + batch].T.astype(dtype), ys[i : i + batch].T.astype(dtype)) for i in range(0, count, batch)
        ]
        step = dtype(rate / batch)

        def train(x, y):
            outputs = [x]
            for w, b in zip(weights, biases):
                outputs.append(sigmoid(w @ outputs[-1] + b))
            delta = outputs[-1] * (1 - outputs[-1]) * (y - outputs[-1])
            for w, b, a in zip(weights[::-1], biases[::-1], outputs[-2::-1]):
                before = a * (1 - a) * (w.T @ delta)
                w += step * (delta @ a.T)
                b += step * delta.sum(axis=1, keepdims=True)
                delta = before

        name = "numpy f" + str(np.dtype(dtype))[-2:]
        report(name, sizes, batch, threads, count, lambda: [train(x, y) for x, y in batches])


def torch_modules(sizes, batch, rate, count, xs, ys, threads):
    """Time nn.Sequential with SGD, in both precisions."""
    import torch

    torch.set_num_threads(threads)
    for dtype in (torch.float32, torch.float64):
        modules = []
        for n_in, n_out in zip(sizes, sizes[1:]):
            modules += [torch.nn.Linear(n_in, n_out), torch.nn.Sigmoid()]
        network = torch.nn.Sequential(*modules).to(dtype)
        descent = torch.optim.SGD(network.parameters(), rate)
        x, y = torch.tensor(xs).to(dtype), torch.tensor(ys).to(dtype)

        def one_pass():
            for i in range(0, count, batch):
                descent.zero_grad()
                error = ((network(x[i : i + batch]) - y[i : i + batch]) ** 2).sum() / (2 * batch)
                error.backward()
                descent.step()

        report("PyTorch f" + str(dtype)[-2:], sizes, batch, threads, count, one_pass)


def table(path):
    """Print the median (and range) over the rounds of their time divided by ours, each type against the same type."""
    rounds = {}
    for line in open(path):
        row = json.loads(line)
        engine, _, precision = row["engine"].replace(",", "").partition(" f")
        if engine.startswith("vectorized"):
            engine, precision = "ours", precision or "64"
        times = rounds.setdefault((row["work"], row["threads"]), {}).setdefault(precision, {})
        times.setdefault(engine, {})[row["round"]] = row["us_per_sample"]
    print("| work | threads | type | ours, µs | against | theirs, µs | theirs by ours (range) |\n|---|---|---|---|---|---|---|")
    for (work, threads), types in rounds.items():
        for precision, engines in sorted(types.items()):
            ours = engines.pop("ours", None) or engines.pop("object graph", None)
            for engine, theirs in engines.items():
                ratios = sorted(theirs[i] / ours[i] for i in theirs if i in ours)
                median = statistics.median
                print(f"| {work} | {threads} | {'f' + precision if precision else ''} | {median(ours.values()):.4g} | {engine} "
                      f"| {median(theirs.values()):,.4g} | {median(ratios):.3g} ({ratios[0]:.3g} to {ratios[-1]:.3g}) |")


def growth(path):
    """Draw microseconds per sample over parameters, on logarithmic axes."""
    points, parameters = {"objects": [], "one by one": [], "by 100": []}, []
    for row in map(json.loads, open(path)):
        if "parameters" in row:
            parameters.append(row["parameters"])
        else:
            name = "objects" if row["engine"] == "object graph" else "one by one" if row["batch"] == 1 else "by 100"
            points[name].append(row["us_per_sample"])
    x = lambda parameters: 70 + 125 * (math.log10(parameters) - 2.7)
    y = lambda microseconds: 330 - 52 * (math.log10(microseconds) + 0.5)
    print('<svg xmlns="http://www.w3.org/2000/svg" width="720" height="390" font-family="sans-serif" font-size="13">')
    print('<rect width="720" height="390" fill="white"/>')
    for power in range(3, 8):
        print(f'<path d="M{x(10**power):.0f} 20V340" stroke="#ddd"/>'
              f'<text x="{x(10**power):.0f}" y="358" text-anchor="middle">{10**power:,}</text>')
    for power in range(0, 6):
        print(f'<path d="M70 {y(10**power):.0f}H620" stroke="#ddd"/>'
              f'<text x="62" y="{y(10**power) + 4:.0f}" text-anchor="end">{10**power:,}</text>')
    print('<text x="345" y="380" text-anchor="middle">parameters</text>'
          '<text x="16" y="180" text-anchor="middle" transform="rotate(-90 16 180)">microseconds per sample</text>')
    for (name, times), color in zip(points.items(), ("#b5521b", "#1b6ab5", "#2a8a3c")):
        corners = " ".join(f"{x(p):.1f},{y(t):.1f}" for p, t in zip(parameters, times))
        print(f'<polyline points="{corners}" fill="none" stroke="{color}" stroke-width="2"/>')
        print("".join(f'<circle cx="{x(p):.1f}" cy="{y(t):.1f}" r="3" fill="{color}"/>' for p, t in zip(parameters, times)))
        print(f'<text x="{x(parameters[-1]) + 8:.0f}" y="{y(times[-1]) + 4:.0f}" fill="{color}">{name}</text>')
    print("</svg>")


if __name__ == "__main__":
    if sys.argv[1:2] in (["--table"], ["--growth"]):
        {"--table": table, "--growth": growth}[sys.argv[1]](sys.argv[2])
        sys.exit()
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    folder, peer, work = sys.argv[1:4]
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)  # before numpy is imported: it reads them then
    import numpy as np

    sizes, batch, rate, count = WORKS[work]
    xs = read(folder, "train-images-idx3-ubyte")[:count].reshape(count, 784) / 255
    ys = np.where(read(folder, "train-labels-idx1-ubyte")[:count, None] == np.arange(10), 0.9, 0.1)
    if work == "without-zeros":
        xs = np.random.default_rng(2).uniform(0.01, 1, xs.shape)
    {"objects": objects, "numpy": numpy_matrices, "torch": torch_modules}[peer](
        sizes, batch, rate, count, xs, ys, threads)
