"""Which functions of the application reach the outside world, and which do so in a transaction.

Types come from annotations: of fields, parameters and return values. A call is followed when
the type of what it is made on is known that way; a local name takes the type of what was
assigned to it.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from moniqo.application.shared.outside import Outside
from moniqo.application.shared.persistence import Repository, Transaction

IN_TRANSACTION = (Transaction, Repository)


def types_in(annotation: Any) -> set[type]:
    """Every class that an annotation names, however deep."""
    origin = get_origin(annotation)
    own = {annotation} if isinstance(annotation, type) and origin is None else set()
    outer = {origin} if isinstance(origin, type) else set()
    return own | outer | {found for inner in get_args(annotation) for found in types_in(inner)}


def hints(owner: Any) -> dict[str, Any]:
    """The annotations of a class or a function, none where it has none."""
    return get_type_hints(owner) if hasattr(owner, "__annotations__") else {}


@cache
def body(function: Callable[..., Any]) -> ast.AsyncFunctionDef | ast.FunctionDef:
    """The function's syntax tree."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return tree.body[0]  # type: ignore[return-value]


@dataclass
class Scope:
    """What the names of one function stand for."""

    function: Callable[..., Any]
    owner: type | None
    names: dict[str, set[type]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = {name: types_in(hint) for name, hint in hints(self.function).items()}
        if self.owner is not None:
            self.names["self"] = {self.owner}
        for node in ast.walk(body(self.function)):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names.setdefault(node.targets[0].id, self.types(node.value))

    def types(self, node: ast.AST) -> set[type]:
        """The classes that the expression may be of."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, set())
        if isinstance(node, ast.Await | ast.Subscript):
            return self.types(node.value)
        if isinstance(node, ast.Attribute):
            owners = self.types(node.value)
            return {it for owner in owners for it in types_in(hints(owner).get(node.attr))}
        if isinstance(node, ast.Call):
            return {it for call in self.callees(node) for it in types_in(hints(call).get("return"))}
        return set()

    def callees(self, call: ast.Call) -> list[Callable[..., Any]]:
        """The functions that a call may run, as far as types tell."""
        target = call.func
        found = [inspect.getattr_static(owner, "__call__", None) for owner in self.types(target)]
        if isinstance(target, ast.Attribute):
            found += [getattr(owner, target.attr, None) for owner in self.types(target.value)]
        if isinstance(target, ast.Name):
            found.append(vars(sys.modules[self.function.__module__]).get(target.id))
        return [inspect.unwrap(it) for it in found if inspect.isfunction(it)]

    def transactions(self) -> Iterator[ast.AST]:
        """The parts of the function that run inside a unit of work."""
        tree = body(self.function)
        given = {name for name in hints(self.function) if name != "return"}
        if any(self.names[name] & set(IN_TRANSACTION) for name in given):
            yield tree
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncWith) and any(map(opens, node.items)):
                yield from node.body


def opens(item: ast.withitem) -> bool:
    """Whether `async with` opens a unit of work: `self.uow()`, `uow()`."""
    target = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
    return "uow" in {getattr(target, "id", ""), getattr(target, "attr", "")}


def owner_of(function: Callable[..., Any]) -> type | None:
    """The class that the function is a method of."""
    outer, _, _ = function.__qualname__.rpartition(".")
    found = vars(sys.modules[function.__module__]).get(outer)
    return found if isinstance(found, type) else None


def is_outside(function: Callable[..., Any]) -> bool:
    """Whether calling the function waits for the outside world."""
    owner = owner_of(function)
    awaited = inspect.iscoroutinefunction(function)
    return awaited and owner is not None and Outside in owner.__mro__


def reaches_outside(
    function: Callable[..., Any], part: ast.AST | None = None, seen: frozenset[Any] = frozenset()
) -> bool:
    """Whether the function, or a part of it, calls the outside world, itself or through others."""
    if is_outside(function):
        return True
    if function in seen or function.__module__.partition(".")[0] in sys.stdlib_module_names:
        return False
    scope = Scope(function, owner_of(function))
    calls = [node for node in ast.walk(part or body(function)) if isinstance(node, ast.Call)]
    return any(
        reaches_outside(callee, None, seen | {function})
        for call in calls
        for callee in scope.callees(call)
    )


def outside_in_transaction(function: Callable[..., Any]) -> list[int]:
    """Lines of the function, from its own first, at which a unit of work reaches outside."""
    scope = Scope(function, owner_of(function))
    return [
        getattr(part, "lineno", 0)
        for part in scope.transactions()
        if reaches_outside(function, part)
    ]
