"""The typesetter: what it may fetch, that it is deterministic, that what it says can be read."""

import base64
import contextlib
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from reports.pdf import OwnFilesFetcher, PdfError, pdf_merge, pdf_pages, pdf_render

PAGE = (
    '<html lang="zh-CN"><head><title>服务工作简报</title><meta name="author" content="服务办公室">'
    '<meta name="dcterms.created" content="2012-01-06"><style>@page{{size:A5}}'
    'p{{font:12pt "Noto Serif CJK SC";text-align:justify}}</style></head><body>{}</body></html>'
)
TEXT = "检查人员对网点的环境、柜面服务、大堂管理和首问负责逐项打分，" * 6


def reader(data):
    return PdfReader(io.BytesIO(data))


def text_of(data):
    return "".join(page.extract_text() for page in reader(data).pages).replace("\n", "")


@pytest.fixture
def server():
    """A web server that counts who asks."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    web = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}", asked
    web.shutdown()
    thread.join()


REFERENCES = [
    '<img src="{}/a.png">',
    '<link rel="stylesheet" href="{}/a.css">',
    "<style>@import url({}/a.css);</style>",
    "<style>@font-face{{font-family:x;src:url({}/a.woff)}} p{{font-family:x}}</style><p>x</p>",
    '<p style="background:url({}/a.png)">x</p>',
    '<object data="{}/a.svg"></object>',
    '<link rel="attachment" href="{}/a.txt">',
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_nothing_is_fetched_from_the_network(server, reference):
    address, asked = server
    with pytest.raises(PdfError, match="外部内容"):
        pdf_render(PAGE.format(reference.format(address)))
    assert asked == []


@pytest.mark.parametrize("reference", REFERENCES)
def test_no_file_is_read(reference):
    with pytest.raises(PdfError, match="外部内容"):
        pdf_render(PAGE.format(reference.format("file:///etc")))


@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
def test_a_drawing_fetches_nothing_either(server, attribute):
    address, asked = server
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="9" height="9"><image {attribute}="{address}/a.png" width="9" height="9"/></svg>'
    )
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    with contextlib.suppress(PdfError):
        pdf_render(PAGE.format(svg + f'<img src="{source}">'))
    assert asked == []


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://example.com/", "file:///etc/passwd", "ftp://example.com/a",
     "static:../config/settings.py", "static:no/such.css", "none:a.png", "//example.com/a.png",
     "gopher://example.com/", "static:/etc/passwd"],
)  # fmt: skip
def test_the_fetcher_refuses(url):
    with pytest.raises(FatalURLFetchingError):
        OwnFilesFetcher().fetch(url)


def test_our_own_static_files_and_data_are_served():
    assert b"<svg" in OwnFilesFetcher().fetch("static:favicon.svg").read()
    assert OwnFilesFetcher().fetch("data:text/plain,abc").read() == b"abc"


def test_the_same_html_makes_the_same_bytes_and_other_html_others():
    html = PAGE.format(f"<p>{TEXT}</p>")
    assert pdf_render(html) == pdf_render(html)
    assert pdf_render(html) != pdf_render(html.replace("打分", "评分"))


def test_text_is_selectable_and_fonts_are_embedded_as_subsets():
    data = pdf_render(PAGE.format(f"<p>{TEXT}</p>"))
    assert TEXT in text_of(data)
    fonts = reader(data).pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert descriptor["/FontName"][7] == "+"
        assert descriptor["/FontFile3"].get_object().get_data()
    assert len(data) < 300_000


def test_properties_come_from_the_document_and_no_clock_is_asked():
    found = reader(pdf_render(PAGE.format("<p>一</p>")))
    assert found.metadata.title == "服务工作简报"
    assert found.metadata.author == "服务办公室"
    assert found.metadata["/CreationDate"] == "D:20120106"
    root = found.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_chinese_lines_are_justified_between_their_characters():
    numbers = "平均得分91.23分，较上月提高0.35分；第一名海城支行，94.31分。" * 4
    left = pdf_render(PAGE.replace("justify", "left").format(f"<p>{numbers}</p>"))
    spread = pdf_render(PAGE.format(f"<p>{numbers}</p>"))
    assert left != spread
    assert text_of(left) == text_of(spread) == numbers


def test_parts_are_merged_in_order_with_the_first_ones_properties():
    parts = [pdf_render(PAGE.format(f"<p>第{n}部分</p>")) for n in "一二三"]
    merged = pdf_merge(parts)
    assert pdf_pages(merged) == 3
    assert text_of(merged) == "第一部分第二部分第三部分"
    assert reader(merged).metadata.title == "服务工作简报"
    assert reader(merged).trailer["/Root"]["/Lang"] == "zh-CN"
    assert pdf_merge(parts) == merged
