"""What a company's name is made of: division, brand, trade and legal form (State Council Decree 734, article 6)."""

import re
import unicodedata
from typing import Final, NamedTuple

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from luoshi.kernel.problems import Fault, Invalid
from luoshi.kernel.text import T
from luoshi.leads.forms import BRANCHES, COMPANY, FORMS, GROUP, LONGEST_TRADE, TRADES
from luoshi.leads.places import NOWHERE, Codes, Places

_SAME: Final = str.maketrans("[{〔【〈《「『]}〕】〉》」』", "(((((((())))))))")
_NOISE: Final = re.compile(r"[^\w()]|_")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_FORM_LENGTHS: Final = {
    sign: sorted({len(form) for form in FORMS if form[-1] == sign}, reverse=True)
    for sign in {form[-1] for form in FORMS}
}
_BRANCH: Final = re.compile(rf"^(.+(?:公司|集团|控股|厂|院|银行))(.{{0,15}}?(?:{'|'.join(BRANCHES)}))$")
_LEVELS: Final = "省市县区旗盟"
LENGTH: Final = T("要有 18 位", "must have 18 characters")
SIGNS: Final = T(
    "只能是数字和大写字母（不含 I、O、S、V、Z），前 8 位是数字",
    "may hold digits and capital letters (not I, O, S, V, Z) only, the first 8 of them digits",
)
CHECKSUM: Final = T("校验位不对，请核对是否抄错", "has a wrong check character: was it copied correctly?")


class Name(NamedTuple):
    """A name taken apart. `cleaned` is all of it in one spelling; each other part is empty where the name lacks it."""

    place: str
    core: str
    trade: str
    form: str
    """The form as one of the values of FORMS, after 集团 where it is a group: 有限责任公司 and 有限公司 are the same."""
    branch: str
    cleaned: str
    codes: Codes
    """The divisions that `place` may be."""

    @property
    def bare(self) -> str:
        """Brand and trade."""
        return self.core + self.trade

    @property
    def stem(self) -> str:
        """All but the legal form and the branch."""
        return self.place + self.core + self.trade


class Cut(NamedTuple):
    """A name without a look at its trade: what the register keeps of 300,000 of them."""

    place: str
    bare: str
    form: str
    branch: str
    cleaned: str
    codes: Codes


def parts(name: str, places: Places) -> Name:
    """Take a name apart; any text will do, nothing is raised.

    The trade is the longest row of words of TRADES at the end; a brand of one character takes a word back.
    """
    cut = cut_up(name, places)
    at = _trade(cut.bare)
    return Name(cut.place, cut.bare[:at], cut.bare[at:], cut.form, cut.branch, cut.cleaned, cut.codes)


def spelled(name: str) -> str:
    """The name in one spelling: half width, small letters, no spaces, dots or brackets."""
    return _spelled(name).replace("(", "").replace(")", "")


def _spelled(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return text if text.isalnum() else _NOISE.sub("", text.translate(_SAME))


def cut_up(name: str, places: Places) -> Cut:
    """Place, what follows it up to the legal form, form and branch."""
    text = _spelled(name)
    cleaned, place, codes, group, branch = text, "", NOWHERE, False, ""
    if "(" in text or ")" in text:
        cleaned = text.replace("(", "").replace(")", "")
        text, place, codes, group = _brackets(text, places)
    if text.endswith(BRANCHES) and (match := _BRANCH.match(text)):
        text, branch = match[1], match[2]
    text, form = _form(text)
    if group and not form.startswith(GROUP):
        form = GROUP + form
    found = places.start(text)
    if found.length and (form or found.length < len(text)):
        place, codes, text = text[: found.length] + place, found.codes, text[found.length :]
    elif not place and (found := places.end(text)).length:
        place, codes, text = text[-found.length :], found.codes, text[: -found.length]
    return Cut(place, text, form, branch, cleaned, codes)


def _brackets(text: str, places: Places) -> tuple[str, str, Codes, bool]:
    """Text without what brackets say of place and group, and that."""
    place, codes, group = "", NOWHERE, False

    def take(match: re.Match[str]) -> str:
        nonlocal place, codes, group
        inside = match[1]
        if inside == GROUP:
            group = True
            return ""
        if not place and (named := places.named(inside)):
            place, codes = inside, named
            return ""
        return inside

    rest = _BRACKETS.sub(take, text)
    return rest.replace("(", "").replace(")", ""), place, codes, group


def _form(text: str) -> tuple[str, str]:
    """Text without its legal form, and the form; a text that is only a form is kept as text."""
    for length in _FORM_LENGTHS.get(text[-1:], ()):
        form = FORMS.get(text[-length:])
        if form is not None and length < len(text):
            rest = text[:-length]
            if rest.endswith(GROUP) and len(rest) > len(GROUP) and form.endswith(COMPANY):
                return rest[: -len(GROUP)], GROUP if form == COMPANY else GROUP + form
            return rest, form
    if text.endswith(GROUP) and len(text) > len(GROUP):
        return text[: -len(GROUP)], GROUP
    return text, ""


def _trade(text: str) -> int:
    """Where in brand and trade the trade begins."""
    at, before = len(text), len(text)
    while at:
        length = next((n for n in range(min(LONGEST_TRADE, at), 1, -1) if text[at - n : at] in TRADES), 0)
        if not length:
            break
        before, at = at, at - length
    return before if at == 1 else at


def initials(name: Name) -> tuple[str, ...]:
    """First letters of the Pinyin, to be typed: of place, brand and trade, and without the place; ("btjytg", "jytg").

    Of a place without its level: 包头市 as 包头.
    """
    from pypinyin import Style, lazy_pinyin

    place = name.place[:-1] if len(name.place) > 2 and name.place[-1] in _LEVELS else name.place
    found = ("".join(lazy_pinyin(text, style=Style.FIRST_LETTER)) for text in (place + name.bare, name.bare) if text)
    return tuple(dict.fromkeys(found))


def credit_code(text: str, field: str = "credit_code") -> str:
    """The unified social credit code (GB 32100-2015) without spaces, half width, in capitals; Invalid if it is none."""
    try:
        return uscc.validate(typed_code(text))
    except InvalidLength:
        rule = LENGTH
    except InvalidChecksum:
        rule = CHECKSUM
    except ValidationError:
        rule = SIGNS
    raise Invalid([Fault(field, text, rule)])


def typed_code(text: str) -> str:
    """What was typed in the spelling of codes, right or not: half width, capitals, no spaces or hyphens."""
    return uscc.compact(unicodedata.normalize("NFKC", text))
