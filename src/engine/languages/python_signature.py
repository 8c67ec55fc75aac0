# Reads what a Python entry point takes, from its source alone; nothing of it runs or is imported.
# Program of a child process: {"source", "entrypoint"} as JSON on standard input, one JSON object on
# standard output, in the shapes of `ReadSignature`. Standard library only, Python 3.8 and later.
import ast
import json
import math
import re
import sys

MAX_DEPTH = 24
MAX_TYPES = 4000

SIMPLE = {
    "str": {"kind": "string"},
    "int": {"kind": "integer"},
    "float": {"kind": "number"},
    "complex": {"kind": "unknown"},
    "bool": {"kind": "boolean"},
    "bytes": {"kind": "bytes"},
    "bytearray": {"kind": "bytes"},
    "datetime": {"kind": "datetime"},
    "date": {"kind": "date"},
    "dict": {"kind": "object"},
    "Dict": {"kind": "object"},
    "Mapping": {"kind": "object"},
    "MutableMapping": {"kind": "object"},
    "OrderedDict": {"kind": "object"},
    "defaultdict": {"kind": "object"},
    "Any": {"kind": "unknown"},
    "object": {"kind": "unknown"},
    "None": {"kind": "unknown"},
    "Callable": {"kind": "unknown"},
    "Decimal": {"kind": "number"},
    "UUID": {"kind": "string"},
    "Path": {"kind": "string"},
    "EmailStr": {"kind": "string", "format": "email"},
}
LISTS = {"list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "set", "Set"}
LISTS |= {"frozenset", "FrozenSet", "tuple", "Tuple", "Iterator", "Deque"}
WRAPPERS = {"Annotated", "Required", "ReadOnly", "Final", "ClassVar", "NewType"}
RECORDS = {"TypedDict", "BaseModel", "NamedTuple"}
NOTHING = object()


def snake_case(name):
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name).lower()


def last_name(node):
    """`typing.List` and `List` both give "List"."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def elements(node):
    """What stands between the brackets of `X[a, b]`."""
    inner = node.slice
    if type(inner).__name__ == "Index":  # Python 3.8
        inner = inner.value
    return inner.elts if isinstance(inner, ast.Tuple) else [inner]


def union_members(node):
    """`a | b | c` as a list, without recursion on long chains."""
    members = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        members.append(node.right)
        node = node.left
    return [node] + members[::-1]


class Reader:
    def __init__(self, tree):
        self.classes = {}
        self.aliases = {}
        self.inside = []
        self.depth = 0
        self.left = MAX_TYPES
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                if isinstance(node.targets[0], ast.Name):
                    self.aliases[node.targets[0].id] = node.value
            elif type(node).__name__ == "TypeAlias":  # Python 3.12
                self.aliases[node.name.id] = node.value

    def read(self, node):
        """(type, optional)"""
        if node is None or self.depth >= MAX_DEPTH or self.left <= 0:
            return {"kind": "unknown"}, False
        self.depth += 1
        self.left -= 1
        try:
            return self.read_here(node)
        finally:
            self.depth -= 1

    def read_here(self, node):
        if isinstance(node, ast.Constant):
            return self.read_constant(node.value)
        if isinstance(node, ast.BinOp):
            return self.read_union(union_members(node))
        if isinstance(node, ast.Subscript):
            return self.read_subscript(last_name(node.value), elements(node))
        return self.read_name(last_name(node))

    def read_constant(self, value):
        if value is None:
            return {"kind": "unknown"}, True
        if not isinstance(value, str):
            return {"kind": "unknown"}, False
        try:
            return self.read(ast.parse(value.strip(), mode="eval").body)
        except (SyntaxError, ValueError):
            return {"kind": "unknown"}, False

    def read_subscript(self, name, inner):
        if name == "Optional":
            return self.read(inner[0])[0], True
        if name == "NotRequired":
            return self.read(inner[0])[0], True
        if name == "Union":
            return self.read_union(inner)
        if name == "Literal":
            return self.read_literal(inner)
        if name in WRAPPERS:
            return self.read(inner[0])
        if name in LISTS:
            item = inner[0] if name not in ("tuple", "Tuple") or len(inner) == 1 else None
            if name in ("tuple", "Tuple") and len(inner) == 2 and is_ellipsis(inner[1]):
                item = inner[0]
            return {"kind": "list", "item": self.read(item)[0]}, False
        return self.read_name(name)

    def read_literal(self, inner):
        values = [value_of(part) for part in inner]
        present = [value for value in values if value is not None]
        optional = len(present) < len(values)
        if present and all(isinstance(value, str) for value in present):
            return {"kind": "string", "choices": present}, optional
        if present and all(isinstance(value, bool) for value in present):
            return {"kind": "boolean"}, optional
        if present and all(isinstance(value, (int, float)) for value in present):
            return {"kind": "number", "choices": present}, optional
        return {"kind": "unknown"}, optional

    def read_union(self, members):
        present = [member for member in members if not is_none(member)]
        read = [self.read(member) for member in present]
        optional = len(present) < len(members) or any(one[1] for one in read)
        types = [one[0] for one in read]
        if not types:
            return {"kind": "unknown"}, optional
        if all(one == types[0] for one in types):
            return types[0], optional
        kinds = {one["kind"] for one in types}
        if kinds == {"string"} and all("choices" in one for one in types):
            merged = [choice for one in types for choice in one["choices"]]
            return {"kind": "string", "choices": list(dict.fromkeys(merged))}, optional
        if kinds <= {"integer", "number"}:
            return {"kind": "number"}, optional
        return {"kind": kinds.pop()} if kinds in ({"string"}, {"object"}) else {
            "kind": "unknown"
        }, optional

    def read_name(self, name):
        if name is None:
            return {"kind": "unknown"}, False
        if name in self.classes:
            return self.read_class(name, self.classes[name]), False
        if name in self.aliases and name not in self.inside and not is_new_type(self.aliases[name]):
            self.inside.append(name)
            try:
                return self.read(self.aliases[name])
            finally:
                self.inside.pop()
        if name in SIMPLE:
            return dict(SIMPLE[name]), False
        if name in LISTS:
            return {"kind": "list", "item": {"kind": "unknown"}}, False
        return {"kind": "resource", "name": snake_case(name)}, False

    def read_class(self, name, node):
        bases = {last_name(base) for base in node.bases}
        if bases & {"Enum", "StrEnum", "IntEnum"}:
            return enum_type(node)
        fields = self.fields_of(node)
        if not fields:
            return {"kind": "resource", "name": snake_case(name)}
        return {"kind": "object", "name": snake_case(name), "fields": fields}

    def fields_of(self, node):
        """The annotated fields of a record class, those of its bases first; else none."""
        if node.name in self.inside or len(self.inside) >= MAX_DEPTH:
            return []
        names = [last_name(base) for base in node.bases]
        marked = any(last_name(decorator_name(one)) == "dataclass" for one in node.decorator_list)
        local = [self.classes[name] for name in names if name in self.classes]
        if not (marked or local or RECORDS & set(names)):
            return []
        self.inside.append(node.name)
        try:
            fields = {}
            for base in local:
                fields.update({field["key"]: field for field in self.fields_of(base)})
            total = all(
                not (word.arg == "total" and is_false(word.value)) for word in node.keywords
            )
            for line in node.body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    kind, optional = self.read(line.annotation)
                    fields[line.target.id] = {
                        "key": line.target.id,
                        "type": kind,
                        "required": total and not optional and line.value is None,
                    }
            return list(fields.values())
        finally:
            self.inside.pop()


def decorator_name(node):
    return node.func if isinstance(node, ast.Call) else node


def is_false(node):
    return isinstance(node, ast.Constant) and node.value is False


def is_ellipsis(node):
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def is_new_type(node):
    return isinstance(node, ast.Call)


def enum_type(node):
    members = [line for line in node.body if isinstance(line, ast.Assign)]
    values = [value_of(line.value) for line in members]
    if values and all(isinstance(value, str) for value in values):
        return {"kind": "string", "choices": values}
    if values and all(isinstance(value, (int, float)) for value in values):
        return {"kind": "number", "choices": values}
    targets = [target for line in members for target in line.targets]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return {"kind": "string", "choices": names} if names else {"kind": "string"}


def value_of(node):
    """The JSON value of a literal; NOTHING when the code would have to run."""
    try:
        return plain(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return NOTHING


def plain(value):
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [plain(item) for item in value]
        return NOTHING if NOTHING in items else items
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return NOTHING
        items = {key: plain(item) for key, item in value.items()}
        return NOTHING if NOTHING in items.values() else items
    if isinstance(value, float) and not math.isfinite(value):
        return NOTHING
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return NOTHING
    return value if value is None or isinstance(value, (str, int, float, bool)) else NOTHING


def type_of_value(value):
    if isinstance(value, bool):
        return {"kind": "boolean"}
    if isinstance(value, str):
        return {"kind": "string"}
    if isinstance(value, int):
        return {"kind": "integer"}
    if isinstance(value, float):
        return {"kind": "number"}
    if isinstance(value, list):
        return {"kind": "list", "item": type_of_value(value[0]) if value else {"kind": "unknown"}}
    return {"kind": "object"} if isinstance(value, dict) else {"kind": "unknown"}


def default_of(node, reader):
    """The value of a default; `Color.RED` counts as what RED is set to."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        found = reader.classes.get(node.value.id)
        for line in found.body if found else []:
            if isinstance(line, ast.Assign) and last_name(line.targets[0]) == node.attr:
                return value_of(line.value)
    return value_of(node)


def descriptions(function):
    """Texts for parameters from the docstring: `:param x: …` and Google's `Args:` block."""
    text = ast.get_docstring(function) or ""
    found = dict(re.findall(r"^[ \t]*:param\s+(?:[\w.\[\], ]+\s)?(\w+):[ \t]*(\S.*)$", text, re.M))
    heading = r"^(?:Args|Arguments|Parameters):[ \t]*\n"
    block = re.search(heading + r"((?:[ \t]+.*(?:\n|$)|\n)+)", text, re.M)
    for line in block.group(1).splitlines() if block else []:
        entry = re.match(r"^[ \t]+\*{0,2}(\w+)[ \t]*(?:\([^)]*\))?:[ \t]*(\S.*)$", line)
        if entry:
            found.setdefault(entry.group(1), entry.group(2))
    return found


def annotated_text(node):
    """The words in `Annotated[str, "words"]`."""
    if isinstance(node, ast.Subscript) and last_name(node.value) == "Annotated":
        for part in elements(node)[1:]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                return part.value
    return None


def read_arguments(function, reader):
    spec = function.args
    positional = list(getattr(spec, "posonlyargs", [])) + spec.args
    missing = [None] * (len(positional) - len(spec.defaults))
    pairs = list(zip(positional, missing + spec.defaults))
    pairs += list(zip(spec.kwonlyargs, spec.kw_defaults))
    texts = descriptions(function)
    arguments = []
    for parameter, default in pairs:
        value = NOTHING if default is None else default_of(default, reader)
        known = value is not NOTHING
        kind, optional = reader.read(parameter.annotation)
        if parameter.annotation is None and known:
            kind = type_of_value(value)
        argument = {
            "key": parameter.arg,
            "type": kind,
            "required": default is None and not optional,
            "default": value if known else None,
        }
        text = annotated_text(parameter.annotation) or texts.get(parameter.arg)
        if text:
            argument["description"] = text.strip()
        arguments.append(argument)
    return arguments


def auto_kind(main):
    names = [last_name(getattr(each, "func", each)) for each in main.decorator_list]
    return "wac" if "workflow" in names else None


def read_signature(source, entrypoint):
    tree = ast.parse(source)
    functions = {
        node.name: node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    main = functions.get(entrypoint)
    return {
        "arguments": read_arguments(main, Reader(tree)) if main else [],
        "autoKind": auto_kind(main) if main else "lib",
        "hasPreprocessor": "preprocessor" in functions,
    }


def limit_resources():
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    except (ImportError, ValueError, OSError):
        pass


def answer():
    request = json.loads(sys.stdin.buffer.read())
    try:
        return {"value": read_signature(request["source"], request["entrypoint"])}
    except SyntaxError as error:
        place = {"line": error.lineno or 1, "column": error.offset or 1}
        return {"refused": {"problem": error.msg, **place}}
    except ValueError as error:
        return {"refused": {"problem": str(error), "line": 1, "column": 1}}
    except (RecursionError, MemoryError):
        return {"refused": {"problem": "the code is nested too deeply", "line": 1, "column": 1}}


if __name__ == "__main__":
    limit_resources()
    sys.stdout.buffer.write(json.dumps(answer()).encode())
