import dis
import os
import types

from lambdapkl.frames import verifier


def codes(code):
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from codes(each)


result = 0
root = os.path.dirname(os.__file__)
for package in ("asyncio", "concurrent", "email", "importlib", "unittest", "."):
    folder = os.path.join(root, package)
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".py"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            module = compile(file.read(), name, "exec")
        for code in codes(module):
            if not code.co_flags & 0x2A0:
                continue
            run = verifier._Run(code)
            run.go()
            result += len(run.points)
            for at, (slots, stack) in run.states.items():
                op, arg, after = run.instructions[at]
                if op in ("PRECALL", "CALL") and "PRECALL" in dis.opmap:
                    continue  # 3.11 has the effect of a call in two halves
                if op in ("FOR_ITER", "SEND", "END_ASYNC_FOR") or op.startswith(("POP_JUMP", "JUMP")) or op in verifier._ENDS:
                    continue
                if after in run.states and op not in ("RETURN_GENERATOR", "END_FOR", "POP_ITER", "CLEANUP_THROW"):
                    number = dis.opmap[op]
                    effect = dis.stack_effect(
                        number, arg if number >= dis.HAVE_ARGUMENT or number in getattr(dis, "hasarg", ()) else None
                    )
                    assert len(run.states[after][1]) - len(stack) == effect, (name, code.co_name, at, op, arg, effect)
