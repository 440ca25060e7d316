"""A life cycle that contradicts itself is refused when it is declared; the street line's is drawn from its table."""

import pytest

from luoshi.cases.flow import FLOW as CASES
from luoshi.kernel.flow import Flow, FlowError, Move, State, diagram
from luoshi.kernel.text import T

W = T("字", "word")
A, B = State("a", W), State("b", W)
GO = Move("go", W, ("a",), "b", "x.go")


@pytest.mark.parametrize(
    ("states", "moves", "said"),
    [
        ((A, A, B), (GO,), "state 'a' is declared twice"),
        ((A, B), (GO, GO), "verb 'go' is declared twice"),
        ((B,), (), "initial state 'a' is unknown"),
        ((A, B), (GO, Move("no", W, ("a",), "c", "x")), "unknown state 'c'"),
        ((A, B), (GO, Move("no", W, ("c",), "a", "x")), "unknown state 'c'"),
        ((A, B), (GO, Move("no", W, ("a",), None, "x", guards=("g",))), "unknown guard 'g'"),
        ((A, B), (GO, Move("no", W, ("a",), None, "x", statuses=("s",))), "unknown status 's'"),
        ((A, B), (), "state 'b' cannot be reached"),
    ],
)
def test_a_bad_table_is_refused(states: tuple[State, ...], moves: tuple[Move, ...], said: str) -> None:
    with pytest.raises(FlowError, match=said):
        Flow("x", "a", states, moves)


def test_groups_name_their_states() -> None:
    flow = Flow("x", "a", (State("a", W, ("open",)), B), (GO,))
    assert flow.group("open") == ("a",)


def test_the_diagram_has_every_state_and_every_move_that_changes_one() -> None:
    text = diagram(CASES)
    assert all(f"    {state.name}: " in text for state in CASES.states)
    assert all(f"--> {move.to}: {move.verb}" in text for move in CASES.moves if move.to)


def test_texts_of_states_and_moves_are_in_both_languages() -> None:
    texts = [state.text for state in CASES.states] + [move.text for move in CASES.moves]
    assert all(text.zh and text.en.isascii() for text in texts)
