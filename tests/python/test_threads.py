"""Training that would last for hours, another Python thread at the same time, and Ctrl-C.

Each program ends as soon as the other thread has done its work, on a slow machine as on a fast one; where that thread never
has its turn, the time limit ends it.
"""

import signal
import subprocess
import sys

import pytest

LIMIT = 300  # seconds; a program takes one or two

NETWORKS = {
    "bp": """
from backprop_graph.bp import Network
network = Network([50, 50, 10], seed=0)
weights = lambda: network.weights
train = lambda: network.train([[0.9] * 10] * 3, [[0.5] * 50] * 3, 0.1, 10**12, progress=False)
""",
    "fc": """
from backprop_graph.fc import Network
network = Network([50, 50, 10])
weights = lambda: network.layers[0].W.copy()
train = lambda: network.train([np.full((10, 1), 0.9)] * 3, [np.full((50, 1), 0.5)] * 3, 0.1, 10**12, progress=False)
""",
    "network2": """
from backprop_graph.network2 import Network
network = Network([50, 50, 10])
weights = lambda: network.weights[0].copy()
train = lambda: network.SGD([(np.full((50, 1), 0.5), np.full((10, 1), 0.9))] * 500_000, 10**12, 100, 0.1)
""",
}

PROGRAM = """
import _thread, threading
import numpy as np
from backprop_graph import _progress

begun = threading.Event()
_progress.Progress.__call__ = lambda self, done: begun.set()
{network}
def work():
    begun.wait()
    {work}
    _thread.interrupt_main()

before = weights()
threading.Thread(target=work).start()
try:
    train()
except KeyboardInterrupt:
    print("interrupted, weights are", "as before" if (weights() == before).all() else "trained")
"""


def run(network: str, work: str) -> str:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    program = PROGRAM.format(network=NETWORKS[network], work=work)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("network", NETWORKS)
def test_other_threads_run_while_a_network_trains_and_ctrl_c_ends_it_with_the_weights_so_far(network: str) -> None:
    assert run(network, "assert sum(range(1_000_000)) > 0") == "interrupted, weights are trained\n"


def test_other_threads_may_look_at_a_network_that_trains_and_change_it() -> None:
    looks = "[(network.predict([0.5] * 50), network.layers[1].nodes[0].output) for look in range(100)]"
    change = "network.connections.connections[0].weight = 7.0"
    assert run("bp", f"{looks}; {change}") == "interrupted, weights are trained\n"
