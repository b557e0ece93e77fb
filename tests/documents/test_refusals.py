"""What cannot be read is refused by name, whatever the file calls itself, with a sentence that says what to do."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import pytest

from tests.documents import ole_files, sample_plan, web_pages, word_files
from tests.documents.pdf_files import plan_pdf
from tracker.documents import Format, extract, sniff
from tracker.documents.limits import Limits
from tracker.documents.refusals import SENTENCES, WRONG_TYPES
from tracker.errors import Unreadable

PLAN = sample_plan.as_text()


def refused(data: bytes, *, filename: str | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        extract(data, filename=filename)
    return caught.value


def zipped(members: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return stream.getvalue()


OFFICE_LINK = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{}"/>'
    "</Relationships>"
)
BITMAP = b"BM" + struct.pack("<IHHI", 5000, 0, 0, 54) + bytes(200)

OTHERS = {
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "图片"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(100), "图片"),
    "bitmap": (BITMAP, "图片"),
    "webp": (b"RIFF\x00\x10\x00\x00WEBPVP8 " + bytes(50), "图片"),
    "xlsx": (zipped({"_rels/.rels": OFFICE_LINK.format("xl/workbook.xml"), "xl/workbook.xml": "<w/>"}), "Excel"),
    "pptx": (zipped({"_rels/.rels": OFFICE_LINK.format("ppt/p.xml"), "ppt/p.xml": "<p/>"}), "演示文稿"),
    "ofd": (zipped({"OFD.xml": "<ofd/>", "Doc_0/Document.xml": "<d/>"}), "OFD"),
    "odt": (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<o/>"}), "ODF"),
    "zip": (zipped({"方案.txt": PLAN}), "压缩包"),
    "empty zip": (zipped({}), "压缩包"),
    "gzip": (gzip.compress(PLAN.encode()), "压缩包"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(50), "压缩包"),
    "xls": (ole_files.compound({"Workbook": b"x"}), "Excel"),
    "ppt": (ole_files.compound({"PowerPoint Document": b"x"}), "演示文稿"),
    "unknown office": (ole_files.compound({"Contents": b"x"}), "办公文件"),
    "program": (b"MZ\x90\x00\x03" + bytes(200), "程序"),
    "rtf": (b"{\\rtf1\\ansi \\u20113?}", "RTF"),
    "word xml": (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>', "XML"),
    "mhtml": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "MHT"),
    "noise": (bytes(range(256)) * 40, "无法识别"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_another_kind_is_refused_by_its_name(name: str) -> None:
    data, word = OTHERS[name]
    error = refused(data, filename="实施方案.docx")
    assert error.code in ({"wrong-type", "encoding"} if name == "noise" else {"wrong-type"})
    assert word in error.message


def test_a_docx_with_a_password_is_refused_as_encrypted() -> None:
    data = ole_files.compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y"})
    assert refused(data).code == "encrypted"


def test_a_word_file_that_only_mentions_encryption_is_not_encrypted() -> None:
    assert sniff(ole_files.word(["EncryptedPackage"])) is Format.DOC


def test_a_zip_with_a_password_is_refused_as_encrypted() -> None:
    data = bytearray(zipped({"word/document.xml": "<w/>"}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + place] |= 1
    assert refused(bytes(data)).code == "encrypted"


def test_a_file_over_the_limit_is_refused_with_the_limit() -> None:
    error = refused(b"a" * (Limits().max_bytes + 1))
    assert error.code == "too-large"
    assert "20 MB" in error.message


@pytest.mark.parametrize("data", [b"", b"  \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 100])
def test_a_file_without_anything_is_refused_as_empty(data: bytes) -> None:
    assert refused(data).code == "empty"


@pytest.mark.parametrize("filename", ["a.pdf", "a.xlsx", "a.png", "a", None])
def test_the_name_of_a_file_proves_nothing(filename: str | None) -> None:
    word = word_files.saved(word_files.plan_document())
    assert extract(word, filename=filename) == extract(word)
    assert extract(PLAN.encode(), filename=filename).content == PLAN


def test_a_file_that_is_two_kinds_at_once_is_what_it_begins_with() -> None:
    pdf = plan_pdf()
    word = word_files.saved(word_files.plan_document())
    assert sniff(pdf + word) is Format.PDF
    assert sniff(PLAN.encode() + word) is Format.TXT
    assert sniff(web_pages.plan_page().encode() + pdf) is Format.HTML
    assert refused(b"\x89PNG\r\n\x1a\n" + word).code == "wrong-type"


def test_plain_text_that_begins_like_a_program_is_text() -> None:
    assert extract("BM区建设方案\nMZ".encode()).content == "BM区建设方案\nMZ"


def test_every_refusal_is_a_sentence_of_its_own() -> None:
    sentences = [*SENTENCES.values(), *WRONG_TYPES.values()]
    assert len(set(sentences)) == len(sentences)
    for sentence in sentences:
        assert sentence.endswith("。")
        assert "请" in sentence or sentence.count("。") >= 2
