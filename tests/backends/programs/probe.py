def _probe(objects):
    seen = {}

    def told(value, depth):
        if isinstance(value, (int, float, str, bytes, type(None))):
            return repr(value)
        if id(value) in seen:
            return f"again {seen[id(value)]}"
        seen[id(value)] = len(seen)
        _kept.append(value)
        if depth > 6:
            return "deep"
        if isinstance(value, (set, frozenset)):
            return f"{type(value).__name__} {sorted(told(each, depth + 1) for each in value)}"
        if isinstance(value, (list, tuple)):
            return f"{type(value).__name__} {[told(each, depth + 1) for each in value]}"
        if isinstance(value, dict):
            return f"dict {[(told(k, depth + 1), told(v, depth + 1)) for k, v in value.items()]}"
        if isinstance(value, type):
            # Descriptors of slots come first in a class that was loaded, and last in one that was defined.
            names = sorted(each for each in vars(value) if not each.startswith("__"))
            return f"class {value.__qualname__} {[base.__name__ for base in value.__mro__]} {[(n, told(vars(value)[n], depth + 1)) for n in names]}"
        if hasattr(value, "__code__"):
            cells = []
            for cell in value.__closure__ or ():
                try:
                    cells.append(told(cell.cell_contents, depth + 1))
                except ValueError:
                    cells.append("empty")
            try:
                result = told(value(2), depth + 1)
            except Exception as error:
                result = type(error).__name__
            return f"function {value.__qualname__} {told(value.__defaults__, depth + 1)} {cells} {result}"
        attributes = sorted(getattr(value, "__dict__", {}).items()) + [
            (slot, getattr(value, slot, None)) for base in type(value).__mro__ for slot in getattr(base, "__slots__", ())
        ]
        return f"{type(value).__qualname__} {[(k, told(v, depth + 1)) for k, v in attributes]} {told(type(value), depth + 1)}"

    _kept = []
    return [told(value, 0) for value in objects.values()]
