"""Shows the object graph in gdb: printers for its types, and commands to look and to step.

Rust embeds this file and debugger_common.py into every debug build that uses backprop::graph (see graph/mod.rs). gdb
loads them by itself once it may: `add-auto-load-safe-path` with the folder of the program. Otherwise:
`source src/graph/debugger.gdb.py`.

    print self, node, connection     a node with its connections, a connection with the nodes at its ends
    print upstream[0]                an id prints what it points at
    bp-node LAYER INDEX              a node as Network::dump prints it; bp-layer LAYER, bp-network likewise
    print $bp_node(1, 0).delta       a field of a node
    bp-step                          on to the next line of src/graph
    bp-next-node                     on to the next node's formula; bp-back-node, back to the one before (record full)
    bp-json                          the network as a picture (JSON for the VS Code extension Debug Visualizer)

The texts are in debugger_common.py; this file reads the values and has the commands of gdb. docs/debugging.md is a guided
session.
"""

import functools
import os
import re

import gdb


# Reading Rust values ------------------------------------------------------------------------------------------------


def reading(read):
    """A reader that raises Missing where gdb cannot read: not initialised yet, or out of reach."""

    @functools.wraps(read)
    def checked(*arguments):
        try:
            return read(*arguments)
        except (gdb.error, StopIteration, KeyError, RuntimeError, TypeError) as error:
            raise Missing(str(error)) from None

    return checked


class Value:
    """A value, or the value that a reference refers to."""

    @reading
    def __init__(self, raw):
        while raw.type.code == gdb.TYPE_CODE_PTR:
            raw = raw.dereference()
        self.raw = raw

    def type_name(self):
        return str(self.raw.type.strip_typedefs().unqualified())

    @reading
    def field(self, name):
        return Value(self.raw[name])

    @reading
    def first(self):
        return self.field(self.raw.type.fields()[0].name)

    @reading
    def integer(self):
        return int(self.raw)

    @reading
    def double(self):
        return float(self.raw)

    @reading
    def inner(self):
        if not self.type_name().endswith("::AnyNode"):
            return self
        variant = next(field for field in self.raw.type.fields() if not field.artificial)
        return self.field(variant.name).first()

    def items(self):
        return List(self.raw)


class List:
    """A slice or a Vec, wherever it is: its length and its items."""

    @reading
    def __init__(self, raw):
        if "data_ptr" in [field.name for field in raw.type.fields()]:
            self.start = raw["data_ptr"]
            self.length = int(raw["length"])
        else:
            pointer = raw["buf"]
            while pointer.type.code != gdb.TYPE_CODE_PTR:
                pointer = pointer[pointer_field(pointer.type)]
            self.start = pointer.cast(raw.type.template_argument(0).pointer())
            self.length = int(raw["len"])

    def __len__(self):
        return self.length

    def item_type_name(self):
        return str(self.start.type.target().unqualified())

    @reading
    def item(self, index):
        if not 0 <= index < self.length:
            raise Missing("%d of %d" % (index, self.length))
        return Value((self.start + index).dereference())


def pointer_field(struct):
    """The field on the way from RawVec down to its raw pointer; the names are the standard library's own."""
    names = [field.name for field in struct.fields()]
    for name in ("inner", "ptr", "pointer"):
        if name in names:
            return name
    return names[0]


class Frame:
    """The variables of a function that is being run."""

    def __init__(self, frame):
        self.frame = frame

    @functools.cached_property
    def variables(self):
        return dict(frame_variables(self.frame))

    def variable(self, name):
        return self.variables.get(name)

    def networks(self):
        return [value for value in self.variables.values()
                if value.type_name().endswith("::graph::network::Network")]


def frame_variables(frame):
    """Every argument and local variable that has a value here; of one name, the innermost."""
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
                    yield symbol.name, Value(symbol.value(frame))
                except (gdb.error, RuntimeError, Missing):
                    pass  # Optimised out, or out of reach.
        if block.function is not None:
            return
        block = block.superblock


def frames():
    """The selected function and its callers."""
    try:
        frame = gdb.selected_frame()
    except gdb.error:
        return
    while frame is not None:
        yield Frame(frame)
        frame = frame.older()


def find_arena():
    return nearest_arena(frames())


# Printers -----------------------------------------------------------------------------------------------------------


class Printer:
    """A line, and what is below it: pairs of a name and a value."""

    def __init__(self, value, line, has_children):
        self.to_string = lambda: line
        # To an editor gdb gives either the line or the children.
        if has_children:
            self.children = lambda: children(value)
            if all(name == "" for name, _, _ in lists_below(value)):
                self.display_hint = lambda: "array"


def children(value):
    for name, listed, are_connections in lists_below(value):
        arena = find_arena() if are_connections else None
        for index in range(len(listed)):
            item = listed.item(index)
            yield "%s[%d]" % (name, index), (arena.connection(id_number(item)) if arena else item).raw


def lookup_printer(raw):
    """gdb asks this for every value it prints: a printer for ours, None for all others."""
    try:
        value = Value(raw)
        found = line_of(value, find_arena)
        return Printer(value, *found) if found else None
    except (gdb.error, Missing):
        return None  # Not initialised yet: gdb prints the raw value.


lookup_printer.name = "backprop"


# Commands -----------------------------------------------------------------------------------------------------------


class Command(gdb.Command):
    """A command with the help that both debuggers give."""

    def __init__(self, name, kind, run):
        self.__doc__ = HELP.get(name, run.__doc__)
        self.run = run
        super().__init__(name, kind)

    def invoke(self, argument, _from_tty):
        try:
            words = gdb.string_to_argv(argument)
            check_words(self.__doc__, words)
            self.run(*words)
        except Missing as missing:
            raise gdb.GdbError(str(missing)) from None


def dump(*words):
    for line in dump_nodes([str(int(gdb.parse_and_eval(word))) for word in words], find_arena()):
        gdb.write(line + "\n")


class NodeFunction(gdb.Function):
    """$bp_node(layer, index): the node itself, as in print $bp_node(1, 0).output"""

    def __init__(self):
        super().__init__("bp_node")

    def invoke(self, layer, index):
        try:
            for node in needed(find_arena()).all_nodes():
                if indices(node) == [int(layer), int(index)]:
                    return node.raw
        except Missing as missing:
            raise gdb.GdbError(str(missing)) from None
        raise gdb.GdbError("there is no node %d-%d" % (int(layer), int(index)))


def running_frame():
    try:
        return gdb.selected_frame()
    except gdb.error:
        raise Missing(NOT_RUNNING) from None


class Quietly:
    """Hides what gdb prints within."""

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


def step():
    frame = running_frame()
    function = (frame.name(), frame.level())
    line = (frame.find_sal().line, function)
    for _ in range(PATIENCE):
        try:
            with Quietly():
                gdb.execute("step", to_string=True)
            frame = gdb.newest_frame()
        except gdb.error:
            raise Missing(ENDED) from None
        table = frame.find_sal().symtab
        is_ours = table is not None and in_graph(table.filename)
        if is_ours and (frame.find_sal().line, (frame.name(), frame.level())) != line:
            show_where(before=function)
            return
    gdb.write("no line of src/graph in %d steps; stopped here:\n" % PATIENCE)
    show_where()


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
    except gdb.error as error:
        if how == "continue":
            raise Missing(ENDED) from None
        if "does not support" in str(error):
            raise Missing("gdb can go back only over what it has recorded: type record full first") from None
        raise Missing("gdb cannot go back on this processor: %s" % error) from None
    finally:
        for stop in stops:
            if stop.is_valid():
                stop.delete()
    show_where()


def back_node():
    """bp-back-node: run backwards to the beginning of the last node's formula, over what `record full` has recorded."""
    run_to_a_formula("reverse-continue")


def begin_in_gdb():
    """Registers all of this with gdb, once the other file is loaded."""
    if any(getattr(printer, "name", "") == "backprop" for printer in gdb.pretty_printers):
        return
    gdb.pretty_printers.append(lookup_printer)
    NodeFunction()
    for name in ("bp-node", "bp-layer", "bp-network"):
        Command(name, gdb.COMMAND_DATA, dump)
    Command("bp-json", gdb.COMMAND_DATA, lambda: gdb.write(graph_json(frames()) + "\n"))
    Command("bp-step", gdb.COMMAND_RUNNING, step)
    Command("bp-next-node", gdb.COMMAND_RUNNING, lambda: run_to_a_formula("continue"))
    Command("bp-back-node", gdb.COMMAND_RUNNING, back_node)


# gdb runs the two files of the program in either order: the second one begins. When this one is sourced by hand, the
# other is in the same folder.
if "nearest_arena" in globals():
    begin_in_gdb()
elif "__file__" in globals():
    common = os.path.join(os.path.dirname(__file__), "debugger_common.py")
    if os.path.exists(common):
        gdb.execute("source " + common)
