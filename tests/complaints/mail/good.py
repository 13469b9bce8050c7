"""Forty mails as they occur: every Chinese charset in every transfer encoding, and what else is usual."""

from collections.abc import Iterator
from urllib.parse import quote

from tests.complaints.mail.builder import (
    Sent,
    as_html,
    file_part,
    letter_text,
    mail,
    multipart,
    part,
    split_words,
    word,
)

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CHARSETS = ("gb2312", "gbk", "gb18030", "big5", "utf-8")
ENCODINGS = ("8bit", "quoted-printable", "base64")


def good_mails() -> list[Sent]:
    """All of them, each with a ticket number of its own."""
    made = [*_grid(), *_pages(), *_labels(), *_shapes(), *_names()]
    assert len(made) == len({one.name for one in made}) == 40
    return made


def _text(number: int, charset: str) -> str:
    tails = {"gbk": "镕喆囧", "gb18030": "𠮷㐂镕€", "utf-8": "𠮷😀"}
    return letter_text(
        number, traditional=charset in {"big5", "big5hkscs", "cp950"}, tail=tails.get(charset, "")
    )


def _grid() -> Iterator[Sent]:
    """Charset × transfer encoding, subject in the same charset as B and as Q."""
    for place, charset in enumerate(CHARSETS):
        for column, cte in enumerate(ENCODINGS):
            number = 100 + 10 * place + column
            text = _text(number, charset)
            subject = word("工單" if charset == "big5" else "工单", charset, "BQ"[column % 2])
            yield Sent(
                f"{charset} {cte}",
                mail(part(text, charset, cte), subject=subject, message_id=f"g{number}"),
                text,
            )


def _pages() -> Iterator[Sent]:
    """Only HTML, and HTML beside plain text."""
    for place, charset in enumerate(CHARSETS):
        number = 200 + place
        text = _text(number, charset)
        cte = ENCODINGS[place % 3]
        meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        html = as_html(text, meta)
        yield Sent(
            f"html {charset}",
            mail(part(html, charset, cte, kind="text/html"), message_id=f"h{number}"),
            text,
        )
    text = letter_text(210)
    both = multipart(
        part(text, "gbk", "base64"),
        part(as_html("<b>另一种写法</b>"), "gbk", "quoted-printable", kind="text/html"),
        kind="alternative",
    )
    yield Sent("alternative", mail(both, message_id="h210"), text)
    text = letter_text(211)
    empty = multipart(
        part(" ", "utf-8"), part(as_html(text), "utf-8", kind="text/html"), kind="alternative"
    )
    yield Sent("alternative with an empty plain text", mail(empty, message_id="h211"), text)


def _labels() -> Iterator[Sent]:
    """Labels nobody registered, none at all, and charsets that look like ASCII."""
    for place, (label, charset, cte) in enumerate(
        (
            ("x-gbk", "gbk", "8bit"),
            ("cp936", "gbk", "base64"),
            ('"gb_2312-80"', "gb2312", "quoted-printable"),
            ("", "gbk", "8bit"),
            ("", "utf-8", "8bit"),
            ("unknown-8bit", "gb18030", "8bit"),
            ("us-ascii", "utf-8", "base64"),
            ("big5-hkscs", "big5hkscs", "base64"),
            ("cn-big5", "cp950", "8bit"),
            ("utf-16", "utf-16", "base64"),
            ("hz-gb-2312", "hz", "7bit"),
        )
    ):
        text = _text(300 + place, charset)
        name = f"label {label or 'none'} {charset}"
        yield Sent(name, mail(part(text, charset, cte, label=label), message_id=f"l{place}"), text)


def _shapes() -> Iterator[Sent]:
    text = letter_text(400)
    yield Sent("raw 8-bit fields", mail(part(text, "gbk"), subject="客户投诉工单".encode("gbk"),
               sender="From: 客服中心 <service@95566.example>\r\n".encode("gbk")), text,
               fields={"subject": "客户投诉工单"})  # fmt: skip
    text = letter_text(401)
    inner = mail(part(text, "gb2312", "base64"), subject=word("原工单", "gb2312"))
    forward = multipart(part("请处理。", "utf-8"), b"Content-Type: message/rfc822\r\n\r\n" + inner)
    told = f"请处理。\n\n---------- 转发的邮件 ----------\n主题：原工单\n\n{text}"
    yield Sent("forwarded", mail(forward), told)
    text = letter_text(402)
    flowed = text.replace("排队一个多小时，", "排队一个多小时， \n")
    yield Sent("flowed", mail(part(flowed, extra="; format=flowed; delsp=yes")), text)


def _names() -> Iterator[Sent]:
    """Names of files: RFC 2231, raw, and encoded words where they should not be."""
    name = "客户王建国投诉凭证与现场照片扫描件.pdf"
    percent = quote(name.encode("gb18030"))
    cut = [percent[at : at + 22] for at in range(0, len(percent), 22)]
    pieces = [f"filename*{place}*={piece}" for place, piece in enumerate(cut)]
    pieces[0] = pieces[0].replace("*=", "*=gb18030'zh-cn'")
    for place, said in enumerate(
        (
            ";\r\n ".join(pieces).encode(),
            f"filename*=UTF-8''{quote(name)}".encode(),
            b'filename="' + name.encode("gbk") + b'"',
            b'filename="' + split_words(name, "gb2312", 7) + b'"',
        )
    ):
        text = letter_text(500 + place)
        parts = multipart(part(text, "gbk", "base64"), file_part(said, PDF + bytes([place])))
        yield Sent(f"file name {place}", mail(parts, message_id=f"n{place}"), text, files=(name,))
