"""Files written out one by one: what only one format can have wrong with it."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
from pyarrow import parquet

from rigs.wild.record import Expectation

Special = tuple[bytes, bytes, tuple[Expectation, ...], frozenset[str]]
_BODY = "The harbour board met on Monday and agreed a plan."


_OTHER_FIELDS = ("author", "date", "url", "section", "language", "id", "description", "keywords",
                 "image")  # fmt: skip


class _Marks:
    """Words that stand in one record alone."""

    def __init__(self, edition: int) -> None:
        self._letter = "abcdefgh"[edition]
        self._count = 0
        self.given: list[Expectation] = []

    def keep(self, exact: str | None = None) -> str:
        """The marker of a record that must be kept, with ``exact`` in its text."""
        self._count += 1
        marker = f"sp{self._count:05}{self._letter}"
        self.given.append(Expectation(True, frozenset(), marker, exact))
        return marker

    def refuse(self, *rules: str) -> str:
        """A word for a record that must be refused by one of ``rules``."""
        self.given.append(Expectation(False, frozenset(rules)))
        return "refused"

    def either(self, *rules: str) -> str:
        """A word for a record that may be kept or refused."""
        self.given.append(Expectation(None, frozenset(rules)))
        return "either"

    def file(self, name: str | bytes, data: bytes | str, *rules: str) -> Special:
        """A file of the records asked for since the last one."""
        taken, self.given = tuple(self.given), []
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return name if isinstance(name, bytes) else name.encode(), raw, taken, frozenset(rules)


def special_files(edition: int) -> Iterator[Special]:
    """Name, bytes, expectations of the records, further reasons for a refusal."""
    marks = _Marks(edition)
    yield from _whole_files(marks)
    yield from _json_files(marks)
    yield from _tables(marks)
    yield from _parquet_files(marks)
    yield from _packed(marks)
    yield from _feeds_and_mail(marks)


def _whole_files(m: _Marks) -> Iterator[Special]:
    for name, data, rules in (
        ("empty.txt", b"", ("empty_file",)), ("blank.txt", b" \n\t\r\n\x0c", ("empty_text",)),
        ("mark only.txt", b"\xef\xbb\xbf", ("empty_text", "empty_file")),
        ("wide mark only.txt", b"\xff\xfe", ("empty_text", "empty_file")),
        ("nul.txt", b"\0" * 100, ("not_text",)), ("picture.txt", b"\x89PNG\r\n", ("not_text",)),
        ("pdf.html", b"%PDF-1.7\nHarbour", ("not_text",)),
        ("cut utf-8.txt", "Größe über Öl, Käse für Åse. Ende".encode() + b"\xc3",
         ("undecodable_bytes",)),
        ("svg.xml", b"<?xml version='1.0'?><svg><text>Harbour</text></svg>", ("unknown_format",)),
        ("laughs.xml", b'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel><item>'
         b"<title>&b;</title></item></channel></rss>", ("entity_expansion",)),
    ):  # fmt: skip
        m.refuse(*rules)
        yield m.file(name, data)
    for ends, name in (("\r", "mac"), ("\r\n", "dos"), ("\x85", "nel"), ("\u2028", "ls"),
                       ("\x0b", "vt"), ("\x0c", "ff"), ("\x1c", "fs"),
                       ("\n\r", "both")):  # fmt: skip
        lines = ["Harbour plan agreed", "", _BODY, "", f"Number {m.keep()} of many reports."]
        yield m.file(f"lines {name}.txt", ends.join(lines))
    for name, text in (
        ("one line", "{}"), ("no end", "Harbour plan\n\n{}"), ("bidi", "\u202eHarbour\u202c {}"),
        ("only marks", "\u0301\u0302 {}"), ("indented", "    Harbour\n\n\t{}"),
        ("nbsp", "\u00a0\n{}"),
        ("blank lines", "\n" * 20_000 + "{}"), ("spaces", " " * 200_000 + "{}"),
        ("mark inside", "Harbour \ufeffplan {}\ufeff"), ("two marks", "\ufeff\ufeffHarbour {}"),
        ("brace", "{{ This is no JSON\n{}"), ("bracket", "[Photo] Harbour\n\n{}"),
        ("less than", "< 5 percent of boats left\n\n{}"), ("colon", "Subject: Harbour\n\n{}"),
        ("rule", "---\n\nHarbour\n\n---\n{}"),
        ("replacement", "Harbour \ufffd\ufffd plan {}"), ("emoji", "\U0001f600" * 5_000 + " {}"),
    ):  # fmt: skip
        yield m.file(f"text {name}.txt", text.format(m.keep()))


def _json_files(m: _Marks) -> Iterator[Special]:
    def record(text: str, **more: object) -> str:
        return json.dumps({"title": "Harbour plan", "text": f"{_BODY} {text}", **more},
                          ensure_ascii=False)  # fmt: skip

    lines = [record(m.keep("a\u2028b\u2029c\x85d") + " a\u2028b\u2029c\x85d"), "", "  ",
             record(m.keep(), text2="x"), '{"title": ' + f'"{m.refuse("invalid_json")}"',
             f'["{m.refuse("not_a_record")}"]', "null" + " " * len(m.refuse("not_a_record")),
             '{"title": "T", "text": "raw\ttab ' + m.keep() + '"}',
             '{"text": "first", "text": "second ' + m.keep() + '"}',
             '{"title": "T", "n": 1e999, "i": ' + "9" * 400 + ', "text": "' + m.keep() + '"}',
             record(m.keep(), extra={"a": [{"b": [[[]]]}]}),
             json.dumps({"title": "T", "text": f"{m.refuse('nul_character')}\0"})]  # fmt: skip
    yield m.file("lines.jsonl", "\n".join(lines))
    yield m.file("lines dos.jsonl", f"\ufeff{record(m.keep())}\r\n{record(m.keep())}\r\n")
    yield m.file("lines mac.jsonl", f"{record(m.keep())}\r{record(m.keep())}\r")
    yield m.file("sequence.json", f"\x1e{record(m.keep())}\n\x1e{record(m.keep())}\n")
    yield m.file("cut.json", f"[{record(m.keep())}, {record('x')[:40]}", "invalid_json")
    yield m.file("joined.json", f"{record(m.keep())}{record(m.keep())} {record(m.keep())}")
    yield m.file("wrapped.json", f'{{"meta": 1, "articles": [{record(m.keep())}]}}')
    yield m.file("spaced.json", f"\n\n \t{record(m.keep())}\n\n")
    yield m.file("comma.json", f"[{record(m.keep())},]")
    yield m.file("long key.json", record(m.keep(), **{"k" * 100_000: 1, "\u0000": 2, "": 3}))
    m.either("nested_too_deep", "invalid_json")
    yield m.file("deep.json", '{"title": "T", "text": "a", "x": ' + "[" * 9_000 + "]" * 9_000 + "}")
    for number, value in enumerate((7, 1.5, True, [], {}, "", [[]], {"a": {}}, "a" * 70_000)):
        more = dict.fromkeys(_OTHER_FIELDS, value)
        yield m.file(f"typed {number}.json", record(m.keep(), **more))


def _tables(m: _Marks) -> Iterator[Special]:
    rows = ["title,text,date,", f'A,"two\nlines {m.keep()}",2024-05-03,', "",
            f"B,{m.refuse('ragged_row')}", f"C,{m.refuse('ragged_row')},1,2,3",
            f'D,"a ""quoted"" word {m.keep()}",,', f'E,"{m.keep()} {"x" * 200_000}",,', ",,,",
            f"\u00a0F\u00a0, {m.keep()} ,\u00a0,"]  # fmt: skip
    m.refuse("empty_text")
    yield m.file("rows.csv", "\n".join(rows) + "\n")
    yield m.file("dos.csv", f"\ufefftitle;text\r\nA;{m.keep()}\r\n")
    yield m.file("mac.csv", f"title,text\rA,{m.keep()}\rB,{m.keep()}\r")
    yield m.file("separator.csv", f"sep=|\ntitle|text\nA|{m.keep()}\n")
    yield m.file("twice.csv", f"title,text,text,title\nA,{m.keep()},,B\n")
    yield m.file("wide.csv", "title,text" + ",x" * 5_000 + f"\nA,{m.keep()}" + "," * 5_000 + "\n")
    yield m.file("upper.csv", f"TITLE,TEXT\nA,{m.keep()}\n")
    yield m.file("next line.csv", f"title,text\nA\x85B,{m.keep()}\u2028 c\n")
    yield m.file("nul.csv", f"title,text\nA,{m.keep()} {'x' * 500}\nB,"
                 f"{m.refuse('nul_character', 'not_text')}\0{'x' * 500}\n")  # fmt: skip
    m.refuse("damaged_row")
    yield m.file("open quote.csv", f'title,text\nA,{m.keep()}\nB,"never closed\nC,D\n')
    m.refuse("unknown_columns", "no_records", "empty_text")
    yield m.file("unknown.csv", "a,b\n1,2\n")
    m.refuse("no_records")
    yield m.file("header only.csv", "title,text\n")
    yield m.file("bytes.csv", b"title,text\nA," + m.keep().encode() + b"\nB,"
                 + m.either("undecodable_bytes").encode() + b" \xff\xfe\n")  # fmt: skip


def _parquet_files(m: _Marks) -> Iterator[Special]:
    zone = "Pacific/Kiritimati"
    columns: dict[str, pa.Array] = {
        "list": pa.array([["a", None], []], pa.list_(pa.string())),
        "struct": pa.array([{"name": "Ida"}, None], pa.struct([("name", pa.string())])),
        "map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
        "decimal": pa.array([Decimal("1714723200.5"), None], pa.decimal128(30, 5)),
        "binary": pa.array([b"\xff\0", b"x"], pa.binary()),
        "null": pa.nulls(2), "flag": pa.array([True, None]),
        "nanoseconds": pa.array([2**62, -(2**62)], pa.timestamp("ns", "UTC")),
        "seconds": pa.array([2**40, -(2**40)], pa.timestamp("s")),
        "zoned": pa.array([253402300799, -62135596800], pa.timestamp("s", zone)),
        "days": pa.array([2**31 - 1, -(2**31)], pa.date32()),
        "milliseconds": pa.array([2**52, 0], pa.timestamp("ms", "UTC")),
        "date64": pa.array([0, 86_400_000], pa.date64()),
        "time": pa.array([dt.time(1), None], pa.time64("us")),
        "duration": pa.array([dt.timedelta(1), None], pa.duration("s")),
        "float": pa.array([float("nan"), float("inf")]), "unsigned": pa.array([2**64 - 1, 0],
                                                                              pa.uint64()),
        "dictionary": pa.array(["a", "b"]).dictionary_encode(),
        "large": pa.array(["a", None], pa.large_string()),
    }  # fmt: skip
    for kind, column in columns.items():
        for name in ("date", "author", "id", "section"):
            data = {"title": ["A", "B"], "text": [m.keep(), m.keep()], name: column}
            yield m.file(f"{kind} {name}.parquet", _parquet(data))
    for kind in ("list", "large", "dictionary"):
        words = [f"{_BODY} {m.keep()}", f"{_BODY} {m.keep()}"]
        text = {"list": pa.array([[word] for word in words]),
                "large": pa.array(words, pa.large_string()),
                "dictionary": pa.array(words).dictionary_encode()}[kind]  # fmt: skip
        yield m.file(f"text {kind}.parquet", _parquet({"title": ["A", "B"], "text": text}))
    yield m.file("bytes.parquet", _parquet({"title": ["A"], "text": pa.array(
        [m.keep().encode()], pa.binary())}), "empty_text")  # fmt: skip
    m.refuse("no_records")
    yield m.file("no rows.parquet", _parquet({"title": pa.array([], pa.string())}))


def _parquet(columns: dict[str, object]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out, store_schema=True)
    return out.getvalue()


def _packed(m: _Marks) -> Iterator[Special]:
    whole = gzip.compress(f"Harbour\n\n{m.keep()}\n".encode(), mtime=0)
    yield m.file("padded.txt.gz", whole + b"\0" * 512)
    parts = (f"Harbour\n\n{_BODY}", f" {m.keep()}\n")
    yield m.file("parts.txt.gz", b"".join(gzip.compress(p.encode(), mtime=0) for p in parts))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("../../up.txt", "/root.txt", "a/b/", "a/b/c.txt", "same.txt", "same.txt",
                     "sp ace\n.txt", "漢字.txt", "same.txt #2", "C:\\dos.txt", "x" * 300,
                     ""):  # fmt: skip
            text = "" if name.endswith("/") else f"Harbour\n\n{_BODY} {m.keep()}"
            archive.writestr(zipfile.ZipInfo(name), text)
    yield m.file("members.zip", out.getvalue())
    m.refuse("damaged_archive", "empty_file")
    yield m.file("only head.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
    m.refuse("packed_too_deep")
    deep = b"Harbour"
    for _ in range(5):
        deep = gzip.compress(deep, mtime=0)
    yield m.file("deep.txt.gz", deep)


def _feeds_and_mail(m: _Marks) -> Iterator[Special]:
    item = "<item><title>T</title><description>{}</description>{}</item>"
    odd = ("", "<guid>same</guid>", "<guid>same</guid>", "<guid>same #2</guid>",
           "<pubDate>99999</pubDate>",
           "<pubDate>Sat, 00 Foo 0000 99:99:99 +9999</pubDate>", "<link>http://[</link>",
           "<guid>\n a \u2028 b\u202e </guid>", "<link/><author/><category/>",
           "<pubDate>Fri, 31 Dec 9999 23:59:59 -1200</pubDate>",
           f"<guid>{'g' * 5_000}</guid>")  # fmt: skip
    items = "".join(item.format(m.keep(), more) for more in odd)
    yield m.file("odd.rss", f"<rss><channel>{items}</channel></rss>")
    yield m.file(
        "control.rss", f"<rss><channel>{item.format(m.keep() + chr(8), '')}</channel></rss>"
    )
    yield m.file(
        "cut.rss", f"<rss><channel>{item.format(m.keep(), '')}<item><title>Cut", "empty_text"
    )
    yield m.file("entity.rss", "<rss><channel>" + item.format(
        f"{m.keep()} &nbsp;&copy;&bogus;&#x1F600;&#0;&#xD800;", "") + "</channel></rss>",
        "nul_character", "lone_surrogate")  # fmt: skip
    mail = "From: {}\nMessage-ID: <1@q>\nMIME-Version: 1.0\nSubject: {}\nDate: {}\n{}\n{}\n"
    for number, (sender, subject, date, more) in enumerate((
        ("a@b", "T", "", ""), ("", "", "Fri, 31 Dec 9999 23:59:59 -9999", ""),
        ("=?bogus?b?SWRh?= <a@b>", "=?utf-8?q?=FF?=", "x",
         "Content-Type: text/plain; charset=none\n"),
        ("Ida\n Mae <a@b>", "T\n  folded\n\tagain", "1 Jan 0001 00:00:00 +2359", "X: y\n"),
        ("a@b", "T", "Thu, 1 Jan 1970 00:00:00 +0000", "Content-Transfer-Encoding: bogus\n"),
    )):  # fmt: skip
        yield m.file(f"odd {number}.eml", mail.format(
            sender, subject, date, more, f"{_BODY} {m.keep()}"), "undecodable_bytes",
            "unreadable_mail")  # fmt: skip
