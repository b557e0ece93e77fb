"""The figures of Word's automatic numbering: a count and a number format give the printed number."""

from __future__ import annotations

from collections.abc import Callable

_CHINESE = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
_FULL_STOPS = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
_PARENTHESES = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
_CHINESE_CIRCLES = "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
# Beyond this no plan numbers anything, and a letter format would print thousands of letters.
_LARGEST = 9999


def printed_number(count: int, number_format: str) -> str:
    """Gives the number as Word prints it; formats not known here print Arabic digits, `none` prints nothing."""
    if number_format in ("none", "bullet"):
        return ""
    if not 1 <= count <= _LARGEST:
        return str(count)
    write = _FORMATS.get(number_format)
    return write(count) if write else str(count)


def chinese_count(count: int, *, digits: str = _CHINESE, units: str = "十百千", zero: str = "零") -> str:
    """Gives 1 to 9999 in Chinese numerals with units: 12 is 十二, 105 is 一百零五."""
    printed = ""
    pending_zero = False
    for place in range(3, -1, -1):
        digit = count // 10**place % 10
        if digit == 0:
            pending_zero = bool(printed)
            continue
        printed += (zero if pending_zero else "") + digits[digit] + (units[place - 1] if place else "")
        pending_zero = False
    if units[0] == "十" and 10 <= count < 20:
        return printed.removeprefix(digits[1])
    return printed


def _by_digit(digits: str) -> Callable[[int], str]:
    return lambda count: "".join(digits[int(digit)] for digit in str(count))


def _signs(signs: str) -> Callable[[int], str]:
    return lambda count: signs[count - 1] if count <= len(signs) else str(count)


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda count: signs[(count - 1) % len(signs)]


def _letters(first: str) -> Callable[[int], str]:
    return lambda count: chr(ord(first) + (count - 1) % 26) * ((count - 1) // 26 + 1)


def _roman(count: int) -> str:
    printed = ""
    for value, sign in _ROMAN:
        printed += sign * (count // value)
        count %= value
    return printed


def _sexagenary(count: int) -> str:
    return _STEMS[(count - 1) % 10] + _BRANCHES[(count - 1) % 12]


def _legal(count: int) -> str:
    return chinese_count(count, digits=_LEGAL, units="拾佰仟")


def _legal_traditional(count: int) -> str:
    return chinese_count(count, digits=_LEGAL_TRADITIONAL, units="拾佰仟")


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda count: f"{count:02d}",
    "decimalFullWidth": _by_digit("０１２３４５６７８９"),
    "decimalFullWidth2": _by_digit("０１２３４５６７８９"),
    "numberInDash": lambda count: f"- {count} -",
    "ordinal": str,
    "upperRoman": _roman,
    "lowerRoman": lambda count: _roman(count).lower(),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "chineseCounting": chinese_count,
    "chineseCountingThousand": chinese_count,
    "japaneseCounting": chinese_count,
    "koreanCounting": chinese_count,
    "taiwaneseCounting": chinese_count,
    "taiwaneseCountingThousand": chinese_count,
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal_traditional,
    "japaneseLegal": _legal_traditional,
    "ideographDigital": _by_digit(_CHINESE),
    "japaneseDigitalTenThousand": _by_digit(_CHINESE),
    "taiwaneseDigital": _by_digit("○" + _CHINESE[1:]),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "ideographZodiacTraditional": _sexagenary,
    "decimalEnclosedCircle": _signs(_CIRCLES),
    "decimalEnclosedCircleChinese": _signs(_CIRCLES),
    "decimalEnclosedFullstop": _signs(_FULL_STOPS),
    "decimalEnclosedParen": _signs(_PARENTHESES),
    "ideographEnclosedCircle": _signs(_CHINESE_CIRCLES),
}
