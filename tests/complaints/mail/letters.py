"""Letters as the hotline forwards them, in the layouts that occur, with what stands in them.

Everybody in them is invented; the numbers are of no real person.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """A letter's text and what must be found in it."""

    name: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    channel: str = "HOTLINE"
    received: str = ""  # local, as 2011-04-15 10:23


BRACKETS = Sample(
    "brackets",
    """【工单编号】20110415000123
【工单类型】投诉
【受理时间】2011-04-15 10:23:05
【客户姓名】王建国
【联系电话】13841234567
【涉及网点】甲一网点
【业务类型】借记卡
【客户诉求】客户称4月14日下午在甲一网点排队一个多小时，柜员态度生硬，要求道歉并答复。
请贵行于3个工作日内核实处理并回复我部。
95566客户服务中心""",
    {
        "reference": "20110415000123",
        "unit": "甲一网点",
        "time": "2011-04-15 10:23:05",
        "name": "王建国",
        "phone": "13841234567",
        "business": "借记卡",
    },
    "COMPLAINT",
    received="2011-04-15 10:23",
)
COLONS = Sample(
    "colons",
    """各位同事：
    现转发客户来电工单一份，请核实。

工单号：95566-2011-0415-0032      类型：协查
来电时间：2011年4月15日 上午9点05分
客户姓名：李晓梅女士    联系电话：0412-2345678
网点：中国银行乙支行
业务种类：个人贷款
内容：客户查询其按揭贷款提前还款的扣款明细，请乙支行协助查询后联系客户。""",
    {
        "reference": "95566-2011-0415-0032",
        "unit": "中国银行乙支行",
        "time": "2011年4月15日 上午9点05分",
        "name": "李晓梅",
        "phone": "0412-2345678",
        "business": "个人贷款",
    },
    "INQUIRY",
    received="2011-04-15 09:05",
)
NARRATIVE = Sample(
    "narrative",
    """您好！我部于2011年4月15日下午3时20分接到客户赵女士（电话：138 4123 7788）来电，
反映贵行甲支行的大堂经理热情周到，主动帮老人填单，特来电表扬。
第BY2011041500088号工单，请转告相关员工。""",
    {
        "reference": "BY2011041500088",
        "unit": "甲支行",
        "name": "赵女士",
        "phone": "138 4123 7788",
    },
    "",
    received="2011-04-15 15:20",
)
TABLE = Sample(
    "table",
    """服务工单
工单号\tFW110415-0071
受理时间\t2011/4/15 16:40
客户姓名\t孙立新
联系方式\t15941200099
涉及机构\tASB1
业务类别\t电子银行
工单类型\t建议
内容\t建议网点增设网银体验机，并有专人辅导。""",
    {
        "reference": "FW110415-0071",
        "unit": "ASB1",
        "time": "2011/4/15 16:40",
        "name": "孙立新",
        "phone": "15941200099",
        "business": "电子银行",
    },
    "SUGGESTION",
    received="2011-04-15 16:40",
)
PRESIDENT = Sample(
    "president",
    """来源：行长信箱
编号：XZXX2011-0017
投诉人：周平
手机号码：１３９４１２３４５６７
投诉时间：二〇一一年四月十五日晚上八点半
投诉网点：甲二网点
投诉业务：信用卡还款
投诉内容：信用卡到柜台还款被要求去自助设备，感觉受到怠慢。""",
    {
        "reference": "XZXX2011-0017",
        "unit": "甲二网点",
        "time": "二〇一一年四月十五日晚上八点半",
        "name": "周平",
        "phone": "13941234567",
    },
    "",
    "PRESIDENT",
    received="2011-04-15 20:30",
)
TRADITIONAL = Sample(
    "traditional",
    """【工單編號】BG20110415008
【工單類型】投訴
【受理時間】2011-04-15 11:00
【客戶姓名】許功蓋
【聯絡電話】13841230008
【涉及網點】乙一網點
【客戶訴求】客戶反映櫃員辦理匯款時態度不佳，請協助瞭解。""",
    {"reference": "BG20110415008", "name": "許功蓋", "phone": "13841230008"},
    "COMPLAINT",
    received="2011-04-15 11:00",
)
SAMPLES = (BRACKETS, COLONS, NARRATIVE, TABLE, PRESIDENT)
