"""Plain arithmetic, bounded: what may be written, how long it is, and how large each number on the way."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from langchain_core.tools import ToolException
from simpleeval import InvalidExpression, SimpleEval

Operation = Callable[..., Any]

MAX_CHARS = 500
"""Characters of an expression."""

BITS = 4096
"""Size of a whole number that is still computed exactly."""

_TOO_LARGE = (
    f"it grows too large. Whole numbers may have {int(BITS * math.log10(2))} digits, numbers with a fraction go up to "
    "1.8e308. Compute with logarithms instead: b*log10(a) is the power of ten of a**b, log10(a)+log10(b) that of a*b."
)


def evaluate(expression: str) -> str:
    """The value of an arithmetic expression, as text. Raises `ToolException` saying what is wrong with it."""
    if len(expression) > MAX_CHARS:
        raise ToolException(f"The expression is longer than {MAX_CHARS} characters: compute it in parts.")
    try:
        return _written(_computed(expression.replace("^", "**")))
    except ZeroDivisionError:
        raise ToolException("Division by zero.") from None
    except OverflowError:
        raise ToolException(f"Cannot compute {expression!r}: {_TOO_LARGE}") from None
    except (InvalidExpression, SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        raise ToolException(f"Cannot compute {expression!r}: {error}") from error


def _computed(expression: str) -> Any:
    parsed = ast.parse(expression.strip(), mode="eval").body
    if not all(map(_is_arithmetic, ast.walk(parsed))):
        raise ValueError(_KNOWN)
    evaluator: Any = SimpleEval(operators=OPERATORS, functions=FUNCTIONS, names=NAMES)  # its own types are unknown
    return evaluator.eval(expression, previously_parsed=parsed)


def _is_arithmetic(node: ast.AST) -> bool:
    """Whether it is one of the few things that arithmetic is made of: no text, no attribute, no method, no list."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return name in FUNCTIONS
        case ast.Name(id=name):
            return name in NAMES or name in FUNCTIONS
        case _:
            return isinstance(node, ast.BinOp | ast.UnaryOp | ast.Load) or type(node) in OPERATORS


def _written(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("only numbers have a value here")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise OverflowError
        return repr(round(value, 12)) if abs(value) < 1e15 else repr(value)
    return str(_bounded(value))


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > BITS:
        raise OverflowError
    return value


def _power(base: Any, exponent: Any) -> Any:
    # Bounded before it is computed: 9**9**9 would not end.
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1 and exponent * base.bit_length() > BITS:
        raise OverflowError
    return base**exponent


def _rounded(number: Any, digits: Any = None) -> Any:
    # To -n digits is a division by 10**n, which would not end; no number here has so many digits on either side.
    return round(number, max(-BITS, min(BITS, digits)) if isinstance(digits, int) else digits)


def _number(operation: Operation) -> Operation:
    def bounded(*operands: Any) -> Any:
        if not all(isinstance(operand, int | float) for operand in operands):
            raise TypeError("only numbers can be computed with")
        return _bounded(operation(*operands))

    return bounded


_python: Any = operator  # its functions take numbers of every kind

OPERATORS: dict[type[ast.AST], Operation] = {
    ast.Add: _number(_python.add),
    ast.Sub: _number(_python.sub),
    ast.Mult: _number(_python.mul),
    ast.Div: _number(_python.truediv),
    ast.FloorDiv: _number(_python.floordiv),
    ast.Mod: _number(_python.mod),
    ast.Pow: _number(_power),
    ast.USub: _number(_python.neg),
    ast.UAdd: _number(_python.pos),
}
"""What may stand between and before numbers."""

_FUNCTIONS: dict[str, Operation] = {
    "abs": abs, "ceil": math.ceil, "cos": math.cos, "exp": math.exp, "floor": math.floor, "log": math.log,
    "log10": math.log10, "log2": math.log2, "max": max, "min": min, "round": _rounded, "sin": math.sin,
    "sqrt": math.sqrt, "tan": math.tan,
}  # fmt: skip

FUNCTIONS: dict[str, Operation] = {name: _number(function) for name, function in _FUNCTIONS.items()}
"""What may be called in an expression."""

NAMES = {"pi": math.pi, "e": math.e}
"""The constants."""

_KNOWN = f"Only numbers, + - * / // % **, parentheses, {' '.join(FUNCTIONS)}, pi and e are computed here."
