"""Places as ledgers write them: degrees, packed degrees, pairs, municipality codes."""

import re

from gunmane.core.errors import Fault
from gunmane.core.inventory import check_digit, is_municipality_code
from gunmane.core.ledgers.text import fold
from gunmane.core.ledgers.values import Doubt, Parsed

JAPAN = (122.0, 20.0, 154.0, 46.0)
"""West, south, east, north of Japan in degrees (南鳥島 to 与那国島, 沖ノ鳥島 to 択捉島), rounded outwards."""

_DMS = re.compile(
    r"([-+])?(?:北緯|南緯|東経|西経|[nsew])?([-+])?(\d{1,3})(?:°|度|º|˚|:|-|d)(\d{1,2})(?:′|'|’|分|:|-|m|$)"
    r"(?:(\d{1,2}(?:\.\d+)?)(?:″|\"|”|''|’’|′′|秒|s)?)?([nsew])?"
)
_MINUTES = re.compile(
    r"([-+])?(?:北緯|南緯|東経|西経|[nsew])?([-+])?(\d{1,3})(?:°|度|º|˚|:|-|d)(\d{1,2}\.\d+)(?:′|'|’|分|m)?([nsew])?"
)
_DOTTED = re.compile(
    r"([-+])?(?:北緯|南緯|東経|西経|[nsew])?([-+])?(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)([nsew])?"
)
_DECIMAL = re.compile(r"(?:北緯|南緯|東経|西経|[nsew])?([-+]?\d{1,3}(?:\.\d+)?)(?:°|度)?([nsew])?")
_PACKED = re.compile(r"(\d{2,3})(\d{2})(\d{2}(?:\.\d+)?)")
_PAIR = re.compile(
    r"[\[(]?\s*([-+\d.°'′″\"度分秒NSEW北緯南東経西]+?)\s*[,，、/\s]\s*([-+\d.°'′″\"度分秒NSEW北緯南東経西]+?)\s*[\])]?"
)


def degrees(text: str) -> Parsed:
    """Read a latitude or longitude as decimal degrees.

    Understands `35.67`, `35°40′12.3″`, `35度40分12.3秒`, `35-40-12.3`, `N35:40:12`, `35.40.12.3`, `35°40.205′`, and
    packed `354012.3`.
    Faults: `not_a_coordinate`, `no_such_angle`.
    """
    folded = fold(text)
    sign = -1.0 if re.search(r"[sw]|南緯|西経", folded) and not folded.endswith('s"') else 1.0
    match = _DECIMAL.fullmatch(folded)
    if match and abs(float(match[1])) <= 360:
        return sign * float(match[1])
    dms = _DMS.fullmatch(folded) or _DOTTED.fullmatch(folded)
    if dms:
        negative = "-" in (dms[1], dms[2])
        return _angle(dms[3], dms[4], dms[5] or "0", -sign if negative else sign, text)
    minutes = _MINUTES.fullmatch(folded)
    if minutes:
        negative = "-" in (minutes[1], minutes[2])
        return _angle(minutes[3], minutes[4], "0", -sign if negative else sign, text)
    packed = _PACKED.fullmatch(folded)
    if packed:
        return _angle(packed[1], packed[2], packed[3], 1.0, text)
    return Fault("not_a_coordinate", values={"text": text})


def _angle(whole: str, minutes: str, seconds: str, sign: float, text: str) -> Parsed:
    if float(minutes) >= 60 or float(seconds) >= 60 or int(whole) > 180:
        return Fault("no_such_angle", values={"text": text})
    return sign * round(int(whole) + float(minutes) / 60 + float(seconds) / 3600, 10)


def pair(text: str) -> Parsed:
    """Read "lat,lon" or "lon,lat" as (longitude, latitude).

    Inside Japan the order is told by the ranges, which do not meet; elsewhere latitude comes first unless it cannot
    be one. Faults: `not_a_coordinate`, `no_such_angle`.
    """
    match = _PAIR.fullmatch(text.strip())
    if not match:
        return Fault("not_a_coordinate", values={"text": text})
    first, second = degrees(match[1]), degrees(match[2])
    if isinstance(first, Fault) or isinstance(second, Fault):
        return first if isinstance(first, Fault) else second
    west, south, east, north = JAPAN
    if south <= second <= north and west <= first <= east:
        return (first, second)
    if abs(first) > 90:
        return (first, second) if abs(second) <= 90 else Fault("no_such_angle", values={"text": text})
    return (second, first)


def metres(text: str) -> Parsed:
    """Read a plane coordinate in metres; fault `not_a_coordinate`."""
    try:
        return float(fold(text).replace(",", "").removesuffix("m"))
    except ValueError:
        return Fault("not_a_coordinate", values={"text": text})


_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix"
_ZONES = {roman: number for number, roman in enumerate(_ROMAN.split(" "), start=1)}


def zone(text: str) -> Parsed:
    """Read the number of a plane rectangular zone, 1 to 19 (平成14年国土交通省告示第9号); fault `no_such_zone`."""
    bare = re.sub(r"^(平面直角(座標)?系?)?第?|系$", "", fold(text)).removesuffix(".0")
    number = _ZONES.get(bare) or (int(bare) if bare.isdigit() else 0)
    return number if 1 <= number <= 19 else Fault("no_such_zone", values={"text": text})


def municipality(text: str, known: frozenset[str] = frozenset()) -> Parsed:
    """Read a local government code as its 6 digits with check digit.

    5 digits get their check digit; a code that lost its leading zero (Hokkaido to Tochigi, in spreadsheets) gets it
    back with the doubt `leading_zero_lost`. Where both readings are possible, the one in `known` codes is taken, else
    the one whose check digit fits. Fault: `no_such_municipality_code`.
    """
    digits = fold(text).removesuffix(".0").replace("-", "")
    if digits.isascii() and digits.isdigit():
        if is_municipality_code(digits):
            return digits
        readings = [
            code for code in ("0" + digits, "0" + digits + _check("0" + digits)) if is_municipality_code(code)
        ]
        readings = [code for code in readings if code[0:2] != "00" and _is_local(code)]
        full = digits + _check(digits)
        possible = is_municipality_code(full) and 1 <= int(full[:2]) <= 47 and _is_local(full)
        if possible and (not readings or (full in known and readings[0] not in known)):
            return full
        if readings:
            return Doubt(readings[0], "leading_zero_lost")
    return Fault("no_such_municipality_code", values={"text": text})


def _check(code5: str) -> str:
    return check_digit(code5) if len(code5) == 5 else ""


def _is_local(code: str) -> bool:
    """Prefectures end in 000, cities, wards, towns and villages in 100 and above (JIS X 0402)."""
    return code[2:5] == "000" or code[2] != "0"
