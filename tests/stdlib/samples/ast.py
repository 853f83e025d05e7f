SOURCE = '''
@wraps(f)
def g(a, /, b: int = 1, *args, c=2, **kw) -> str:
    """Doc.

        indented
    """
    x = [i ** 2 for i in range(10) if i % 2]
    return f"{a!r:>{b}} {x[1:2]}" if not (a and b) else (yield)

class C(Base, metaclass=M):
    attr: int = 3
    async def m(self):
        async with a as b: await c
        try: pass
        except* E as e: raise X from e
match v:
    case {"k": [1, *_], **r} | C(x=0) if r: pass
lambda *, k=-1: k
'''


def parsing(parse, dump):
    return dump(parse(SOURCE)), dump(parse("a + 1", mode="eval"), indent=2), dump(parse("x = 1"), include_attributes=True)


def unparsing(parse, unparse):
    return unparse(parse(SOURCE)), unparse(parse("a = 'it\\'s' \"x\"\nb = 1 - (2 - 3) ** -4; del a[b, 0]"))


def literals(literal_eval):
    found = [literal_eval("{'a': [1, -2.5, 3 + 4j, None, True, b'x', (1,), {2}, ...]}"), literal_eval("set()")]
    for text in ("f()", "a", "[1][0]"):
        try:
            literal_eval(text)
        except ValueError as error:
            found.append(str(error).partition(" on line")[0].partition(":")[0])
    return found


def visiting(parse, NodeVisitor):
    class Names(NodeVisitor):
        def __init__(self):
            self.found = []

        def visit_Name(self, node):
            self.found.append(node.id)
            self.generic_visit(node)

    made = Names()
    made.visit(parse(SOURCE))
    return made.found


def transforming(parse, unparse, NodeTransformer, Constant, copy_location, fix_missing_locations):
    class Double(NodeTransformer):
        def visit_Constant(self, node):
            return copy_location(Constant(node.value * 2), node) if isinstance(node.value, int) else node

        def visit_Pass(self, node):
            return None

    tree = fix_missing_locations(Double().visit(parse("x = 1 + 2\nif x:\n    y = [3, 'a']\n    pass")))
    names = {}
    exec(compile(tree, "<tree>", "exec"), names)
    return unparse(tree), names["x"], names["y"]


def walking(parse, walk, iter_child_nodes, iter_fields):
    tree = parse(SOURCE)
    return (
        [type(n).__name__ for n in walk(tree)],
        [type(n).__name__ for n in iter_child_nodes(tree)],
        [n for n, _ in iter_fields(tree)],
    )


def documentation(parse, get_docstring, get_source_segment, increment_lineno):
    tree = parse(SOURCE)
    increment = increment_lineno(parse("a\nb"), 5)
    return (
        get_docstring(tree.body[0]),
        get_docstring(tree.body[0], clean=False),
        get_source_segment(SOURCE, tree.body[0].args),
        [n.lineno for n in increment.body],
    )


def nodes(Module, Expr, BinOp, Name, Load, Add, Constant, AST, expr, dump, unparse):
    made = BinOp(Name("a", Load()), Add(), Constant(3))
    return (
        dump(made),
        unparse(made),
        isinstance(made, expr),
        isinstance(made, AST),
        BinOp._fields,
        dump(Module([Expr(made)], [])),
    )


def types_of_nodes(parse, Assign, Call, FunctionDef, stmt):
    body = parse("x = f(1)\ndef g(): pass").body
    return (
        isinstance(body[0], Assign),
        isinstance(body[0].value, Call),
        isinstance(body[1], FunctionDef),
        issubclass(Assign, stmt),
    )
