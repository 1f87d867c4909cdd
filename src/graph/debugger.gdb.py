"""Shows the object graph in gdb: printers for its types, and commands to look and to step.

Rust embeds this file into every debug build that uses backprop::graph (see graph/mod.rs). gdb loads it by itself once
it may: `add-auto-load-safe-path` with the folder of the program. Otherwise: `source src/graph/debugger.gdb.py`.

    print self, node, connection     a node with its connections, a connection with the nodes at its ends
    print upstream[0]                an id prints what it points at
    bp-node LAYER INDEX              a node as Network::dump prints it; bp-layer LAYER, bp-network likewise
    print $bp_node(1, 0).delta       a field of a node
    bp-step                          on to the next line of src/graph
    bp-next-node                     on to the next node's formula; bp-back-node, back to the one before (record full)
    bp-json                          the network as a picture (JSON for the VS Code extension Debug Visualizer)

The texts are those of debugger_lldb.py; tests/program/debugger compares them.
docs/debugging.md is a guided session.
"""

import json
import os
import re

import gdb

GRAPH_FOLDER = os.path.join("src", "graph") + os.sep
FORMULAS = [
    "backprop::graph::node::Node::calc_output",
    "backprop::graph::node::Node::calc_output_layer_delta",
    "backprop::graph::node::Node::calc_hidden_layer_delta",
    "backprop::graph::const_node::ConstNode::calc_hidden_layer_delta",
    # After the last node come the weights.
    "backprop::graph::network::Network::update_weight",
]
# So many steps through other people's code, and bp-step gives up.
PATIENCE = 5000
# So many numbers of a sample are shown.
NUMBERS_SHOWN = 10
# So many nodes of a layer are drawn.
NODES_DRAWN = 12


# Reading Rust values ------------------------------------------------------------------------------------------------


class List:
    """A slice or a Vec, wherever it is: its length and its items."""

    def __init__(self, value):
        fields = [field.name for field in value.type.fields()]
        if "data_ptr" in fields:
            self.start = value["data_ptr"]
            self.length = int(value["length"])
        else:
            item = value.type.template_argument(0)
            pointer = value["buf"]
            while pointer.type.code != gdb.TYPE_CODE_PTR:
                pointer = pointer[pointer_field(pointer.type)]
            self.start = pointer.cast(item.pointer())
            self.length = int(value["len"])

    def __len__(self):
        return self.length

    def __getitem__(self, place):
        if not 0 <= place < self.length:
            raise IndexError(place)
        return (self.start + place).dereference()


def pointer_field(struct):
    """The field on the way from RawVec down to its raw pointer; the names are the standard library's own."""
    names = [field.name for field in struct.fields()]
    for name in ("inner", "ptr", "pointer"):
        if name in names:
            return name
    return names[0]


def type_name(value):
    return str(value.type.strip_typedefs().unqualified())


def follow(value):
    """What a reference refers to; the value itself if it is none."""
    while value.type.code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    return value


def inner(any_node):
    """The Node or ConstNode inside an AnyNode; any other value as it is."""
    if not type_name(any_node).endswith("::AnyNode"):
        return any_node
    variant = next(field for field in any_node.type.fields() if not field.artificial)
    return any_node[variant.name][variant_payload(any_node[variant.name])]


def variant_payload(variant):
    return variant.type.fields()[0].name


def is_const(node):
    return type_name(node).endswith("::ConstNode")


def id_number(value):
    return int(value[value.type.fields()[0].name])


# The network in sight -----------------------------------------------------------------------------------------------


class Arena:
    """The list of all nodes and the list of all connections."""

    def __init__(self, nodes, connections):
        self.nodes = List(nodes)
        self.connections = List(connections)
        first = inner(self.nodes[0])
        if indices(first) != [0, 0]:
            raise IndexError("not a network, or not one yet")

    def node(self, place):
        return inner(self.nodes[place])

    def connection(self, place):
        return self.connections[place]

    def all_nodes(self):
        return [inner(self.nodes[place]) for place in range(len(self.nodes))]


def find_arena():
    """The lists of the nearest network: in the selected function's variables, or in those of its callers."""
    try:
        frame = gdb.selected_frame()
    except gdb.error:
        return None
    while frame is not None:
        variables = dict(frame_variables(frame))
        candidates = [(value["nodes"], value["connections"]["connections"])
                      for value in variables.values() if type_name(value).endswith("::graph::network::Network")]
        if "nodes" in variables and "connections" in variables:
            candidates.append((variables["nodes"], variables["connections"]))
        for nodes, connections in candidates:
            try:
                return Arena(nodes, connections)
            except (gdb.error, IndexError, StopIteration, KeyError):
                continue  # Not what it seemed, or not initialised yet.
        frame = frame.older()
    return None


def frame_variables(frame):
    """Every argument and local variable that has a value here, references followed; of one name, the innermost."""
    try:
        block = frame.block()
    except RuntimeError:
        return  # A function without debug information.
    seen = set()
    while block is not None:
        for symbol in block:
            if (symbol.is_argument or symbol.is_variable) and symbol.name not in seen:
                seen.add(symbol.name)
                try:
                    yield symbol.name, follow(symbol.value(frame))
                except (gdb.error, RuntimeError):
                    pass  # Optimised out, or out of reach.
        if block.function is not None:
            return
        block = block.superblock


# What a node and a connection look like -----------------------------------------------------------------------------


def indices(node):
    return [int(node["layer_index"]), int(node["node_index"])]


def place(node):
    return "%d-%d" % tuple(indices(node))


def node_line(node):
    kind = "ConstNode" if is_const(node) else "Node"
    line = "%s %s output=%.6f delta=%.6f" % (kind, place(node), number(node["output"]), number(node["delta"]))
    return line + " kept=%.6f" % kept(node) if kept(node) != 1 else line


def kept(node):
    """What others read of the output, as a share: not 1 only under dropout."""
    return 1.0 if is_const(node) else number(node["kept"])


def number(value):
    """A float; 0 for −0, as a formula that begins with 0 leaves it."""
    return float(value) + 0.0


def connection_ends(connection, arena):
    upstream = place(arena.node(id_number(connection["upstream_node"])))
    downstream = place(arena.node(id_number(connection["downstream_node"])))
    return "(%s) -> (%s)" % (upstream, downstream)


def connection_line(connection, arena):
    if arena is None:
        ends = "%d -> %d" % (id_number(connection["upstream_node"]), id_number(connection["downstream_node"]))
    else:
        ends = connection_ends(connection, arena)
    return "%s weight=%.6f gradient=%.6f" % (ends, number(connection["weight"]), number(connection["gradient"]))


def dump_connections(ids, arena):
    ids = List(ids)
    for i in range(len(ids)):
        connection = arena.connection(id_number(ids[i]))
        yield "\t%s = %.6f" % (connection_ends(connection, arena), float(connection["weight"]))


def dump_node(node, arena):
    """The lines of Node::dump and ConstNode::dump."""
    if is_const(node):
        yield "%s: output: 1" % place(node)
    else:
        line = "%s: output: %.6f delta: %.6f" % (place(node), float(node["output"]), float(node["delta"]))
        yield line + " kept: %.6f" % kept(node) if kept(node) != 1 else line
    yield "\tdownstream:"
    yield from dump_connections(node["downstream"], arena)
    if not is_const(node):
        yield "\tupstream:"
        yield from dump_connections(node["upstream"], arena)


# Printers -----------------------------------------------------------------------------------------------------------


class NodePrinter:
    """Node 1-0 output=0.649426 delta=0.000382, and its connections; of a node in a list only its line."""

    def __init__(self, value):
        self.node = inner(value)
        # gdb prints children in braces behind the line, where they would bury a list. To an editor it gives either the
        # line or the children.
        if not type_name(value).endswith("::AnyNode"):
            self.children = self.connections

    def to_string(self):
        return node_line(self.node)

    def connections(self):
        arena = find_arena()
        for side in ("upstream", "downstream"):
            if side == "upstream" and is_const(self.node):
                continue
            ids = List(self.node[side])
            for i in range(len(ids)):
                yield "%s[%d]" % (side, i), ids[i] if arena is None else arena.connection(id_number(ids[i]))


class ConnectionPrinter:
    """(0-0) -> (1-0) weight=0.274137 gradient=0.000000"""

    def __init__(self, value):
        self.connection = value

    def to_string(self):
        return connection_line(self.connection, find_arena())


class IdPrinter:
    """NodeId(4) and what it points at."""

    def __init__(self, value):
        self.value = value
        self.kind = type_name(value).rsplit("::", 1)[1]

    def to_string(self):
        arena = find_arena()
        text = "%s(%d)" % (self.kind, id_number(self.value))
        if arena is None:
            return text
        if self.kind == "NodeId":
            return "%s: %s" % (text, node_line(arena.node(id_number(self.value))))
        return "%s: %s" % (text, connection_line(arena.connection(id_number(self.value)), arena))


class ListPrinter:
    """How many there are, and each of them."""

    def __init__(self, value):
        self.list = List(value)
        self.what = re.search(r"::(AnyNode|Connection|NodeId|ConnectionId|Layer)[],>]", type_name(value)).group(1)

    def to_string(self):
        noun = {"AnyNode": "nodes", "Connection": "connections", "Layer": "layers"}.get(self.what, "ids")
        return "%d %s" % (len(self.list), noun)

    def children(self):
        for i in range(len(self.list)):
            yield "[%d]" % i, self.list[i]

    def display_hint(self):
        return "array"


class LayerPrinter:
    """Layer 1: 4 neurons and a constant node."""

    def __init__(self, value):
        self.layer = value
        self.ids = List(value["nodes"])

    def to_string(self):
        count = len(self.ids) - 1
        neurons = "1 neuron" if count == 1 else "%d neurons" % count
        return "Layer %d: %s and a constant node" % (int(self.layer["layer_index"]), neurons)

    def children(self):
        return (("nodes[%d]" % i, self.ids[i]) for i in range(len(self.ids)))


class NetworkPrinter:
    """Network 3-4-2: 11 nodes, 26 connections."""

    def __init__(self, value):
        self.layers = List(value["layers"])
        self.nodes = List(value["nodes"])
        self.connections = List(value["connections"]["connections"])

    def to_string(self):
        sizes = [len(List(self.layers[i]["nodes"])) - 1 for i in range(len(self.layers))]
        sizes = "-".join(str(size) for size in sizes)
        return "Network %s: %d nodes, %d connections" % (sizes, len(self.nodes), len(self.connections))


class ConnectionsPrinter:
    """26 connections."""

    def __init__(self, value):
        self.connections = List(value["connections"])

    def to_string(self):
        return "%d connections" % len(self.connections)

    def children(self):
        return (("[%d]" % i, self.connections[i]) for i in range(len(self.connections)))

    def display_hint(self):
        return "array"


class NumbersPrinter:
    """Sample [0.658875, 0.213732, 0.856233]"""

    def __init__(self, value):
        self.kind = type_name(value).rsplit("::", 1)[1]
        self.numbers = List(value["__0"])

    def to_string(self):
        shown = ["%.6f" % float(self.numbers[i]) for i in range(min(len(self.numbers), NUMBERS_SHOWN))]
        if len(self.numbers) > NUMBERS_SHOWN:
            shown.append("... %d in all" % len(self.numbers))
        return "%s [%s]" % (self.kind, ", ".join(shown))


OURS = r"backprop::graph::\w+::"
PRINTERS = [
    (re.compile(OURS + r"(Any|Const)?Node$"), NodePrinter),
    (re.compile(OURS + r"Connection$"), ConnectionPrinter),
    (re.compile(OURS + r"(Node|Connection)Id$"), IdPrinter),
    (re.compile(OURS + r"Layer$"), LayerPrinter),
    (re.compile(OURS + r"Network$"), NetworkPrinter),
    (re.compile(OURS + r"Connections$"), ConnectionsPrinter),
    (re.compile(r"(&(mut )?\[|alloc::vec::Vec<)" + OURS + r"(AnyNode|Connection|NodeId|ConnectionId|Layer)[],>]"),
     ListPrinter),
    (re.compile(r"backprop::sample::(Sample|Label)$"), NumbersPrinter),
]


def lookup_printer(value):
    """gdb asks this for every value it prints: a printer for ours, None for all others."""
    try:
        target = follow(value) if value.type.code == gdb.TYPE_CODE_PTR else value
        name = type_name(target)
        for pattern, printer in PRINTERS:
            if pattern.match(name):
                return printer(target)
    except (gdb.error, IndexError, StopIteration):
        pass  # Not initialised yet: gdb prints the raw value.
    return None


lookup_printer.name = "backprop"


# The network as a picture -------------------------------------------------------------------------------------------


def computing(frame, arena):
    """What the program is computing, or has just computed: `1-0`, a node, `(0-0) -> (1-0)`, a connection, or nothing."""
    while frame is not None:
        variables = dict(frame_variables(frame))
        for name in ("self", "node"):
            kind = type_name(variables[name]).rsplit("::", 1)[-1] if name in variables else ""
            try:
                if kind == "Connection":
                    return connection_ends(variables[name], arena)
                if kind in ("AnyNode", "Node", "ConstNode"):
                    return place(inner(variables[name]))
            except (gdb.error, IndexError, StopIteration):
                continue  # Not initialised yet.
        frame = frame.older()
    return ""


def draw(arena, mark):
    """The network as a graph for Debug Visualizer, drawn as `backprop dot` draws it, `mark` in yellow."""
    # Of a large layer the first nodes are drawn; what is marked, wherever it stands.
    marked = re.findall(r"\d+-\d+", mark)
    drawn, left_out = {}, {}
    for number_of_node, node in enumerate(arena.all_nodes()):
        layer, index = indices(node)
        if is_const(node) and len(List(node["downstream"])) == 0:
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
        ids = List(node["downstream"])
        for i in range(len(ids)):
            connection = arena.connection(id_number(ids[i]))
            if id_number(connection["downstream_node"]) in drawn:
                edges.append(draw_connection(connection, arena, mark))
    return {"kind": {"graph": True}, "nodes": nodes, "edges": edges}


def draw_node(node, mark):
    name = place(node)
    label, colour = name + "\n1", "lightgrey"
    if not is_const(node):
        numbers = (name, number(node["output"]), number(node["delta"]))
        label, colour = "%s\noutput %.6f\ndelta %.6f" % numbers, "white"
    return {"id": name, "label": label, "color": "gold" if name == mark else colour, "shape": "box"}


def draw_connection(connection, arena, mark):
    name = connection_ends(connection, arena)
    upstream, downstream = re.findall(r"\d+-\d+", name)
    weight = number(connection["weight"])
    colour, style = ("firebrick", "dashed") if weight < 0 else ("royalblue", "solid")
    colour = "gold" if name == mark else colour
    return {"id": name, "from": upstream, "to": downstream, "label": "%.6f" % weight, "color": colour, "style": style}


# Commands -----------------------------------------------------------------------------------------------------------


def arena_in_sight():
    arena = find_arena()
    if arena is None:
        raise gdb.GdbError("no network in sight: stop in a function of src/graph, or in one that holds a Network")
    return arena


class DumpCommand(gdb.Command):
    """Prints nodes as Network::dump does."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_DATA)
        self.arguments = self.__doc__.splitlines()[0].split(":")[0].split()[1:]

    def invoke(self, argument, _from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != len(self.arguments):
            raise gdb.GdbError("usage: " + self.__doc__.splitlines()[0])
        wanted = [int(gdb.parse_and_eval(word)) for word in words]
        arena = arena_in_sight()
        found = False
        for node in arena.all_nodes():
            if indices(node)[: len(wanted)] == wanted:
                found = True
                for line in dump_node(node, arena):
                    gdb.write(line + "\n")
        if not found:
            raise gdb.GdbError("there is no %s %s" % ("node" if len(wanted) == 2 else "layer", "-".join(words)))


class BpNode(DumpCommand):
    """bp-node LAYER INDEX: print a node as Network::dump does. Layers and indices count from 0."""


class BpLayer(DumpCommand):
    """bp-layer LAYER: print the nodes of a layer as Network::dump does. Layers count from 0."""


class BpNetwork(DumpCommand):
    """bp-network: print the whole network as Network::dump does."""


class NodeFunction(gdb.Function):
    """$bp_node(layer, index): the node itself, as in print $bp_node(1, 0).output"""

    def __init__(self):
        super().__init__("bp_node")

    def invoke(self, layer, index):
        for node in arena_in_sight().all_nodes():
            if indices(node) == [int(layer), int(index)]:
                return node
        raise gdb.GdbError("there is no node %d-%d" % (int(layer), int(index)))


def running_frame():
    try:
        return gdb.selected_frame()
    except gdb.error:
        raise gdb.GdbError("the program is not running; type run first") from None


def in_graph(frame):
    """Whether a frame is a line of src/graph. (Of id.rs it is not: an id that becomes an index is no formula.)"""
    table = frame.find_sal().symtab
    if table is None:
        return False
    name = table.filename
    return GRAPH_FOLDER in name and not name.endswith("id.rs")


class Quietly:
    """What gdb does within is not shown."""

    def __enter__(self):
        gdb.execute("set suppress-cli-notifications on")

    def __exit__(self, *_exception):
        gdb.execute("set suppress-cli-notifications off")


def show_where(before=None):
    """As gdb after a step: the line, and the function if it is another one than before."""
    text = gdb.execute("frame", to_string=True)
    frame = gdb.newest_frame()
    if before is not None and (frame.name(), frame.level()) == before:
        text = text.splitlines()[-1] + "\n"
    gdb.write(text)


class BpStep(gdb.Command):
    """bp-step: step to the next line of src/graph, however much of the standard library lies between."""

    def __init__(self):
        super().__init__("bp-step", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        frame = running_frame()
        function = (frame.name(), frame.level())
        line = (frame.find_sal().line, function)
        for _ in range(PATIENCE):
            try:
                with Quietly():
                    gdb.execute("step", to_string=True)
                frame = gdb.newest_frame()
            except gdb.error:
                raise gdb.GdbError("the program has ended") from None
            if in_graph(frame) and (frame.find_sal().line, (frame.name(), frame.level())) != line:
                show_where(before=function)
                return
        gdb.write("no line of src/graph in %d steps; stopped here:\n" % PATIENCE)
        show_where()


class BpJson(gdb.Command):
    """bp-json: print the network as the JSON that the VS Code extension Debug Visualizer draws."""

    def __init__(self):
        super().__init__("bp-json", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        arena = arena_in_sight()
        gdb.write(json.dumps(draw(arena, computing(gdb.selected_frame(), arena))) + "\n")


def run_to_a_formula(how):
    """Runs (`continue`, `reverse-continue`) until the program is at the beginning of a node's formula."""
    running_frame()
    stops = [gdb.Breakpoint(function, internal=True) for function in FORMULAS]
    for stop in stops:
        stop.silent = True
    try:
        with Quietly():
            gdb.execute(how, to_string=True)
        gdb.newest_frame()
    except gdb.error:
        unrecorded = "gdb can go back only over what it has recorded: type record full first"
        raise gdb.GdbError("the program has ended" if how == "continue" else unrecorded) from None
    finally:
        for stop in stops:
            if stop.is_valid():
                stop.delete()
    show_where()


class BpNextNode(gdb.Command):
    """bp-next-node: run to the next node's formula; after the last node, to where the weights are updated."""

    def __init__(self):
        super().__init__("bp-next-node", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        run_to_a_formula("continue")


class BpBackNode(gdb.Command):
    """bp-back-node: run backwards to the beginning of the last node's formula, over what `record full` has recorded."""

    def __init__(self):
        super().__init__("bp-back-node", gdb.COMMAND_RUNNING)

    def invoke(self, _argument, _from_tty):
        run_to_a_formula("reverse-continue")


if not any(getattr(printer, "name", "") == "backprop" for printer in gdb.pretty_printers):
    gdb.pretty_printers.append(lookup_printer)
    BpNode("bp-node")
    BpLayer("bp-layer")
    BpNetwork("bp-network")
    NodeFunction()
    BpStep()
    BpNextNode()
    BpBackNode()
    BpJson()
