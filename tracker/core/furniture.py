"""What stands around a document and is no part of it: page numbers, running heads, the web page, the imprint."""

from __future__ import annotations

import re
from collections import Counter

from tracker.core.lines import Line

_PAGE_NUMBER = re.compile(
    r"[-—–―─·~]{1,3}[0-9]{1,4}[-—–―─·~]{1,3}|第[0-9]{1,4}页(?:[,/]?共[0-9]{1,4}页)?|[0-9]{1,4}/[0-9]{1,4}|共[0-9]{1,4}页"
)
# Lines of a web page or of the imprint (版记) that end a document.
_CLOSING = re.compile(
    r"(?:本页|文章|信息|总)?(?:浏览|访问|阅读|点击)(?:量|次数|数)?:|版权所有|Copyright|copyright|©|备案(?:编|序)?号|.{0,8}ICP备|.{0,4}公网安备"
    r"|网站(?:地图|声明|标识码)|扫一扫|打印(?:本页|此页|正文)?$|(?:打印)?关闭(?:窗口|本页)?$|分享(?:到|至)|【?(?:上|下)一[篇条]"
    r"|责任编辑:?|\(?(?:编辑|作者|责编|审核|校对):|相关(?:链接|解读|文件|阅读|附件|稿件)|友情链接|返回(?:顶部|首页|列表)|联系我们"
    r"|无障碍|(?:您)?(?:的|当前)位置:|附件下载|验证码|留言与?评论|我要纠错|主办(?:单位)?:.{0,40}(?:承办|技术支持|备案|版权)|技术支持:"
    r"|(?:抄送|分送|主题词|抄报):|.{2,30}(?:办公室|办公厅|秘书科)[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日印发"
    r"|\(?(?:此|本)件(?:公开|主动公开|依申请公开|不公开|删减后公开)|\(?信息公开(?:类型|选项|形式):|(?:热线|咨询|客服)(?:电话|热线|微信)"
)
_CONTACT = re.compile(
    r"\(?(?:联系人|联系电话|联系方式|咨询电话|电话|传真|邮箱|电子邮箱|通信地址|通讯地址|地址|邮编|公示时间|公示期)[:(]"
)


def is_closing(text: str) -> bool:
    """Whether a line says that the document has ended: an imprint or a part of the web page around it."""
    return len(text) <= 80 and _CLOSING.match(text) is not None


def is_contact(text: str) -> bool:
    """Whether a line tells whom to ring or where to write."""
    return len(text) <= 80 and _CONTACT.match(text) is not None


def page_furniture(lines: list[Line]) -> set[int]:
    """Gives the indexes of lines that are page numbers, or the running heads that stand beside them."""
    numbers = {i for i, line in enumerate(lines) if len(line.text) <= 16 and _PAGE_NUMBER.fullmatch(line.text)}
    edges = _page_edges(lines, numbers)
    counts = Counter(line.text for i, line in enumerate(lines) if i not in numbers)
    heads = {
        i
        for i in edges
        if i not in numbers and counts[lines[i].text] >= 3 and len(lines[i].text) <= 40 and ":" not in lines[i].text
    }
    beside = Counter(lines[i].text for i in heads)
    return numbers | {i for i in heads if beside[lines[i].text] * 3 >= counts[lines[i].text] * 2}


def _page_edges(lines: list[Line], numbers: set[int]) -> set[int]:
    edges = {i + step for i in numbers for step in (-1, 1)}
    for i in range(1, len(lines)):
        if lines[i].page != lines[i - 1].page:
            edges.update((i - 1, i))
    return {i for i in edges if 0 <= i < len(lines)}
