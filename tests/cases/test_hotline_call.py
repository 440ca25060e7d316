"""The hotline desk takes a call: looked up while typed, saved with a code, merged, handed on; nothing personal leaks."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from asking import questions
from staff_cast import STREET, at, client, reported, step

from luoshi.cases.line import FACE
from luoshi.cases.models import Case, Category
from luoshi.cases.reads import hotline as reads
from luoshi.cases.staff.hotline import form
from luoshi.cases.staff.hotline.models import CallLog
from luoshi.kernel.models import Event
from luoshi.kernel.text import speaking
from luoshi.people import reads as people
from luoshi.people.viewer import of_login

pytestmark = pytest.mark.usefixtures("db")
HOME = "/work/hotline/"
MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "messages" / "labelled_raw_600.csv"
# which categories are the business of the department that had the message
BUSINESS = {
    "城乡建设": ("01", "02", "03", "04", "05", "06", "0701", "0702", "08", "10", "12"),
    "环境保护": ("09", "0401", "0603", "060103", "0803", "1002"),
    "交通运输": ("07", "0101", "0103"),
    "教育文体": ("1302", "110204", "020304"),
    "劳动和社会保障": ("1303", "1304", "080205"),
    "商贸旅游": ("11", "080103"),
    "卫生计生": ("1301", "110102"),
}


def typed(**more: str) -> dict[str, str]:
    given = {
        "phone": "13900001111", "name": "李四", "place": "幸福路 12 号", "division": STREET,
        "text": "背街小巷路面破损，夜里有人绊倒", "category": "支路与背街小巷路面破损", "go": "save",
    }  # fmt: skip
    return given | more


def post(path: str = HOME, login: str = "desk", **given: str) -> Any:
    return client(login).post(path, given)


def text_of(response: Any, status: int = 200) -> str:
    text: str = response.content.decode()
    assert response.status_code == status, text[:2000]
    return text


def test_a_call_is_saved_with_one_press_and_the_next_form_is_empty() -> None:
    text = text_of(post(**typed(key="press-0001")))
    made = Case.objects.get()
    assert (made.channel, made.street, made.category_id, made.by_staff) == ("hotline", STREET, "010102", False)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    assert made.number in text and code
    assert "李四" not in text and "13900001111" not in text
    again = text_of(post(**typed(key="press-0001")))
    assert Case.objects.count() == 1 and code[0] in again


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_is_kept() -> None:
    text = text_of(post(**typed(category="", division="哪里")), 422)
    assert 'href="#f-category"' in text and 'href="#f-division"' in text and "李四" in text
    assert not Case.objects.exists()


def test_a_digit_takes_the_proposal_of_that_number() -> None:
    said = "门口的排水井盖不见了，在" + people.division_name(STREET)
    first = reads.proposals(said + "\n")[0]
    assert first.code.startswith("0201")
    text_of(post(**typed(text=said, place="", category="1", division="1")))
    made = Case.objects.get()
    assert (made.category_id, made.street) == (first.code, STREET)


def test_beside_the_call_stand_proposals_then_due_times_in_words() -> None:
    look = text_of(post(HOME + "look/", **typed(category="")))
    assert 'data-take="category"' in look and "背街" in look and "现在保存的话" not in look
    look = text_of(post(HOME + "look/", **typed()))
    assert "现在保存的话" in look and "30 个工作分钟，到 2021-12-29 09:30" in look
    assert "按类别的职能" in look and "工作日" in look


def test_the_same_problem_and_the_streets_weeks_are_seen_before_saving() -> None:
    heating = Category.objects.get(code="030101")
    same, other = at("dispatched"), reported(category=heating, text="家里暖气不热", place="和平巷 3 号")
    far = reported(street="150204001000", county="150204000000")
    look = text_of(post(HOME + "look/", **typed()))
    one, rest = look.index("可能是同一件"), look.index("近 30 天</h2>")
    assert one < look.index(same) < rest < look.index(other) and far not in look
    step(same, "send_back", "handler", reason="不归我们")
    assert same in text_of(post(HOME + "look/", **typed(text="", category="", division=STREET)))


def test_a_call_about_a_known_problem_is_saved_and_merged_in_one_press() -> None:
    known = at("dispatched")
    text = text_of(post(**typed(go=f"save:{known}")))
    made = Case.objects.get(channel="hotline")
    assert made.state == "merged" and made.merged_into is not None and made.merged_into.number == known
    assert f"已并入 {known}" in text
    closed = at("verified")
    step(closed, "call_solved", "desk")
    assert "没有并案" in text_of(post(**typed(go=f"save:{closed}")))
    assert Case.objects.filter(channel="hotline", state="reported").count() == 1


def test_without_script_the_page_looks_up_and_keeps_what_was_typed() -> None:
    text = text_of(post(**typed(go="look", category="")))
    assert "李四" in text and 'data-take="category"' in text and not Case.objects.exists()
    path = str(reads.kinds().path("010102"))
    text = text_of(post(**typed(go="", category="", take=f"category:{path}")))
    assert f'value="{path}"' in text and "现在保存的话" in text


def test_looking_up_costs_two_queries_and_writes_nothing() -> None:
    at("dispatched")
    browse, before = client("desk"), Event.objects.count()
    browse.post(HOME + "look/", typed())
    with questions() as caught:
        browse.post(HOME + "look/", typed())
    others = ("FROM django_session", "FROM person WHERE id", "SAVEPOINT")
    mine = [q["sql"] for q in caught if not any(other in q["sql"] for other in others)]
    assert len(mine) <= 2, mine
    assert Event.objects.count() == before


def test_a_call_that_is_handed_on_is_counted_and_names_nobody() -> None:
    response = post(HOME + "hand-on/", desk="police", outcome="through", key="handed-0001")
    assert (response.status_code, response["Location"]) == (303, HOME)
    post(HOME + "hand-on/", desk="police", outcome="through", key="handed-0001")
    row = CallLog.objects.get()
    assert (row.desk.number, row.outcome, row.by_id) == ("110", "through", of_login("desk").person)
    event = Event.objects.get(subject=row.log_id)
    assert event.verb == "hand_on" and event.body == {"desk": "police", "outcome": "through"}
    assert not Case.objects.exists() and str(FACE.deed(event.line, event.verb)) == "转接来电"
    assert "今天 1 次" in text_of(client("desk").get(HOME))


@pytest.mark.parametrize("given", [{"desk": "nobody", "outcome": "told"}, {"desk": "police", "outcome": "perhaps"}])
def test_an_unknown_desk_or_outcome_is_refused(given: dict[str, str]) -> None:
    text_of(post(HOME + "hand-on/", **given), 422)
    assert not CallLog.objects.exists()


@pytest.mark.parametrize("login", ["handler", "supervisor", "sysadmin"])
def test_the_desk_is_the_hotlines_alone(login: str) -> None:
    for path in (HOME, HOME + "calls/"):
        assert client(login).get(path).status_code == 403
    assert post(HOME + "hand-on/", login, desk="police", outcome="told").status_code == 403
    assert post(HOME, login, **typed()).status_code == 403


def test_the_page_is_there_in_english_too() -> None:
    browse = client("desk")
    browse.get("/lang/en?next=/work/hotline/")
    text = text_of(browse.get(HOME))
    assert "Save, next call" in text and "Hand on" in text and "保存" not in text


def test_places_are_heard_in_what_is_said() -> None:
    name = people.division_name(STREET)
    assert form.places(f"在{name}，就是老厂子那边")[0].code == STREET
    assert form.places("说不清楚") == []


def test_proposals_say_why_and_nothing_where_words_say_nothing() -> None:
    found = reads.proposals("我家暖气不热，室温才十四度")
    assert found[0].code == "030101" and "暖气" in found[0].because
    assert reads.proposals("喂喂你好") == [] and reads.proposals("") == []
    with speaking("en"):
        assert reads.proposals("There is a pothole in the main road")[0].code == "010101"


@pytest.mark.skipif(not MESSAGES.exists(), reason="the real messages are not at hand")
def test_on_real_messages_the_right_department_is_among_the_first_three() -> None:
    """The half of the messages that nobody looked at while the words were written."""
    with MESSAGES.open(encoding="utf-8-sig") as file:
        messages = list(csv.DictReader(file))[1::2]
    first = three = 0
    for one in messages:
        found = [p.code.startswith(BUSINESS[one["label"]]) for p in reads.proposals(f"{one['subject']}\n{one['text']}")]
        first, three = first + any(found[:1]), three + any(found[:3])
    assert len(messages) == 300 and first / 300 >= 0.70 and three / 300 >= 0.84, (first, three)
