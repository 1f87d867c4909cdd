"""Shows the object graph in LLDB: summaries and children for its types, and commands to look and to step.

    command script import src/graph/debugger_lldb.py

    v self, v node, v connection     a node with its connections, a connection with the nodes at its ends
    v upstream[0]                    an id shows what it points at
    v nodes[4].delta                 a field of a node
    bp-node LAYER INDEX              a node as Network::dump prints it; bp-layer LAYER, bp-network likewise
    bp-step                          on to the next line of src/graph
    bp-next-node                     on to the next node's formula
    bp-json                          the network as a picture (JSON for the VS Code extension Debug Visualizer)

The texts are those of debugger.gdb.py; tests/program/debugger compares them. docs/debugging.md is a guided session.
"""

import json
import os
import re
import shlex

import lldb

GRAPH_FOLDER = os.path.join("src", "graph")
FORMULAS = [
    "backprop::graph::node::Node::calc_output",
    "backprop::graph::node::Node::calc_output_layer_delta",
    "backprop::graph::node::Node::calc_hidden_layer_delta",
    "backprop::graph::const_node::ConstNode::calc_hidden_layer_delta",
    # After the last node come the weights.
    "backprop::graph::network::Network::update_weight",
]
# Plain `step` passes over these: the standard library, whose names LLDB shows as `core::...` or `_$LT$alloc..vec..`.
STEP_AVOID = r"^(core|alloc|std)::|^<(core|alloc|std)::|^_\$LT\$(core|alloc|std|usize)"
STEP_SETTING = "target.process.thread.step-avoid-regexp"
# So many steps through other people's code, and bp-step gives up.
PATIENCE = 5000
# So many numbers of a sample are shown.
NUMBERS_SHOWN = 10
# An editor asks for all children at once. Of a long list it gets so many, and the others in pages.
PAGE = 100
# So many nodes of a layer are drawn.
NODES_DRAWN = 12
# What the breakpoints of bp-next-node are called. (A name with a hyphen is none to LLDB.)
NEXT_NODE = "bp_next_node"


# Reading Rust values ------------------------------------------------------------------------------------------------


class Missing(Exception):
    """What was looked for is not there, or not yet."""


def plain(value):
    """The value itself, as the compiler describes it; what a reference refers to."""
    value = value.GetNonSyntheticValue()
    while value.GetType().IsPointerType():
        value = value.Dereference().GetNonSyntheticValue()
    return value


def type_name(value):
    return value.GetType().GetUnqualifiedType().GetName() or ""


def field(value, name):
    found = value.GetNonSyntheticValue().GetChildMemberWithName(name)
    if not found.IsValid():
        raise Missing(name)
    return found


def integer(value):
    error = lldb.SBError()
    number = value.GetValueAsUnsigned(error)
    if error.Fail():
        raise Missing(value.GetName())
    return number


def double(value):
    error = lldb.SBError()
    number_read = value.GetData().GetDouble(error, 0)
    if error.Fail():
        raise Missing(value.GetName())
    return number_read


def number(value):
    """A float; 0 for −0, as a formula that begins with 0 leaves it."""
    return double(value) + 0.0


class List:
    """A slice, a Vec or an array, wherever it is: its length and its items."""

    def __init__(self, value):
        value = value.GetNonSyntheticValue()
        self.target = value.GetTarget()
        start = value.GetChildMemberWithName("data_ptr")
        if start.IsValid():
            self.item_type = start.GetType().GetPointeeType()
            self.length = integer(field(value, "length"))
        elif value.GetType().IsArrayType():
            start = value.AddressOf()
            self.item_type = value.GetType().GetArrayElementType()
            self.length = value.GetNumChildren()
        else:
            self.item_type = value.GetType().GetTemplateArgumentType(0)
            start = field(value, "buf")
            while not start.GetType().IsPointerType():
                start = pointer_field(start)
            self.length = integer(field(value, "len"))
        self.start = integer(start)
        self.size = self.item_type.GetByteSize()

    def __len__(self):
        return self.length

    def item(self, place, name=None):
        if not 0 <= place < self.length:
            raise Missing("%d of %d" % (place, self.length))
        return self.value(place, self.item_type, name or "[%d]" % place)

    def page(self, first, last, name):
        """The items from first up to last, as an array."""
        return self.value(first, self.item_type.GetArrayType(last - first), name)

    def value(self, place, kind, name):
        address = lldb.SBAddress(self.start + place * self.size, self.target)
        return self.target.CreateValueFromAddress(name, address, kind)


def pointer_field(struct):
    """The field on the way from RawVec down to its raw pointer; the names are the standard library's own."""
    for name in ("inner", "ptr", "pointer"):
        found = struct.GetChildMemberWithName(name)
        if found.IsValid():
            return found
    if struct.GetNumChildren() == 0:
        raise Missing("pointer")
    return struct.GetChildAtIndex(0)


def inner(value):
    """The Node or ConstNode inside an AnyNode; any other value as it is."""
    value = plain(value)
    if not type_name(value).endswith("::AnyNode"):
        return value
    variants = field(value, "$variants$")
    for i in range(variants.GetNumChildren()):
        variant = variants.GetChildAtIndex(i)
        if variant.GetName() == "$variant$%d" % integer(field(variant, "$discr$")):
            return field(variant, "value").GetChildAtIndex(0)
    raise Missing("a node of a known kind")


def is_const(node):
    return type_name(node).endswith("::ConstNode")


def id_number(value):
    return integer(plain(value).GetChildAtIndex(0))


# The network in sight -----------------------------------------------------------------------------------------------


class Arena:
    """The list of all nodes and the list of all connections."""

    def __init__(self, nodes, connections):
        self.nodes = List(plain(nodes))
        self.connections = List(plain(connections))
        if indices(self.node(0)) != [0, 0]:
            raise Missing("a network")

    def node(self, place):
        return inner(self.nodes.item(place))

    def connection(self, place, name=None):
        return self.connections.item(place, name)

    def all_nodes(self):
        return (self.node(place) for place in range(len(self.nodes)))


# The arena that was found last, and when and where it was looked for: looking is what takes time.
last_found = (None, None)


def find_arena(frame):
    """The lists of the nearest network: in the selected function's variables, or in those of its callers."""
    global last_found
    if not frame.IsValid():
        return None
    thread = frame.GetThread()
    process = thread.GetProcess()
    here = (process.GetUniqueID(), process.GetStopID(), thread.GetIndexID(), frame.GetFrameID())
    if last_found[0] != here:
        last_found = (here, search_arena(thread, frame.GetFrameID()))
    return last_found[1]


def search_arena(thread, first_frame):
    for place in range(first_frame, thread.GetNumFrames()):
        for nodes, connections in candidates(thread.GetFrameAtIndex(place)):
            try:
                return Arena(nodes, connections)
            except Missing:
                continue  # Not what it seemed, or not initialised yet.
    return None


def candidates(frame):
    for variable in frame.GetVariables(True, True, False, True):
        if "backprop::graph::network::Network" in (variable.GetTypeName() or ""):
            network = plain(variable)
            connections = network.GetChildMemberWithName("connections").GetChildMemberWithName("connections")
            yield network.GetChildMemberWithName("nodes"), connections
    nodes, connections = frame.FindVariable("nodes"), frame.FindVariable("connections")
    if nodes.IsValid() and connections.IsValid():
        yield nodes, connections


def selected_frame(target):
    return target.GetProcess().GetSelectedThread().GetSelectedFrame()


def arena_of(value):
    """The network in sight where someone looks at this value."""
    return find_arena(selected_frame(value.GetTarget()))


# What a node and a connection look like -----------------------------------------------------------------------------


def indices(node):
    return [integer(field(node, "layer_index")), integer(field(node, "node_index"))]


def place(node):
    return "%d-%d" % tuple(indices(node))


def node_line(node):
    kind = "ConstNode" if is_const(node) else "Node"
    numbers = (kind, place(node), number(field(node, "output")), number(field(node, "delta")))
    line = "%s %s output=%.6f delta=%.6f" % numbers
    return line + " kept=%.6f" % kept(node) if kept(node) != 1 else line


def kept(node):
    """What others read of the output, as a share: not 1 only under dropout."""
    return 1.0 if is_const(node) else number(field(node, "kept"))


def connection_ends(connection, arena):
    upstream = place(arena.node(id_number(field(connection, "upstream_node"))))
    downstream = place(arena.node(id_number(field(connection, "downstream_node"))))
    return "(%s) -> (%s)" % (upstream, downstream)


def connection_line(connection, arena):
    if arena is None:
        ends = (id_number(field(connection, "upstream_node")), id_number(field(connection, "downstream_node")))
        ends = "%d -> %d" % ends
    else:
        ends = connection_ends(connection, arena)
    numbers = (ends, number(field(connection, "weight")), number(field(connection, "gradient")))
    return "%s weight=%.6f gradient=%.6f" % numbers


def dump_connections(ids, arena):
    ids = List(ids)
    for i in range(len(ids)):
        connection = arena.connection(id_number(ids.item(i)))
        yield "\t%s = %.6f" % (connection_ends(connection, arena), double(field(connection, "weight")))


def dump_node(node, arena):
    """The lines of Node::dump and ConstNode::dump."""
    if is_const(node):
        yield "%s: output: 1" % place(node)
    else:
        numbers = (place(node), double(field(node, "output")), double(field(node, "delta")))
        line = "%s: output: %.6f delta: %.6f" % numbers
        yield line + " kept: %.6f" % kept(node) if kept(node) != 1 else line
    yield "\tdownstream:"
    yield from dump_connections(field(node, "downstream"), arena)
    if not is_const(node):
        yield "\tupstream:"
        yield from dump_connections(field(node, "upstream"), arena)


# Summaries ----------------------------------------------------------------------------------------------------------


def summary(describe):
    """A summary that LLDB can ask for at any time: before a value is initialised there is none."""

    def described(value, _session):
        try:
            return describe(plain(value))
        except Missing:
            return ""

    described.__name__ = describe.__name__
    return described


@summary
def node_summary(value):
    """Node 1-0 output=0.649426 delta=0.000382"""
    return node_line(inner(value))


@summary
def connection_summary(connection):
    """(0-0) -> (1-0) weight=0.274137 gradient=0.000000"""
    return connection_line(connection, arena_of(connection))


@summary
def id_summary(value):
    """NodeId(4) and what it points at."""
    kind = type_name(value).rsplit("::", 1)[1]
    text = "%s(%d)" % (kind, id_number(value))
    arena = arena_of(value)
    if arena is None:
        return text
    if kind == "NodeId":
        return "%s: %s" % (text, node_line(arena.node(id_number(value))))
    return "%s: %s" % (text, connection_line(arena.connection(id_number(value)), arena))


@summary
def list_summary(value):
    """12 nodes"""
    items = List(value)
    nouns = {"AnyNode": "nodes", "Connection": "connections", "Layer": "layers", "double": "numbers"}
    noun = nouns.get(type_name_end(items.item_type), "ids")
    return "%d %s" % (len(items), noun)


def type_name_end(kind):
    return kind.GetName().rsplit("::", 1)[-1]


@summary
def layer_summary(layer):
    """Layer 1: 4 neurons and a constant node"""
    count = len(List(field(layer, "nodes"))) - 1
    neurons = "1 neuron" if count == 1 else "%d neurons" % count
    return "Layer %d: %s and a constant node" % (integer(field(layer, "layer_index")), neurons)


@summary
def network_summary(network):
    """Network 3-4-2: 12 nodes, 26 connections"""
    layers = List(field(network, "layers"))
    sizes = [len(List(field(layers.item(i), "nodes"))) - 1 for i in range(len(layers))]
    nodes, connections = List(field(network, "nodes")), List(connection_list(field(network, "connections")))
    return "Network %s: %d nodes, %d connections" % ("-".join(map(str, sizes)), len(nodes), len(connections))


def connection_list(connections):
    return field(connections, "connections")


@summary
def connections_summary(connections):
    """26 connections"""
    return "%d connections" % len(List(connection_list(connections)))


@summary
def numbers_summary(value):
    """Sample [0.658875, 0.213732, 0.856233]"""
    numbers = List(value.GetChildAtIndex(0))
    shown = ["%.6f" % number(numbers.item(i)) for i in range(min(len(numbers), NUMBERS_SHOWN))]
    if len(numbers) > NUMBERS_SHOWN:
        shown.append("... %d in all" % len(numbers))
    return "%s [%s]" % (type_name(value).rsplit("::", 1)[1], ", ".join(shown))


# Children: made when they are asked for, one by one ------------------------------------------------------------------


def in_pages(first, last):
    """Ranges that cover the places from first up to last: single ones, or pages, at most PAGE of them."""
    size = 1
    while (last - first) > PAGE * size:
        size *= PAGE
    return [(start, min(start + size, last)) for start in range(first, last, size)]


def ranges(length):
    """The first PAGE places one by one, the others in pages."""
    return in_pages(0, min(PAGE, length)) + (in_pages(PAGE, length) if length > PAGE else [])


class Children:
    """What LLDB asks of the children of a value. A part is (name, how to make the child)."""

    def __init__(self, value, _session):
        self.value = value
        self.parts = []
        # Fields that can be named (`v nodes[4].delta`), and are not listed.
        self.fields = {}

    def update(self):
        try:
            self.parts = self.list_parts(plain(self.value))
        except Missing:
            self.parts = []
        return False

    def has_children(self):
        return True

    def num_children(self, _most=None):
        return len(self.parts)

    def get_child_at_index(self, place):
        try:
            if place >= len(self.parts):
                return list(self.fields.values())[place - len(self.parts)]
            name, make = self.parts[place]
            return make(name)
        except (Missing, IndexError):
            return None

    def get_child_index(self, name):
        for place, (known, _) in enumerate(self.parts):
            if known == name:
                return place
        if name in self.fields:
            return len(self.parts) + list(self.fields).index(name)
        return -1


def parts_of(items, spans, make, prefix="", base=0):
    """A part for each span of a list: an item, or a page of several. The list's first item has the number `base`."""
    for first, last in spans:
        if last - first == 1:
            name = "%s[%d]" % (prefix, base + first)
            yield name, lambda name, first=first: make(first, name)
        else:
            name = "%s[%d..%d]" % (prefix, base + first, base + last - 1)
            yield name, lambda name, first=first, last=last: items.page(first, last, name)


class NodeChildren(Children):
    """The connections on both sides."""

    def list_parts(self, value):
        node = inner(value)
        self.fields = {child.GetName(): child for child in node}
        parts = []
        for side in ("downstream",) if is_const(node) else ("upstream", "downstream"):
            ids = List(field(node, side))
            parts += parts_of(ids, ranges(len(ids)), connection_of(ids), side)
        return parts


def connection_of(ids):
    """Makes the connection that the id at a place of a list stands for."""

    def make(place, name):
        arena = find_arena(selected_frame(ids.target))
        if arena is None:
            return ids.item(place, name)
        return arena.connection(id_number(ids.item(place)), name)

    return make


class ListChildren(Children):
    """The items."""

    def list_parts(self, value):
        items = List(value)
        return list(parts_of(items, ranges(len(items)), items.item))


class PageChildren(Children):
    """A page, named `[100..199]` or, in a node, `upstream[100..199]`: its items with their numbers."""

    def list_parts(self, value):
        items = List(value)
        found = re.match(r"(\w*)\[(\d+)\.\.", self.value.GetName() or "")
        prefix, base = (found.group(1), int(found.group(2))) if found else ("", 0)
        make = connection_of(items) if prefix else items.item
        return list(parts_of(items, in_pages(0, len(items)), make, prefix, base))


class LayerChildren(Children):
    """The nodes' ids."""

    def list_parts(self, layer):
        ids = List(field(layer, "nodes"))
        return list(parts_of(ids, ranges(len(ids)), ids.item, "nodes"))


class ConnectionsChildren(Children):
    """The connections."""

    def list_parts(self, connections):
        items = List(connection_list(connections))
        return list(parts_of(items, ranges(len(items)), items.item))


# The network as a picture -------------------------------------------------------------------------------------------


def computing(frame, arena):
    """What the program is computing, or has just computed: `1-0`, a node, `(0-0) -> (1-0)`, a connection, or nothing."""
    thread = frame.GetThread()
    for level in range(frame.GetFrameID(), thread.GetNumFrames()):
        for name in ("self", "node"):
            variable = thread.GetFrameAtIndex(level).FindVariable(name)
            kind = re.search(r"::(AnyNode|Node|ConstNode|Connection)( \*)*$", variable.GetTypeName() or "")
            try:
                if kind and kind.group(1) == "Connection":
                    return connection_ends(plain(variable), arena)
                if kind:
                    return place(inner(variable))
            except Missing:
                continue  # Not initialised yet.
    return ""


def draw(arena, mark):
    """The network as a graph for Debug Visualizer, drawn as `backprop dot` draws it, `mark` in yellow."""
    # Of a large layer the first nodes are drawn; what is marked, wherever it stands.
    marked = re.findall(r"\d+-\d+", mark)
    drawn, left_out = {}, {}
    for number_of_node, node in enumerate(arena.all_nodes()):
        layer, index = indices(node)
        if is_const(node) and len(List(field(node, "downstream"))) == 0:
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
        ids = List(field(node, "downstream"))
        for i in range(len(ids)):
            connection = arena.connection(id_number(ids.item(i)))
            if id_number(field(connection, "downstream_node")) in drawn:
                edges.append(draw_connection(connection, arena, mark))
    return {"kind": {"graph": True}, "nodes": nodes, "edges": edges}


def draw_node(node, mark):
    name = place(node)
    label, colour = name + "\n1", "lightgrey"
    if not is_const(node):
        numbers = (name, number(field(node, "output")), number(field(node, "delta")))
        label, colour = "%s\noutput %.6f\ndelta %.6f" % numbers, "white"
    return {"id": name, "label": label, "color": "gold" if name == mark else colour, "shape": "box"}


def draw_connection(connection, arena, mark):
    name = connection_ends(connection, arena)
    upstream, downstream = re.findall(r"\d+-\d+", name)
    weight = number(field(connection, "weight"))
    colour, style = ("firebrick", "dashed") if weight < 0 else ("royalblue", "solid")
    colour = "gold" if name == mark else colour
    return {"id": name, "from": upstream, "to": downstream, "label": "%.6f" % weight, "color": colour, "style": style}


def graph_json(frame=None):
    """What bp-json prints. CodeLLDB calls it by itself, and leaves the frame in lldb.frame: .vscode/settings.json."""
    frame = frame or lldb.frame
    arena = find_arena(frame)
    if arena is None:
        raise Missing(NO_NETWORK)
    return json.dumps(draw(arena, computing(frame, arena)))


# Commands -----------------------------------------------------------------------------------------------------------

NO_NETWORK = "no network in sight: stop in a function of src/graph, or in one that holds a Network"


def command(run):
    """A command of LLDB. Its help is the docstring; its first words there are its name and what it wants."""

    def checked(debugger, text, context, result, _session):
        usage = run.__doc__.splitlines()[0]
        words = shlex.split(text)
        try:
            if len(words) != len(usage.split(":")[0].split()[1:]):
                raise Missing("usage: " + usage)
            if not context.GetFrame():
                raise Missing("the program is not running; type run first")
            run(debugger, words, context.GetFrame(), result)
        except Missing as missing:
            result.SetError(str(missing))
        except ValueError:
            result.SetError("usage: " + usage)

    checked.__name__, checked.__doc__ = run.__name__, run.__doc__
    return checked


def print_nodes(words, frame, result):
    wanted = [int(word) for word in words]
    arena = find_arena(frame)
    if arena is None:
        raise Missing(NO_NETWORK)
    found = [node for node in arena.all_nodes() if indices(node)[: len(wanted)] == wanted]
    if not found:
        raise Missing("there is no %s %s" % ("node" if len(wanted) == 2 else "layer", "-".join(words)))
    for node in found:
        for line in dump_node(node, arena):
            result.AppendMessage(line)


@command
def bp_node(_debugger, words, frame, result):
    """bp-node LAYER INDEX: print a node as Network::dump does. Layers and indices count from 0."""
    print_nodes(words, frame, result)


@command
def bp_layer(_debugger, words, frame, result):
    """bp-layer LAYER: print the nodes of a layer as Network::dump does. Layers count from 0."""
    print_nodes(words, frame, result)


@command
def bp_network(_debugger, words, frame, result):
    """bp-network: print the whole network as Network::dump does."""
    print_nodes(words, frame, result)


@command
def bp_json(_debugger, _words, frame, result):
    """bp-json: print the network as the JSON that the VS Code extension Debug Visualizer draws."""
    result.AppendMessage(graph_json(frame))


def in_graph(frame):
    """Whether a frame is a line of src/graph. (Of id.rs it is not: an id that becomes an index is no formula.)"""
    file = frame.GetLineEntry().GetFileSpec()
    return (file.GetDirectory() or "").endswith(GRAPH_FOLDER) and file.GetFilename() != "id.rs"


class StepInGraph:
    """A thread plan: step after step until a line of src/graph."""

    def __init__(self, plan, *_session):
        self.plan = plan
        self.start = where(plan.GetThread())
        self.steps = 0
        self.step = self.next_step()

    def next_step(self):
        self.steps += 1
        entry = self.plan.GetThread().GetFrameAtIndex(0).GetLineEntry()
        start, end = entry.GetStartAddress(), entry.GetEndAddress()
        size = end.GetFileAddress() - start.GetFileAddress() if entry.IsValid() else 0
        return self.plan.QueueThreadPlanForStepInRange(start, size)

    def explains_stop(self, _event):
        return False

    def should_stop(self, _event):
        if not self.step.IsPlanComplete():
            return False
        thread = self.plan.GetThread()
        if self.steps < PATIENCE and not (in_graph(thread.GetFrameAtIndex(0)) and where(thread) != self.start):
            self.step = self.next_step()
            return False
        self.plan.SetPlanComplete(True)
        return True

    def should_step(self):
        return False

    def is_stale(self):
        return False


def where(thread):
    frame = thread.GetFrameAtIndex(0)
    return (frame.GetLineEntry().GetLine(), frame.GetFunctionName(), thread.GetNumFrames())


@command
def bp_step(debugger, _words, frame, result):
    """bp-step: step to the next line of src/graph, however much of the standard library lies between."""
    thread = frame.GetThread()
    thread.StepUsingScriptedThreadPlan(__name__ + ".StepInGraph")
    show_where(debugger, thread.GetProcess(), result)


# The program that bp-next-node was asked for last.
asked_for = None


@command
def bp_next_node(debugger, _words, frame, result):
    """bp-next-node: run to the next node's formula; after the last node, to where the weights are updated."""
    global asked_for
    process = frame.GetThread().GetProcess()
    target = process.GetTarget()
    asked_for = process.GetUniqueID()
    delete_stops(target)
    for function in FORMULAS:
        stop = target.BreakpointCreateByName(function)
        stop.AddName(NEXT_NODE)
        stop.SetScriptCallbackFunction(__name__ + ".arrived")
    process.Continue()
    if not debugger.GetAsync():
        delete_stops(target)
    show_where(debugger, process, result)


def arrived(frame, _location, _arguments, _session):
    """At the next node's formula: these breakpoints are for one stop, and not for a later run of the program."""
    process = frame.GetThread().GetProcess()
    delete_stops(process.GetTarget())
    return process.GetUniqueID() == asked_for


def delete_stops(target):
    stops = lldb.SBBreakpointList(target)
    target.FindBreakpointsByName(NEXT_NODE, stops)
    for number in [stops.GetBreakpointAtIndex(i).GetID() for i in range(stops.GetSize())]:
        target.BreakpointDelete(number)


def show_where(debugger, process, result):
    """The line, once the program has stopped. An editor does not wait; it is told when that is."""
    if debugger.GetAsync():
        return
    if process.GetState() != lldb.eStateStopped:
        raise Missing("the program has ended")
    repeat(debugger, "frame select 0", result)


def repeat(debugger, text, result):
    """Runs a command of LLDB and passes its answer on."""
    answer = lldb.SBCommandReturnObject()
    debugger.GetCommandInterpreter().HandleCommand(text, answer)
    result.AppendMessage(answer.GetOutput().rstrip("\n"))


@command
def bp_back_node(_debugger, _words, _frame, _result):
    """bp-back-node: only gdb can run a program backwards."""
    raise Missing("LLDB cannot go back; gdb can (record full), and so can `backprop step` with the left arrow")


COMMANDS = [bp_node, bp_layer, bp_network, bp_step, bp_next_node, bp_back_node, bp_json]

# Type names, and what is shown of them. LLDB's regular expressions have no \w.
OURS = "^backprop::graph::[a-z_]+::"
ITEM = "(AnyNode|Connection|NodeId|ConnectionId|Layer)"
SHOWN = [
    # A node's connections stand below it; of a node in a list only its line, or they would bury the list.
    (OURS + "(Const)?Node$", node_summary, NodeChildren, True),
    (OURS + "AnyNode$", node_summary, NodeChildren, False),
    (OURS + "Connection$", connection_summary, None, False),
    (OURS + "(Node|Connection)Id$", id_summary, None, False),
    (OURS + "Layer$", layer_summary, LayerChildren, True),
    (OURS + "Network$", network_summary, None, False),
    (OURS + "Connections$", connections_summary, ConnectionsChildren, True),
    (r"^(&(mut )?\[|alloc::vec::Vec<)backprop::graph::[a-z_]+::" + ITEM + r"(\]|,.*>)$", list_summary, ListChildren, True),
    (OURS + ITEM + r" ?\[[0-9]+\]$", list_summary, PageChildren, False),
    (r"^&(mut )?\[f64\]$", list_summary, ListChildren, True),
    ("^backprop::sample::(Sample|Label)$", numbers_summary, None, False),
]
CATEGORY = "backprop"


def __lldb_init_module(debugger, _session):
    category = debugger.CreateCategory(CATEGORY)
    for pattern, describe, children, expand in SHOWN:
        name = lldb.SBTypeNameSpecifier(pattern, True)
        options = lldb.eTypeOptionCascade | (0 if expand else lldb.eTypeOptionHideChildren)
        body = lldb.SBTypeSummary.CreateWithFunctionName("%s.%s" % (__name__, describe.__name__), options)
        category.AddTypeSummary(name, body)
        if children:
            body = lldb.SBTypeSynthetic.CreateWithClassName("%s.%s" % (__name__, children.__name__))
            category.AddTypeSynthetic(name, body)
    # The category that is enabled last comes first: before those for Rust's own types.
    category.SetEnabled(False)
    category.SetEnabled(True)
    for run in COMMANDS:
        add = 'command script add --overwrite --synchronicity current --help "%s" --function %s.%s %s'
        name = run.__name__.replace("_", "-")
        debugger.HandleCommand(add % (run.__doc__.split(": ", 1)[1], __name__, run.__name__, name))
    avoided = debugger.GetInternalVariableValue(STEP_SETTING, debugger.GetInstanceName())
    if avoided.GetSize() == 0 or avoided.GetStringAtIndex(0) in ("", "^std::"):
        debugger.HandleCommand("settings set %s %s" % (STEP_SETTING, STEP_AVOID))
