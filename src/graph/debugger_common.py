"""What gdb and LLDB show of the object graph: the part that is the same in both.

The program carries this file and debugger.gdb.py, and gdb runs both as one. debugger_lldb.py imports it. Each of the
two gives it the values of the program in one form:

    value.type_name()  value.field(name)  value.first()      a struct, its field with that name, its first field
    value.integer()    value.double()     value.inner()      a number; the Node or ConstNode inside an AnyNode
    value.items()                                            a slice, a Vec or an array: len(items), items.item(place),
                                                             items.item_type_name()
    frame.variable(name)  frame.networks()                   a variable by its name, or None; those that are networks

A value that is a reference is the value it refers to. What is not there, or not yet, raises Missing.
"""

import itertools
import json
import os
import re

GRAPH_FOLDER = os.path.join("src", "graph") + os.sep
# Here an id becomes an index, and the list of connections a slice: these are not formulas.
NO_FORMULAS = ("id.rs", "connections.rs")
FORMULAS = [
    "backprop::graph::node::Node::calc_output",
    "backprop::graph::node::Node::calc_output_layer_delta",
    "backprop::graph::node::Node::calc_hidden_layer_delta",
    "backprop::graph::const_node::ConstNode::calc_hidden_layer_delta",
    # After the last node come the weights.
    "backprop::graph::network::Network::update_weight",
]
# The number of steps through other people's code after which bp-step gives up.
PATIENCE = 5000
# How many numbers of a sample are shown.
NUMBERS_SHOWN = 10
# How many nodes of a layer are drawn.
NODES_DRAWN = 12

HELP = {
    "bp-node": "bp-node LAYER INDEX: print a node as Network::dump does. Layers and indices count from 0.",
    "bp-layer": "bp-layer LAYER: print the nodes of a layer as Network::dump does. Layers count from 0.",
    "bp-network": "bp-network: print the whole network as Network::dump does.",
    "bp-step": "bp-step: step to the next line of src/graph, however much of the standard library lies between.",
    "bp-next-node": "bp-next-node: run to the next node's formula; after the last node, "
                    "to where the weights are updated.",
    "bp-json": "bp-json: print the network as the JSON that the VS Code extension Debug Visualizer draws.",
}
NO_NETWORK = "no network in sight: stop in a function of src/graph, or in one that holds a Network"
NOT_RUNNING = "the program is not running; type run first"
ENDED = "the program has ended"


class Missing(Exception):
    """Something is not there, or not yet."""


def check_words(usage, words):
    """Raises Missing unless a command was given as many words as its usage, a text of HELP, names."""
    if len(words) != len(usage.split(":")[0].split()) - 1:
        raise Missing("usage: " + usage)


def in_graph(path):
    """Returns whether a source file holds the graph's formulas."""
    return GRAPH_FOLDER in path and os.path.basename(path) not in NO_FORMULAS


# The network in sight -----------------------------------------------------------------------------------------------


class Arena:
    """The list of all nodes and the list of all connections."""

    def __init__(self, nodes, connections):
        self.nodes = items(nodes)
        self.connections = items(connections)
        if indices(self.node(0)) != [0, 0]:
            raise Missing("a network")

    def node(self, index):
        return self.nodes.item(index).inner()

    def connection(self, index):
        return self.connections.item(index)

    def all_nodes(self):
        return (self.node(index) for index in range(len(self.nodes)))


def nearest_arena(frames):
    """Returns the lists of the nearest network: in a function's variables, or in those of its callers; or None."""
    for frame in frames:
        for nodes, connections in candidates(frame):
            try:
                return Arena(nodes, connections)
            except Missing:
                continue  # Not what it seemed, or not initialised yet.
    return None


def candidates(frame):
    for network in frame.networks():
        yield network.field("nodes"), network.field("connections")
    nodes, connections = frame.variable("nodes"), frame.variable("connections")
    if nodes is not None and connections is not None:
        yield nodes, connections


def needed(arena):
    """Returns the arena, which a command cannot do without."""
    if arena is None:
        raise Missing(NO_NETWORK)
    return arena


# What a node and a connection look like -----------------------------------------------------------------------------


def items(value):
    """Returns the items of a list, of Connections and Links as well."""
    wrapped = {"Connections": "connections", "Links": "ids"}.get(type_name_end(value.type_name()))
    return (value.field(wrapped) if wrapped else value).items()


def type_name_end(name):
    return name.rsplit("::", 1)[-1]


def number(value):
    """Returns a float; 0 for −0, as a formula that begins with 0 leaves it."""
    return value.double() + 0.0


def id_number(value):
    return value.first().integer()


def is_const(node):
    return node.type_name().endswith("::ConstNode")


def indices(node):
    return [node.field("layer_index").integer(), node.field("node_index").integer()]


def place(node):
    return "%d-%d" % tuple(indices(node))


def kept(node):
    """Returns the factor on the output before others read it: other than 1 only under dropout."""
    return 1.0 if is_const(node) else number(node.field("kept"))


def sides(node):
    """Returns the names of a node's lists of connections."""
    return ("downstream",) if is_const(node) else ("upstream", "downstream")


def node_line(node):
    """Node 1-0 output=0.649426 delta=0.000382"""
    node = node.inner()
    kind = type_name_end(node.type_name())
    numbers = (kind, place(node), number(node.field("output")), number(node.field("delta")))
    line = "%s %s output=%.6f delta=%.6f" % numbers
    return line + " kept=%.6f" % kept(node) if kept(node) != 1 else line


def connection_ends(connection, arena):
    upstream = place(arena.node(id_number(connection.field("upstream_node"))))
    downstream = place(arena.node(id_number(connection.field("downstream_node"))))
    return "(%s) -> (%s)" % (upstream, downstream)


def connection_line(connection, arena):
    """(0-0) -> (1-0) weight=0.274137 gradient=0.000000"""
    if arena is None:
        ends = (id_number(connection.field("upstream_node")), id_number(connection.field("downstream_node")))
        ends = "%d -> %d" % ends
    else:
        ends = connection_ends(connection, arena)
    numbers = (ends, number(connection.field("weight")), number(connection.field("gradient")))
    return "%s weight=%.6f gradient=%.6f" % numbers


def id_line(value, arena):
    """NodeId(4) and what it points at."""
    kind = type_name_end(value.type_name())
    text = "%s(%d)" % (kind, id_number(value))
    if arena is None:
        return text
    if kind == "NodeId":
        return "%s: %s" % (text, node_line(arena.node(id_number(value))))
    return "%s: %s" % (text, connection_line(arena.connection(id_number(value)), arena))


def list_line(value):
    """12 nodes"""
    listed = items(value)
    nouns = {"AnyNode": "nodes", "Connection": "connections", "Layer": "layers", "double": "numbers"}
    return "%d %s" % (len(listed), nouns.get(type_name_end(listed.item_type_name()), "ids"))


def layer_line(layer):
    """Layer 1: 4 neurons and a constant node"""
    count = neuron_count(layer)
    neurons = "1 neuron" if count == 1 else "%d neurons" % count
    return "Layer %d: %s and a constant node" % (layer.field("layer_index").integer(), neurons)


def neuron_count(layer):
    return len(items(layer.field("nodes"))) - 1


def network_line(network):
    """Network 3-4-2: 12 nodes, 26 connections"""
    layers = items(network.field("layers"))
    sizes = "-".join(str(neuron_count(layers.item(index))) for index in range(len(layers)))
    counts = (sizes, len(items(network.field("nodes"))), len(items(network.field("connections"))))
    return "Network %s: %d nodes, %d connections" % counts


def numbers_line(value):
    """Sample [0.658875, 0.213732, 0.856233]"""
    numbers = value.first().items()
    shown = ["%.6f" % number(numbers.item(index)) for index in range(min(len(numbers), NUMBERS_SHOWN))]
    if len(numbers) > NUMBERS_SHOWN:
        shown.append("... %d in all" % len(numbers))
    return "%s [%s]" % (type_name_end(value.type_name()), ", ".join(shown))


# What is shown of which type ------------------------------------------------------------------------------------------


# LLDB's regular expressions have no \\w.
OURS = "backprop::graph::[a-z_]+::"
ITEM = "(AnyNode|Connection|NodeId|ConnectionId|Layer)"
# Type names; what describes such a value in a line, and whether it needs the network in sight; whether what the value
# consists of is listed below. A node's connections are; of a node in a list only the line, or they would bury the list.
SHOWN = [
    ("^" + OURS + "(Const)?Node$", node_line, False, True),
    ("^" + OURS + "AnyNode$", node_line, False, False),
    ("^" + OURS + "Connection$", connection_line, True, False),
    ("^" + OURS + "(Node|Connection)Id$", id_line, True, False),
    ("^" + OURS + "Layer$", layer_line, False, True),
    ("^" + OURS + "Network$", network_line, False, False),
    ("^" + OURS + "(Connections|Links)$", list_line, False, True),
    (r"^(&(mut )?\[|alloc::vec::Vec<)" + OURS + ITEM + r"(\]|(,.*)?>)$", list_line, False, True),
    ("^backprop::sample::(Sample|Label)$", numbers_line, False, False),
]


def line_of(value, find_arena):
    """Returns the line for a value and whether something is listed below it; nothing for a value of another type."""
    for pattern, describe, needs_arena, has_children in SHOWN:
        if re.match(pattern, value.type_name()):
            return describe(value, find_arena()) if needs_arena else describe(value), has_children
    return None


def lists_below(value):
    """Yields what a value consists of: names, lists, and whether they are the ids of connections to be shown."""
    kind = type_name_end(value.type_name())
    if kind in ("AnyNode", "Node", "ConstNode"):
        node = value.inner()
        for side in sides(node):
            yield side, items(node.field(side)), True
    elif kind == "Layer":
        yield "nodes", items(value.field("nodes")), False
    else:
        yield "", items(value), False


def dump_nodes(words, arena):
    """Yields the lines of a node (two words), of a layer (one) or of all nodes as Network::dump has them."""
    wanted = [int(word) for word in words]
    found = [node for node in needed(arena).all_nodes() if indices(node)[: len(wanted)] == wanted]
    if not found:
        raise Missing("there is no %s %s" % ("node" if len(wanted) == 2 else "layer", "-".join(words)))
    for node in found:
        yield from dump_node(node, arena)


def dump_node(node, arena):
    if is_const(node):
        yield "%s: output: 1" % place(node)
    else:
        numbers = (place(node), node.field("output").double(), node.field("delta").double())
        line = "%s: output: %.6f delta: %.6f" % numbers
        yield line + " kept: %.6f" % kept(node) if kept(node) != 1 else line
    for side in reversed(sides(node)):
        yield "\t%s:" % side
        for connection in connections_of(node, side, arena):
            yield "\t%s = %.6f" % (connection_ends(connection, arena), connection.field("weight").double())


def connections_of(node, side, arena):
    ids = items(node.field(side))
    return (arena.connection(id_number(ids.item(index))) for index in range(len(ids)))


# The network as a picture -------------------------------------------------------------------------------------------


def graph_json(frames):
    """Returns what bp-json prints."""
    # Callers are looked up one by one, and no further than needed: that is what takes time.
    to_arena, to_object = itertools.tee(frames)
    arena = needed(nearest_arena(to_arena))
    return json.dumps(draw(arena, computing(to_object, arena)))


def computing(frames, arena):
    """Returns what is computed here, or was just now: `1-0`, a node; `(0-0) -> (1-0)`, a connection; or nothing."""
    for frame in frames:
        for name in ("self", "node"):
            value = frame.variable(name)
            try:
                kind = "" if value is None else type_name_end(value.type_name())
                if kind == "Connection":
                    return connection_ends(value, arena)
                if kind in ("AnyNode", "Node", "ConstNode"):
                    return place(value.inner())
            except Missing:
                continue  # Not initialised yet.
    return ""


def draw(arena, mark):
    """Returns the network as a graph for Debug Visualizer, drawn as `backprop dot` draws it, `mark` in yellow."""
    # Of a large layer the first nodes are drawn, and what is marked, wherever it is.
    marked = re.findall(r"\d+-\d+", mark)
    drawn, left_out = {}, {}
    for number_of_node, node in enumerate(arena.all_nodes()):
        layer, index = indices(node)
        if is_const(node) and len(items(node.field("downstream"))) == 0:
            continue  # It feeds nothing.
        if index < NODES_DRAWN or is_const(node) or place(node) in marked:
            drawn[number_of_node] = node
        else:
            left_out[layer] = left_out.get(layer, 0) + 1
    nodes = [draw_node(node, mark) for node in drawn.values()]
    for layer, count in left_out.items():
        nodes.append({"id": "%d-more" % layer, "label": "%d more" % count, "color": "white", "shape": "box"})
    edges = []
    for node in drawn.values():
        for connection in connections_of(node, "downstream", arena):
            if id_number(connection.field("downstream_node")) in drawn:
                edges.append(draw_connection(connection, arena, mark))
    return {"kind": {"graph": True}, "nodes": nodes, "edges": edges}


def draw_node(node, mark):
    name = place(node)
    label, colour = name + "\n1", "lightgrey"
    if not is_const(node):
        numbers = (name, number(node.field("output")), number(node.field("delta")))
        label, colour = "%s\noutput %.6f\ndelta %.6f" % numbers, "white"
    return {"id": name, "label": label, "color": "gold" if name == mark else colour, "shape": "box"}


def draw_connection(connection, arena, mark):
    name = connection_ends(connection, arena)
    upstream, downstream = re.findall(r"\d+-\d+", name)
    weight = number(connection.field("weight"))
    colour, style = ("firebrick", "dashed") if weight < 0 else ("royalblue", "solid")
    colour = "gold" if name == mark else colour
    return {"id": name, "from": upstream, "to": downstream, "label": "%.6f" % weight, "color": colour, "style": style}


# gdb runs the two files of the program in either order: the second one begins.
if "begin_in_gdb" in globals():
    begin_in_gdb()
