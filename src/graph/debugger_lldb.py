"""Shows the object graph in LLDB: summaries and children for its types, and commands to look and to step.

    command script import src/graph/debugger_lldb.py

    v self, v node, v connection     a node with its connections, a connection with the nodes at its ends
    v upstream[0]                    an id shows what it points at
    v nodes[4].delta                 a field of a node
    bp-node LAYER INDEX              a node as Network::dump prints it; bp-layer LAYER, bp-network likewise
    bp-step                          on to the next line of src/graph
    bp-next-node                     on to the next node's formula
    bp-json                          the network as a picture (JSON for the VS Code extension Debug Visualizer)

The texts are in debugger_common.py, in the same folder; this file reads the values and has the commands of LLDB.
docs/debugging.md is a guided session.
"""

import os
import re
import shlex

import lldb

import debugger_common as common
from debugger_common import Missing, id_number, items

# Plain `step` passes over these: the standard library, whose names LLDB shows as `core::...` or `_$LT$alloc..vec..`,
# and where our list of connections becomes a slice.
STEP_AVOID = r"^(core|alloc|std)::|^<(core|alloc|std)::|^_\$LT\$(core|alloc|std|usize|backprop\.\.graph\.\.connections)"
STEP_SETTING = "target.process.thread.step-avoid-regexp"
# An editor asks for all children at once. Of a long list it gets this many, and the others in pages.
PAGE = 100
# The name of the breakpoints of bp-next-node. (LLDB accepts no hyphen in such a name.)
NEXT_NODE = "bp_next_node"


# Reading Rust values ------------------------------------------------------------------------------------------------


class Value:
    """A value as the compiler describes it, or the value that a reference refers to."""

    def __init__(self, raw):
        raw = raw.GetNonSyntheticValue()
        while raw.GetType().IsPointerType():
            raw = raw.Dereference().GetNonSyntheticValue()
        self.raw = raw

    def type_name(self):
        return self.raw.GetType().GetUnqualifiedType().GetName() or ""

    def field(self, name):
        return Value(self.found(self.raw.GetChildMemberWithName(name), name))

    def first(self):
        return Value(self.found(self.raw.GetChildAtIndex(0), "first field"))

    def found(self, value, name):
        if not value.IsValid():
            raise Missing(name)
        return value

    def integer(self):
        return integer(self.raw)

    def double(self):
        error = lldb.SBError()
        number = self.raw.GetData().GetDouble(error, 0)
        if error.Fail():
            raise Missing(self.raw.GetName())
        return number

    def inner(self):
        if not self.type_name().endswith("::AnyNode"):
            return self
        variants = self.field("$variants$").raw
        for i in range(variants.GetNumChildren()):
            variant = Value(variants.GetChildAtIndex(i))
            if variant.raw.GetName() == "$variant$%d" % variant.field("$discr$").integer():
                return variant.field("value").first()
        raise Missing("a node of a known kind")

    def items(self):
        return List(self.raw)


def integer(raw):
    error = lldb.SBError()
    number = raw.GetValueAsUnsigned(error)
    if error.Fail():
        raise Missing(raw.GetName())
    return number


class List:
    """A slice, a Vec or an array, wherever it is: its length and its items."""

    def __init__(self, raw):
        self.target = raw.GetTarget()
        start = raw.GetChildMemberWithName("data_ptr")
        if start.IsValid():
            self.item_type = start.GetType().GetPointeeType()
            self.length = integer(raw.GetChildMemberWithName("length"))
        elif raw.GetType().IsArrayType():
            start = raw.AddressOf()
            self.item_type = raw.GetType().GetArrayElementType()
            self.length = raw.GetNumChildren()
        else:
            self.item_type = raw.GetType().GetTemplateArgumentType(0)
            start = raw.GetChildMemberWithName("buf")
            while not start.GetType().IsPointerType():
                start = pointer_field(start)
            self.length = integer(raw.GetChildMemberWithName("len"))
        self.start = integer(start)
        self.size = self.item_type.GetByteSize()

    def __len__(self):
        return self.length

    def item_type_name(self):
        return self.item_type.GetName()

    def item(self, index):
        return Value(self.named_item(index, "[%d]" % index))

    def named_item(self, index, name):
        if not 0 <= index < self.length:
            raise Missing("%d of %d" % (index, self.length))
        return self.value(index, self.item_type, name)

    def page(self, first, last, name):
        """The items from first up to last, as an array."""
        return self.value(first, self.item_type.GetArrayType(last - first), name)

    def value(self, index, kind, name):
        address = lldb.SBAddress(self.start + index * self.size, self.target)
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


class Frame:
    """The variables of a function that is being run."""

    def __init__(self, frame):
        self.frame = frame

    def variable(self, name):
        found = self.frame.FindVariable(name)
        return Value(found) if found.IsValid() else None

    def networks(self):
        for variable in self.frame.GetVariables(True, True, False, True):
            if "backprop::graph::network::Network" in (variable.GetTypeName() or ""):
                yield Value(variable)


def frames(selected):
    """The selected function and its callers."""
    thread = selected.GetThread()
    return (Frame(thread.GetFrameAtIndex(level)) for level in range(selected.GetFrameID(), thread.GetNumFrames()))


# The arena that was found last, and when and where it was looked for: looking is what takes time.
last_found = (None, None)


def find_arena(frame):
    """The lists of the nearest network."""
    global last_found
    if not frame.IsValid():
        return None
    thread = frame.GetThread()
    process = thread.GetProcess()
    here = (process.GetUniqueID(), process.GetStopID(), thread.GetIndexID(), frame.GetFrameID())
    if last_found[0] != here:
        last_found = (here, common.nearest_arena(frames(frame)))
    return last_found[1]


def arena_in_sight(target):
    """The network in sight where someone looks at a value."""
    return find_arena(target.GetProcess().GetSelectedThread().GetSelectedFrame())


# Summaries ----------------------------------------------------------------------------------------------------------


def line(raw, _session):
    """The line of a value. LLDB can ask for it at any time: before the value is initialised it is empty."""
    try:
        value = Value(raw)
        return common.line_of(value, lambda: arena_in_sight(raw.GetTarget()))[0]
    except Missing:
        return ""


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

    def __init__(self, raw, _session):
        self.raw = raw
        self.parts = []
        # Fields that can be named (`v nodes[4].delta`), and are not listed.
        self.fields = {}

    def update(self):
        try:
            self.parts = list(self.list_parts(Value(self.raw)))
        except Missing:
            self.parts = []
        return False

    def list_parts(self, value):
        if re.search("Node$", value.type_name()):
            self.fields = {child.GetName(): child for child in value.inner().raw}
        for name, listed, are_connections in common.lists_below(value):
            make = connection_of(listed) if are_connections else listed.named_item
            yield from parts_of(listed, ranges(len(listed)), make, name)

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


def parts_of(listed, spans, make, prefix="", base=0):
    """A part for each span of a list: an item, or a page of several. The list's first item has the number `base`."""
    for first, last in spans:
        if last - first == 1:
            name = "%s[%d]" % (prefix, base + first)
            yield name, lambda name, first=first: make(first, name)
        else:
            name = "%s[%d..%d]" % (prefix, base + first, base + last - 1)
            yield name, lambda name, first=first, last=last: listed.page(first, last, name)


def connection_of(ids):
    """Makes the connection whose id is at a place of a list."""

    def make(index, name):
        arena = arena_in_sight(ids.target)
        if arena is None:
            return ids.named_item(index, name)
        return arena.connections.named_item(id_number(ids.item(index)), name)

    return make


class PageChildren(Children):
    """A page, named `[100..199]` or, in a node, `upstream[100..199]`: its items with their numbers."""

    def list_parts(self, value):
        listed = items(value)
        found = re.match(r"(\w*)\[(\d+)\.\.", self.raw.GetName() or "")
        prefix, base = (found.group(1), int(found.group(2))) if found else ("", 0)
        make = connection_of(listed) if prefix else listed.named_item
        return parts_of(listed, in_pages(0, len(listed)), make, prefix, base)


# Commands -----------------------------------------------------------------------------------------------------------


def graph_json(frame=None):
    """What bp-json prints. CodeLLDB calls it by itself, and leaves the frame in lldb.frame: .vscode/settings.json."""
    return common.graph_json(frames(frame or lldb.frame))


def command(name):
    """A command of LLDB."""

    def decorate(run):
        usage = common.HELP.get(name, run.__doc__)

        def checked(debugger, text, context, result, _session):
            words = shlex.split(text)
            try:
                common.check_words(usage, words)
                if not context.GetFrame():
                    raise Missing(common.NOT_RUNNING)
                run(debugger, words, context.GetFrame(), result)
            except Missing as missing:
                result.SetError(str(missing))
            except ValueError:
                result.SetError("usage: " + usage)

        checked.__doc__ = usage
        return checked

    return decorate


def print_nodes(_debugger, words, frame, result):
    for line in common.dump_nodes(words, find_arena(frame)):
        result.AppendMessage(line)


bp_node, bp_layer, bp_network = (command(name)(print_nodes) for name in ("bp-node", "bp-layer", "bp-network"))


@command("bp-json")
def bp_json(_debugger, _words, frame, result):
    result.AppendMessage(graph_json(frame))


def in_graph(frame):
    file = frame.GetLineEntry().GetFileSpec()
    return common.in_graph(os.path.join(file.GetDirectory() or "", file.GetFilename() or ""))


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
        if self.steps < common.PATIENCE and not (in_graph(thread.GetFrameAtIndex(0)) and where(thread) != self.start):
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


@command("bp-step")
def bp_step(debugger, _words, frame, result):
    thread = frame.GetThread()
    thread.StepUsingScriptedThreadPlan(__name__ + ".StepInGraph")
    show_where(debugger, thread.GetProcess(), result)


# The program that bp-next-node was asked for last.
asked_for = None


@command("bp-next-node")
def bp_next_node(debugger, _words, frame, result):
    global asked_for
    process = frame.GetThread().GetProcess()
    target = process.GetTarget()
    asked_for = process.GetUniqueID()
    delete_stops(target)
    for function in common.FORMULAS:
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
        raise Missing(common.ENDED)
    repeat(debugger, "frame select 0", result)


def repeat(debugger, text, result):
    """Runs a command of LLDB and passes its answer on."""
    answer = lldb.SBCommandReturnObject()
    debugger.GetCommandInterpreter().HandleCommand(text, answer)
    result.AppendMessage(answer.GetOutput().rstrip("\n"))


@command("bp-back-node")
def bp_back_node(_debugger, _words, _frame, _result):
    """bp-back-node: only gdb can run a program backwards."""
    raise Missing("LLDB cannot go back; gdb can (record full), and so can `backprop step` with the left arrow")


COMMANDS = ["bp-node", "bp-layer", "bp-network", "bp-step", "bp-next-node", "bp-back-node", "bp-json"]

PAGES = "^" + common.OURS + common.ITEM + r" ?\[[0-9]+\]$"
# What only LLDB needs help with: pages, and slices of numbers.
common.SHOWN += [(PAGES, common.list_line, False, False), (r"^&(mut )?\[f64\]$", common.list_line, False, True)]
CATEGORY = "backprop"


def __lldb_init_module(debugger, _session):
    category = debugger.CreateCategory(CATEGORY)
    for pattern, _, _, has_children in common.SHOWN:
        name = lldb.SBTypeNameSpecifier(pattern, True)
        options = lldb.eTypeOptionCascade | (0 if has_children else lldb.eTypeOptionHideChildren)
        category.AddTypeSummary(name, lldb.SBTypeSummary.CreateWithFunctionName(__name__ + ".line", options))
        # The fields of a node in a list can be named (`v nodes[4].delta`), though they are not shown.
        if has_children or "AnyNode$" in pattern or pattern == PAGES:
            children = ".PageChildren" if pattern == PAGES else ".Children"
            category.AddTypeSynthetic(name, lldb.SBTypeSynthetic.CreateWithClassName(__name__ + children))
    # The category that is enabled last comes first: before those for Rust's own types.
    category.SetEnabled(False)
    category.SetEnabled(True)
    for name in COMMANDS:
        add = 'command script add --overwrite --synchronicity current --help "%s" --function %s.%s %s'
        function = name.replace("-", "_")
        debugger.HandleCommand(add % (globals()[function].__doc__.split(": ", 1)[1], __name__, function, name))
    avoided = debugger.GetInternalVariableValue(STEP_SETTING, debugger.GetInstanceName())
    if avoided.GetSize() == 0 or avoided.GetStringAtIndex(0) in ("", "^std::"):
        debugger.HandleCommand("settings set %s %s" % (STEP_SETTING, STEP_AVOID))
