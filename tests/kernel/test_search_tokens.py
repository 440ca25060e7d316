"""Search tokens: what is stored contains what is asked."""

from hypothesis import given
from hypothesis import strategies as st

from luoshi.kernel.search_tokens import CAP, pieces, query, shared, tokens

MIXED = st.text(st.sampled_from("包头市昆都仑区路灯〇𠀀abZ19é ,，。\0_-Ａ１"), max_size=60)


def found(typed: str, text: str) -> bool:
    asked = query(typed)
    return bool(asked) and set(asked) <= set(tokens(text))


def test_han_is_kept_as_characters_and_pairs_and_words_whole() -> None:
    assert tokens("路灯不亮 Lamp") == sorted(["路", "灯", "不", "亮", "路灯", "灯不", "不亮", "lamp"])


def test_one_and_two_character_words_are_found() -> None:
    text = "昆都仑区钢铁大街路灯不亮"
    assert found("灯", text) and found("路灯", text) and found("钢铁大街", text)
    assert not found("灯路", text) and not found("垃圾", text)


def test_a_query_asks_for_pairs_alone_and_for_a_character_only_by_itself() -> None:
    assert query("路灯亮") == ["灯亮", "路灯"]
    assert query("灯 Lamp 垃圾") == ["lamp", "垃圾", "灯"]


def test_pairs_do_not_reach_over_punctuation() -> None:
    assert "灯亮" not in tokens("路灯，亮") and "灯亮" not in tokens("路灯\0亮")


def test_width_and_case_do_not_matter() -> None:
    assert found("ｂｔ２０２１", "单号 BT2021") and found("BT2021", "单号ｂｔ２０２１")


def test_case_numbers_are_found_with_and_without_their_prefix() -> None:
    text = "BT-20211229-0042"
    assert found("20211229", text) and found("BT-20211229-0042", text) and not found("0043", text)


def test_han_and_latin_together_must_both_be_there() -> None:
    assert found("路灯 12345", "12345 转来：路灯") and not found("路灯 12345", "路灯")


def test_single_latin_letters_find_nothing_by_themselves() -> None:
    assert query("a") == [] and query("") == [] and query("，。\0 ") == []


def test_long_words_are_cut_alike_in_both() -> None:
    assert tokens("x" * 90) == ["x" * 32] and found("X" * 90, "x" * 90)


def test_mongolian_words_are_words() -> None:
    assert found("ᠪᠤᠭᠤᠲᠤ", "包头 ᠪᠤᠭᠤᠲᠤ ᠬᠣᠲᠠ")


def test_a_long_text_is_capped_at_its_beginning() -> None:
    text = "".join(chr(0x9000 - 2 * i) for i in range(2000))
    assert len(tokens(text)) == CAP
    words = " ".join(f"word{i:05d}" for i in range(2000))
    assert tokens(words) == [f"word{i:05d}" for i in range(CAP)]


@given(st.text(max_size=200))
def test_tokens_are_clean_distinct_and_sorted(text: str) -> None:
    made = tokens(text)
    assert made == sorted(set(made))
    assert all(0 < len(token) <= 32 and "\0" not in token for token in made)
    "".join(made).encode()  # no lone surrogate reaches the database


@given(MIXED)
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(query(text)) <= set(tokens(text))


@given(st.text(st.sampled_from("包头昆都仑路灯不亮"), min_size=1, max_size=30), st.data())
def test_han_is_found_by_any_part_of_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found(text[start:end], f"在{text}处")


def test_shared_tokens_are_told_as_they_are_read() -> None:
    said = "路灯不亮，灯杆子歪了 LED lamp 坑"
    assert pieces(said, tokens("路灯杆子歪斜，LED，有坑")) == ["路灯", "灯杆子歪", "led", "坑"]
    assert pieces(said, tokens("垃圾")) == []


@given(MIXED, MIXED)
def test_shared_tokens_are_those_of_both(asked: str, text: str) -> None:
    assert shared(query(asked), text) == set(query(asked)) & set(tokens(text))


@given(MIXED)
def test_a_text_shares_all_of_itself(text: str) -> None:
    assert set(query(" ".join(pieces(text, query(text))))) == set(query(text))


@given(st.text(st.characters(max_codepoint=127), max_size=200), st.integers(1, 40))
def test_plain_text_is_cut_as_any_other(text: str, times: int) -> None:
    text = text * times
    assert set(tokens(text)) == set(tokens(f"{text} 灯")) - {"灯"}
