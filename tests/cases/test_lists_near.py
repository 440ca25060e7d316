"""The handler's page on a phone: what is in hand, street by street or by distance; a picture, a press, done."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asking import questions
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from staff_cast import at, case, client, reported, step

from luoshi.cases.actions.routing import add_text
from luoshi.cases.models import Photo
from luoshi.cases.reads import routing
from luoshi.kernel.models import Event
from luoshi.people.viewer import of_login

pytestmark = pytest.mark.usefixtures("db")
NEAR = "/work/near/"


def picture(colour: str = "red") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return SimpleUploadedFile("shot.jpg", file.getvalue(), "image/jpeg")


def form(number: str) -> dict[str, Any]:
    """What the page's form would send without a picture."""
    text = client("handler").get(f"{NEAR}{number}/").content.decode()
    answer = re.search(r'name="answer"[^>]*>([^<]+)<', text)
    assert answer is not None
    return dict(re.findall(r'name="(seen|key)" value="([^"]+)"', text)) | {"answer": answer[1], "note": ""}


def test_what_is_in_hand_stands_there_street_by_street_with_its_point() -> None:
    later, sooner = at("handling", street="150203002000"), at("handling")
    others = [at("dispatched"), reported()]
    text = client("handler").get(NEAR).content.decode()
    assert "手上 2 件" in text and text.index(sooner) < text.index(later)
    assert text.count('data-at="40.65,109.84"') == 2
    assert not any(number in text for number in others)
    assert "背街小巷路面破损，&lt;b&gt;夜里&lt;/b&gt;有人绊倒" in text
    assert "手上没有在办的案件" in client("handler3").get(NEAR).content.decode()
    assert client("leader").get(NEAR).status_code == 403


def test_without_https_the_page_says_that_the_browser_gives_no_location(settings_hosts: None) -> None:
    at("handling")
    handler = client("handler")
    said = "按街道排：这个网址没有 HTTPS，浏览器不给位置，排不了远近。"
    assert (
        re.search(r"data-near [^>]*>([^<]+)<", handler.get(NEAR, HTTP_HOST="city.example").content.decode())[1] == said
    )  # type: ignore[index]
    for more in ({"HTTP_HOST": "127.0.0.1:8000"}, {"HTTP_HOST": "city.example", "secure": True}):
        shown = re.search(r"data-near [^>]*>([^<]+)<", handler.get(NEAR, **more).content.decode())  # type: ignore[arg-type]
        assert shown is not None and shown[1] == "按街道排。"


@pytest.fixture
def settings_hosts() -> Any:
    from django.conf import settings

    before = settings.ALLOWED_HOSTS
    settings.ALLOWED_HOSTS = [*before, "city.example"]
    yield
    settings.ALLOWED_HOSTS = before


def test_the_page_holds_no_script_but_our_file_and_sends_no_location() -> None:
    at("handling")
    text = client("handler").get(NEAR).content.decode()
    assert re.findall(r"<script[^>]*>", text) == [
        '<script src="/static/luoshi.js" defer>', '<script src="/static/near.js" defer>',
    ]  # fmt: skip
    from django.contrib.staticfiles.finders import find

    script = Path(str(find("near.js"))).read_text("utf-8")
    assert not any(word in script for word in ("fetch", "XMLHttp", "sendBeacon", "location.href", "cookie"))


def test_a_picture_and_one_press_make_evidence_and_report_it_done() -> None:
    number, handler = at("handling"), client("handler")
    response = handler.post(f"{NEAR}{number}/", form(number) | {"after": picture(), "before": picture("blue")})
    assert (response.status_code, response["Location"]) == (303, NEAR)
    row = case(number)
    assert row.state == "handled" and row.private.answer == "现场已处理完毕。" and row.evidence == 1
    assert sorted(Photo.objects.filter(case=row).values_list("kind", flat=True)) == ["after", "before"]
    verbs = Event.objects.filter(subject=row.log_id).order_by("recorded_at", "id").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["add_evidence", "finish"]
    assert number not in handler.get(NEAR).content.decode().replace(f"{number}：办完", "").replace(
        f"/cases/{number}/", ""
    )


def test_the_same_press_twice_does_it_once() -> None:
    number = at("handling")
    data = form(number)
    for _ in range(2):
        assert client("handler").post(f"{NEAR}{number}/", data | {"after": picture()}).status_code == 303
    assert Photo.objects.filter(case__number=number).count() == 1
    assert Event.objects.filter(subject=case(number).log_id, verb="finish").count() == 1


def test_without_picture_note_or_evidence_nothing_is_done_and_what_lacks_is_said() -> None:
    number = at("handling")
    response = client("handler").post(f"{NEAR}{number}/", form(number) | {"answer": "换了新板"})
    text = response.content.decode()
    assert response.status_code == 422 and '<a href="#f-after">拍一张，或写一句做了什么</a>' in text
    assert "换了新板" in text and case(number).state == "handling"
    done = client("handler").post(f"{NEAR}{number}/", form(number) | {"note": "补了路面"})
    assert done.status_code == 303 and case(number).state == "handled"


def test_where_the_second_move_is_refused_the_first_did_not_happen_either() -> None:
    number = at("handling")
    response = client("handler").post(f"{NEAR}{number}/", form(number) | {"answer": "", "after": picture()})
    assert response.status_code == 422
    assert (case(number).evidence, case(number).state) == (0, "handling")
    assert not Photo.objects.filter(case__number=number).exists()


def test_a_file_that_is_no_picture_and_a_stale_page_are_told() -> None:
    number = at("handling")
    data = form(number)
    bad = SimpleUploadedFile("shot.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    response = client("handler").post(f"{NEAR}{number}/", data | {"after": bad})
    assert response.status_code == 422 and 'id="e-after"' in response.content.decode()
    step(number, "suspend", "head", reason="等材料")
    stale = client("handler").post(f"{NEAR}{number}/", data | {"after": picture()})
    assert stale.status_code == 409 and "刚才已“挂起”" in stale.content.decode()
    assert client("handler3").get(f"{NEAR}{number}/").status_code == 404


def test_a_standard_text_is_the_answer_that_is_proposed() -> None:
    number = at("handling")
    add_text(viewer=of_login("supervisor"), place="finish.answer", title="已修", text="{place}的{category}已修好。")
    routing.forget()
    assert form(number)["answer"].endswith("已修好。") and "{" not in form(number)["answer"]


def test_the_list_costs_one_query_for_any_number_of_cases() -> None:
    handler, counts = client("handler"), []
    for _ in range(2):
        at("handling")
        at("handling")
        handler.get(NEAR)
        with questions() as asked:
            handler.get(NEAR)
        counts.append(sum("SAVEPOINT" not in one["sql"] for one in asked))
    assert counts == [3, 3]
