"""The columns of the letters file, and the words in them."""

from datetime import date, datetime, time
from typing import Final

from complaints.models import Channel, Kind, Responsibility
from complaints.taxonomy import BUSINESSES, CAUSES
from outlets.spreadsheets import Column

NUMBER, CHANNEL, KIND, RECEIVED = "工单号", "来源", "类型", "受理时间"
NAME, PHONE, UNIT, STAFF = "客户姓名", "联系电话", "机构号", "员工号"
BUSINESS, BODY, CLOSED = "业务类别", "内容", "办结时间"
FINDING, OUTCOME, CAUSE = "责任认定", "处理结果", "原因"

CHANNELS: Final = {str(one.label): one.value for one in Channel}
KINDS: Final = {str(one.label): one.value for one in Kind}
FINDINGS: Final = {
    "有效": Responsibility.Finding.BANK.value,
    "客户责任": Responsibility.Finding.CUSTOMER.value,
    "混合": Responsibility.Finding.MIXED.value,
}
# A class is written by its label or its code.
BUSINESS_CODES: Final = {label: code for code, label in BUSINESSES.items()} | {
    code: code for code in BUSINESSES
}
CAUSE_CODES: Final = {label: code for code, label in CAUSES.items()} | {
    code: code for code in CAUSES
}
MAX_BODY: Final = 20_000
MAX_OUTCOME: Final = 2_000
# What never stands in a message as it was.
PRIVATE: Final = frozenset({NAME, PHONE, BODY, OUTCOME})

_CAME: Final = datetime.combine(date(2011, 4, 15), time(9, 20))
_ENDED: Final = datetime.combine(date(2011, 4, 22), time(16))

LETTER_COLUMNS: Final = (
    Column(NUMBER, required=True, example="95566-2011-0415", width=20, hint="本分行内不重复"),
    Column(CHANNEL, choices=tuple(CHANNELS), example="95566", width=10, hint="留空为 95566"),
    Column(KIND, choices=tuple(KINDS), example="投诉", width=8, hint="留空的在系统中分拣"),
    Column(RECEIVED, required=True, kind="moment", example=_CAME, width=20, hint="如 2011-04-15 09:20"),
    Column(NAME, example="王示例", width=10),
    Column(PHONE, example="13800000000"),
    Column(UNIT, example="AS0101", hint="来信所说的机构"),
    Column(STAFF, example="", hint="受理当天须在该机构任职"),
    Column(BUSINESS, choices=tuple(BUSINESSES.values()), example="借记卡"),
    Column(BODY, required=True, example="客户反映办理业务等候时间较长。", width=50),
    Column(CLOSED, kind="moment", example=_ENDED, width=20, hint="未办结的留空"),
    Column(FINDING, choices=tuple(FINDINGS), example="客户责任", hint="只用于已办结的投诉"),
    Column(OUTCOME, example="已向客户解释，客户表示理解。", width=40, hint="已办结的才填"),
)  # fmt: skip
# Beyond the format: who already sorts by cause may send it along.
READ_COLUMNS: Final = (*LETTER_COLUMNS, Column(CAUSE, choices=tuple(CAUSES.values())))
