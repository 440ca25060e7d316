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


_Written = tuple[Any, str, Callable[[str], exp.Expression], Callable[[Any, Any], exp.Expression]]
_ENGINES: Final[dict[Engine, _Written]] = {
    "duckdb": (DuckDBCompiler, "duckdb", _dollar, _plain),
    "postgres": (PostgresCompiler, "postgres", _named, _within),
    "spark": (_Spark, "spark", _named, _within),
}


def text(engine: Engine, table: Table) -> str:
    """The query of an engine; parameters are `$name`, `%(name)s` or `:name`."""
    compiler, dialect, parameter, quantile = _ENGINES[engine]
    tree = compiler().to_sqlglot(table.unbind())

    def spelt(node: exp.Expression) -> exp.Expression:
        asked = isinstance(node, exp.Anonymous) and str(node.this).upper() == "LUOSHI_QUANTILE"
        return quantile(*node.expressions) if asked else node

    def named(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Literal):
            if node.this in _NUMBERS:
                return parameter(_NUMBERS[node.this])
            if node.is_string and node.this.startswith(_WORD):
                return parameter("where_" + node.this.removeprefix(_WORD))
        return node

    return str(tree.transform(spelt).transform(named).sql(dialect=dialect))
