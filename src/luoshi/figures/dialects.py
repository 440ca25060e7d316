"""The text of an expression for an engine, with names in place of the numbers that stood for what is asked."""

from collections.abc import Callable
from typing import Any, Final

import sqlglot.expressions as exp
from ibis.backends.sql.compilers import DuckDBCompiler, PostgresCompiler, PySparkCompiler
from ibis.expr.types import Table

from luoshi.figures import expr
from luoshi.figures.shape import Engine

_NUMBERS: Final = {str(n): name for name, n in expr.MARKS.items()} | {
    str(n): f"where_{name}" for name, n in expr.MARKS_OF_INT.items()
} | {str(expr.LIMIT_MARK): "limit"}  # fmt: skip
_WORD: Final = expr.word("")


class _Spark(PySparkCompiler):  # type: ignore[misc]
    """Ibis' own, without an option about floats that stands with its backend, which needs more than we install."""

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> None:
        """Our literals are whole numbers, truths and words: the usual way."""


def _dollar(name: str) -> exp.Expression:
    return exp.Parameter(this=exp.Var(this=name))


def _named(name: str) -> exp.Expression:
    return exp.Placeholder(this=name)


def _within(value: Any, q: Any) -> exp.Expression:
    order = exp.Order(expressions=[exp.Ordered(this=value)])
    # as a name that sqlglot does not know: of the one that it knows it makes an approximation for Spark
    return exp.WithinGroup(this=exp.Anonymous(this="PERCENTILE_DISC", expressions=[q]), expression=order)


def _plain(value: Any, q: Any) -> exp.Expression:
    return exp.Anonymous(this="QUANTILE_DISC", expressions=[value, q])


def _max_by(name: str) -> "_Last":
    def spelt(value: Any, place: Any, where: exp.Expression | None) -> exp.Expression:
        return _filtered(exp.Anonymous(this=name, expressions=[value, place]), where)

    return spelt


def _aggregated(value: Any, place: Any, where: exp.Expression | None) -> exp.Expression:
    """PostgreSQL has no such function; it sorts once for all that ask for the same order."""
    newest = exp.Order(this=value, expressions=[exp.Ordered(this=place, desc=True, nulls_first=True)])
    values = _filtered(exp.Anonymous(this="ARRAY_AGG", expressions=[newest]), where)
    return exp.Bracket(this=exp.Paren(this=values), expressions=[exp.Literal.number(1)], offset=1)


def _filtered(of: exp.Expression, where: exp.Expression | None) -> exp.Expression:
    return of if where is None else exp.Filter(this=of, expression=where)


_Last = Callable[[Any, Any, exp.Expression | None], exp.Expression]
_Written = tuple[Any, str, Callable[[str], exp.Expression], Callable[[Any, Any], exp.Expression], _Last]
_ENGINES: Final[dict[Engine, _Written]] = {
    "duckdb": (DuckDBCompiler, "duckdb", _dollar, _plain, _max_by("ARG_MAX_NULL")),
    "postgres": (PostgresCompiler, "postgres", _named, _within, _aggregated),
    "spark": (_Spark, "spark", _named, _within, _max_by("MAX_BY")),
}


def text(engine: Engine, table: Table) -> str:
    """The query of an engine; parameters are `$name`, `%(name)s` or `:name`."""
    compiler, dialect, parameter, quantile, last = _ENGINES[engine]
    tree = compiler().to_sqlglot(table.unbind())

    def spelt(node: exp.Expression) -> exp.Expression:
        where = node.expression if isinstance(node, exp.Filter) else None
        of = node.this if where is not None else node
        if _is(of, "LUOSHI_LAST"):
            value, place = of.expressions
            return last(value, place, where)
        if isinstance(node, exp.Mod):  # a sign of per cent begins a parameter of PostgreSQL's client
            return exp.Anonymous(this="MOD", expressions=[node.this.unnest(), node.expression.unnest()])
        return quantile(*node.expressions) if _is(node, "LUOSHI_QUANTILE") else node

    def named(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Literal):
            if node.this in _NUMBERS:
                return parameter(_NUMBERS[node.this])
            if node.is_string and node.this.startswith(_WORD):
                return parameter("where_" + node.this.removeprefix(_WORD))
        return node

    return str(tree.transform(spelt).transform(named).sql(dialect=dialect))


def _is(node: Any, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).upper() == name
