"""Web pages for tests: the sample plan with a portal around it."""

from __future__ import annotations

from html import escape
from itertools import groupby

from tests.documents import sample_plan

HEAD = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>云川市人民政府门户网站</title>
<script>var plan = "1.脚本里的任务。（牵头单位：市脚本局）";</script><style>p { color: red }</style></head>
<body><form id="aspnetForm">
<div class="top"><a href="/">首页</a><a href="/zw">政务公开</a>
<a href="/hd">互动交流</a><a href="/fw">政务服务</a></div>
<ul class="nav"><li><a href="/1">市政府文件</a></li><li><a href="/2">政策解读</a></li>
<li><a href="/3">人事任免</a></li></ul>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/zw">政务公开</a> &gt; 市政府办文件</div>
<div style="display:none">1.隐藏的任务。（牵头单位：市隐藏局）</div>
<table class="xxgk"><tr><td>索引号：</td><td>YC001-2024-00018</td></tr>
<tr><td>发文字号：</td><td>云政办发〔2024〕18号</td></tr></table>
<div class="layout"><div class="left"><ul><li><a href="/a">本市要闻</a></li>
<li><a href="/b">部门动态</a></li></ul></div>
<div class="right"><h1>%s</h1>
<div class="info">2024-05-20 来源：市政府办 <a href="#">打印</a> <a href="#">关闭</a></div>
<div class="article-body">
"""
FOOT = """</div></div></div>
<div class="share">分享到：<a href="#">微信</a><a href="#">微博</a></div>
<ul class="related"><li><a href="/9">云川市冷库管理办法</a></li><li><a href="/8">图解：冷链物流行动计划</a></li></ul>
<div class="footer">主办：云川市人民政府办公室 备案号000000 网站标识码0000000001 <a href="/map">网站地图</a></div>
</form><script>document.write("（牵头单位：市脚本局）")</script></body></html>
"""


def page(inside: str) -> str:
    return HEAD % escape(sample_plan.TITLE) + inside + FOOT


def paragraph(words: str) -> str:
    return f'<p style="text-indent:2em"><span>{escape(words)}</span></p>\n'


def table() -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td><p>{escape(cell)}</p></td>" for cell in row) + "</tr>" for row in sample_plan.TABLE
    )
    return f"<table border='1'>{rows}</table>"


def plan_page() -> str:
    """The sample plan in a portal, its tasks as ordered lists without numbers in the text."""
    parts = [paragraph(sample_plan.NUMBER_LINE)]
    count = 0
    for is_task, pieces in groupby(sample_plan.PIECES, key=lambda piece: piece.level == 2):
        if not is_task:
            parts.extend(paragraph(piece.printed) for piece in pieces)
            continue
        items = [f"<li>{escape(piece.words)}</li>" for piece in pieces]
        parts.append(f'<ol start="{count + 1}">{"".join(items)}</ol>')
        count += len(items)
    return page("".join(parts) + paragraph("附件：主要指标表") + table())
