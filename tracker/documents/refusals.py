"""Why a document cannot be read: a code for programs, a sentence for the person who uploaded it."""

from __future__ import annotations

from tracker.errors import Unreadable

_ACCEPTED = "请上传 .docx、.doc、.pdf（可复制文字）、.html 或 .txt 文件。"
_OFFICE = "请用 Word 或 WPS 打开后另存为 .docx 再上传。"

SENTENCES = {
    "empty": "文件里没有任何文字。请检查是否选错了文件。",
    "too-large": "文件超过大小限制，没有读取。请删去文件中的大图片，或只保留方案正文后再上传。",
    "encrypted": "文件设有密码，无法读取。请取消密码保护后再上传。",
    "scan": "这份 PDF 是扫描件，只有图片没有文字层。请上传可复制文字的电子版，或先做文字识别（OCR）再上传。",
    "garbled": "这份 PDF 的字体没有文字编码，提取出来是乱码。请上传 Word 版，或用 Word、WPS 重新导出 PDF 再上传。",
    "damaged": "文件已损坏或不完整，无法读取。请重新下载，或用 Word、WPS 打开后另存再上传。",
    "encoding": "无法识别文本的编码。请用记事本打开，另存为 UTF-8 编码后再上传。",
    "too-complex": "文件内部结构异常，超出安全限度，没有读取。请用 Word 或 WPS 打开后另存为新文件再上传。",
    "timeout": "文件读取时间过长，已中止。请只保留方案正文，或拆成几个文件后再上传。",
    "memory": "读取文件所需内存超出限度，已中止。请删去文件中的图片和附件，或拆成几个文件后再上传。",
    "crashed": "读取文件的程序意外中止，这份文件没有读入。请用 Word 或 WPS 打开后另存再上传。",
}

WRONG_TYPES = {
    "image": "这是图片文件，不含可读取的文字。请上传方案的电子版，" + _ACCEPTED.removeprefix("请上传 "),
    "excel": "这是 Excel 表格，不是方案正文。" + _ACCEPTED,
    "powerpoint": "这是演示文稿，不是方案正文。" + _ACCEPTED,
    "ofd": "这是 OFD 版式文件，暂不支持。请转换为 PDF 或 .docx 后再上传。",
    "opendocument": "这是 ODF 格式的文件，暂不支持。" + _OFFICE,
    "archive": "这是压缩包，不是方案文件。请解压后上传其中的方案文件。",
    "program": "这是程序文件，不能作为方案上传。" + _ACCEPTED,
    "rtf": "这是 RTF 格式的文件，暂不支持。" + _OFFICE,
    "word-xml": "这是 Word 的 XML 格式文件，暂不支持。" + _OFFICE,
    "mhtml": "这是单个文件网页（MHT），暂不支持。请在浏览器中另存为网页（.html），或另存为 .docx 后再上传。",
    "office": "无法识别这份办公文件。" + _OFFICE,
    "unknown": "无法识别这种文件。" + _ACCEPTED,
}


def refusal(code: str) -> Unreadable:
    """Gives the refusal of this code with its own sentence."""
    return Unreadable(code, SENTENCES[code])


def wrong_type(kind: str) -> Unreadable:
    """Gives the refusal of a file that is whole but is no document we read."""
    return Unreadable("wrong-type", WRONG_TYPES[kind])


def too_large(max_bytes: int) -> Unreadable:
    """Gives the refusal of a file over the limit, naming the limit."""
    return Unreadable("too-large", f"文件超过 {max_bytes / 1024 / 1024:g} MB 的限制，没有读取。请删去大图片后再上传。")
