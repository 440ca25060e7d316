"""A receipt checked by the browser itself, without the server: right ones are accepted, altered ones refused."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from test_axe import AXE, CHROMIUM, RUN, a_case

from luoshi.kernel.ledger import checkpoint, keys, note, receipt, rekey, rotate, seal, tree
from luoshi.kernel.ledger import place as places
from luoshi.kernel.ledger.proof import Proof
from luoshi.kernel.models import Event

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def upload(page: Any, *files: bytes) -> tuple[str, dict[str, str]]:
    """Choose files; gives what the page says and how its steps stand."""
    page.evaluate("document.querySelector('[data-said]').dataset.is = ''")
    named = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": data} for n, data in enumerate(files)]
    page.locator("#proof-file").set_input_files(named)
    page.wait_for_selector("[data-said]:not([data-is=''])")
    page.wait_for_timeout(100)  # the second file is looked at after the first
    return state(page)


def state(page: Any) -> tuple[str, dict[str, str]]:
    steps = page.locator("[data-step]").all()
    marks = {one.get_attribute("data-step"): one.get_attribute("class") for one in steps}
    return page.locator("[data-said]").get_attribute("data-is"), marks


def saved(page: Any, role: Any, name: str) -> bytes:
    """What comes down when a link or button is pressed."""
    with page.expect_download() as download:
        page.get_by_role(role, name=name).click()
    return bytes(download.value.path().read_bytes())


def altered(text: bytes) -> dict[str, bytes]:
    """One small change in each part of the file, and which part."""
    lines = text.decode().split("\n")
    blank = lines.index("")

    def change(at: int, old: str, new: str) -> bytes:
        assert old in lines[at]
        return "\n".join([*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]]).encode()

    payload = b64decode(lines[1][6:])
    assert b'"stage":"reported"' in payload
    entry = b64encode(payload.replace(b'"stage":"reported"', b'"stage":"accepted"')).decode()
    hashed, mark = lines[blank - 1], lines[blank + 5]
    data = bytearray(b64decode(mark.split(" ")[2]))
    data[20] ^= 1
    return {
        "entry": change(1, lines[1], f"extra {entry}"),
        "index": change(2, "index 0", "index 1"),
        "path": change(blank - 1, hashed[:3], "AAA" if hashed[:3] != "AAA" else "BBB"),
        "size": change(blank + 2, lines[blank + 2], str(int(lines[blank + 2]) + 1)),
        "origin": change(blank + 1, "test.", "best."),
        "signature": change(blank + 5, mark.split(" ")[2], b64encode(bytes(data)).decode()),
    }


def test_the_page_checks_its_receipt_and_kept_files_without_the_server(address: str, browser: Any) -> None:
    assert CHROMIUM
    known, other = a_case(), a_case()
    seal.seal_all(places.current())
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    page, faults, asked = context.new_page(), [], []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}/track/{known['code']}")
    page.wait_for_selector("[data-said][data-is]")
    assert state(page) == ("good", {"entry": "fact", "tree": "fact", "sign": "fact", "words": "plan"})
    kept, own = saved(page, "link", "存下收据文件"), saved(page, "button", "另存我的原话")
    page.on("request", lambda request: asked.append(request.url))
    context.set_offline(True)
    assert upload(page, kept)[0] == "good"
    assert upload(page, kept, own) == ("good", dict.fromkeys(("entry", "tree", "sign", "words"), "fact"))
    changed = own.replace("松动".encode(), "完好".encode())
    assert changed != own and upload(page, kept, changed)[0] == "different"
    for part, text in altered(kept).items():
        said, steps = upload(page, text)
        assert said == "bad" and "over" in (steps["tree"], steps["sign"]) and steps["entry"] != "fact", part
    assert upload(page, kept[: len(kept) // 2])[0] == "malformed"
    second = Event.objects.filter(verb="report").order_by("-recorded_at", "-id")[0]
    theirs = receipt.of(places.current(), second.pk)
    assert theirs is not None and other and upload(page, theirs.text)[0] == "other"
    assert asked == [] and faults == []


def test_a_slip_of_paper_finds_its_entry_and_says_where_it_is_gone(address: str, browser: Any) -> None:
    a_case()
    seal.seal_all(places.current())
    first = receipt.at(places.current(), 0)
    assert first is not None
    slip = first.slip
    page, asked = browser.new_context(locale="en-GB", bypass_csp=True).new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/log/check")
    # (1: a rewritten log) the entry at the slip's place is another
    plain = slip[:-5]
    wrong = plain[:20] + ("A" if plain[20] != "A" else "B") + slip[21:]
    for text, says in (
        (slip, "good"), (plain, "good"), (wrong, "torn"), (f"1{slip[1:]}", "torn"), (f"1{plain[1:]}", "rewritten"),
        (f"99{plain[1:]}", "gone"), (slip[:-1], "torn"), (slip[2:], "torn"),
    ):  # fmt: skip
        assert opened(page, f"{address}/log/check#{text}") == says
        assert page.locator("[data-said]").inner_text().startswith("✗") == (says != "good")
        assert ("over" in state(page)[1].values()) == (says != "good")
    page.evaluate("delete document.querySelector('[data-said]').dataset.is")
    page.get_by_label("Or type the code on the slip").fill(f" {slip[:24]} {slip[24:]}")
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("[data-is=good]")
    page.goto(f"{address}/log/check#{slip[2:]}")
    assert not any(slip[2:] in url.partition("#")[0] for url in asked)
    page.evaluate(AXE + "; 0")
    assert page.evaluate(RUN) == []
    page.reload()  # a slip is looked at when the page is opened, too
    page.wait_for_selector("[data-is=torn]")


def opened(page: Any, url: str) -> str:
    """Go to a slip's address, in a page that is open already; gives what is said then."""
    page.evaluate("delete document.querySelector('[data-said]').dataset.is")
    page.goto(url)
    page.wait_for_selector("[data-said][data-is]")
    return state(page)[0]


def refusing(status: int | None) -> Any:
    """A server that answers so, or none at all."""
    return lambda way: way.fulfill(status=status) if status else way.abort()


def test_what_hinders_the_check_of_a_slip_is_not_held_against_it(address: str, browser: Any) -> None:
    a_case()
    seal.seal_all(places.current())
    first = receipt.at(places.current(), 0)
    assert first is not None
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{address}/log/check")
    for status in (503, 429, None):
        page.route("**/log/proof*", refusing(status))
        said = opened(page, f"{address}/log/check#{first.slip}")
        assert said == ("busy" if status else "offline")
        text = page.locator("[data-said]").inner_text()
        assert text.startswith("Not checked") and str(status or "cannot be reached") in text
        assert set(state(page)[1].values()) == {"plan"}
        page.unroute("**/log/proof*")
        page.evaluate("history.replaceState(null, '', location.pathname)")
    assert opened(page, f"{address}/log/check#{first.slip}") == "good"


def test_the_page_shows_what_the_record_says_and_with_the_second_file_the_words(address: str, browser: Any) -> None:
    known = a_case()
    seal.seal_all(places.current())
    page = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{address}/track/{known['code']}")
    page.wait_for_selector("[data-is=good]")
    shown = page.locator("[data-told]").inner_text().split("\n")
    shown = [line for line in shown if line]
    pairs = dict(zip(shown[1::2], shown[2::2], strict=False))
    assert (pairs["事项"], pairs["阶段"], pairs["区县"], pairs["模拟"]) == ("上报", "待受理", "昆都仑区", "否")
    assert pairs["大类"] and not pairs["大类"].isascii() and "2021" in pairs["记下"]
    kept, own = saved(page, "link", "存下收据文件"), saved(page, "button", "另存我的原话")
    page.goto(f"{address}/log/check")
    assert upload(page, own) == ("alone", dict.fromkeys(("entry", "tree", "sign", "words"), "plan"))
    assert not page.locator("[data-told]").is_visible()
    assert upload(page, own, kept)[0] == "good"
    assert "人行道井盖松动" in page.locator("[data-told]").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def forged(origin: str, key: note.Key, size: int) -> bytes:
    """A sound receipt of a log of `size` entries that somebody with a key made up."""
    entry = b'{"recorded_at":"2021-12-29T01:00:00.000000Z"}'
    leaf = tree.leaf_hash(entry)
    head = checkpoint.Head(origin, size, tree.root_of([leaf] * size))
    path = tree.inclusion(0, size, lambda height, _: tree.root_of([leaf] * 2**height))
    return Proof(0, tuple(path), checkpoint.sign(head, [key]), entry).text


def test_a_former_key_is_believed_no_further_than_the_entry_that_ended_it(address: str, browser: Any) -> None:
    a_case()
    ours = places.current()
    seal.seal_all(ours)
    kept, stolen = receipt.at(ours, 0), keys.load(ours.key_file, ours.origin)
    rekey.rotate(ours)
    a_case()
    seal.seal_all(ours)
    last = rotate.rotations(ours.origin)[-1].size
    page = browser.new_page()
    page.goto(f"{address}/log/check")
    assert kept is not None and last is not None and upload(page, kept.text)[0] == "good"
    # nobody can tell what the key signed in its time; but another record stands at that place
    assert upload(page, forged(ours.origin, stolen, last))[0] == "rewritten"
    said, steps = upload(page, forged(ours.origin, stolen, last + 1))
    assert (said, steps["sign"]) == ("bad", "over")


@pytest.mark.parametrize(
    ("lacking", "says", "sign"),
    [
        ("SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))", "unsigned", "plan"),
        ("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})", "insecure", "plan"),
    ],
)  # fmt: skip
def test_a_browser_that_cannot_check_says_so(address: str, browser: Any, lacking: str, says: str, sign: str) -> None:
    known = a_case()
    seal.seal_all(places.current())
    page = browser.new_page()
    page.add_init_script(lacking)
    page.goto(f"{address}/track/{known['code']}")
    page.wait_for_selector("[data-said][data-is]")
    said, steps = state(page)
    assert (said, steps["sign"]) == (says, sign)
