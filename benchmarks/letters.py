"""One million letters: Chinese substrings through the real page, as the service office of a branch."""

import re
import statistics
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.measure import Line, percentile, seconds
from benchmarks.pages import page_times, signed_in
from benchmarks.sealed import FINDINGS_FROM, sealed_columns
from outlets.models import Unit

LETTERS: Final = 1_000_000
BRANCH: Final = 151_000  # has half of them
BAR: Final = 0.1  # seconds

# What letters say: sentences of which the first are said in most letters and the last in few.
SAID: Final = (
    "客户来电反映", "在网点办理业务时排队时间较长", "柜员服务态度生硬", "大堂经理没有及时引导分流",
    "要求尽快核实并回复", "对处理结果表示不满意", "自助取款机吞卡后无人处理", "存折补登机长期故障",
    "窗口开放数量不足", "客户对工作人员的耐心讲解表示感谢", "咨询个人贷款提前还款的手续", "信用卡年费扣收有异议",
    "手机银行转账未到账", "短信通知服务费未经同意收取", "理财产品到期收益与宣传不符", "建议增设老年人爱心窗口",
    "建议网点延长营业时间", "外币兑换需要提前预约未告知", "对公账户开立资料反复补充", "客户遗失银行卡后挂失不成功",
    "柜员办理业务差错导致多次往返", "零钞兑换被拒绝", "残障通道被车辆占用", "保安人员劝阻客户时言语不当",
    "社保卡激活等候超过一小时", "代发工资未按时入账", "网上银行证书过期无法更换", "定期存款未按约定转存",
    "贵金属回购价格公示不清", "保险产品被当作存款推荐", "征信记录有误要求更正", "房贷利率调整未通知",
    "跨行转账手续费计算有误", "点钞机卡钞引起争议", "客户要求调阅监控录像", "夜间自助区灯光损坏",
    "柜台业务凭证打印不清晰", "密码器失灵多次输入错误", "客户经理承诺的礼品未兑现", "纪念币预约兑换现场秩序混乱",
)  # fmt: skip

# And what they are about, in every frequency from one letter in ten to one in some thousands.
DONE: Final = (
    "补打", "查询", "更正", "撤销", "冻结", "解冻", "挂失", "补换", "激活", "注销", "签约", "解约", "调额", "续存", "提现", "打印",
    "邮寄", "核验", "退还", "展期",
)  # fmt: skip
THINGS: Final = (
    "流水", "回单", "社保卡", "公积金", "医保户", "零钱罐", "保管箱", "汇票", "本票", "支票", "国债", "基金", "黄金", "年金", "水电费",
    "校园卡", "公务卡", "存单", "印鉴", "保函",
)  # fmt: skip

# Half of the letters are those of one branch, of the other half every branch has some.
FILL: Final = """
SET session_replication_role = replica;
SELECT setseed(0.42);
INSERT INTO complaints_letter (branch_id, reference, channel, source, kind, first_kind, state,
    severity, received_at, unit_id, unit_path, business, cause, service_channel, body, text, customer_name,
    customer_phone, customer_card, customer_identity, due_on, answered_on, is_late, closed_at,
    outcome, created_at)
SELECT u.branch_id, 'B' || n, (ARRAY['HOTLINE', 'VISIT', 'POST', 'ONLINE'])[1 + n %% 4], 'FILE', letters.kind,
    letters.kind, CASE WHEN n > %(letters)s - 2000 THEN (ARRAY['RECEIVED', 'ASSIGNED', 'ANSWERED'])[1 + n %% 3]
    ELSE 'CLOSED' END, 'NORMAL', at, u.id, u.path, 'B0' || 1 + n %% 9, 'C0' || 1 + n %% 9, '',
    %(body)s, said || about || place, %(customer_name)s, %(customer_phone)s, %(customer_card)s, %(customer_identity)s, at::date + 15,
    at::date + 7, n %% 50 = 0, at + interval '8 days', '', at
FROM (
    SELECT n, '2006-01-01'::timestamptz + n * interval '150 seconds' AS at,
        CASE WHEN n %% 2 = 0 THEN 151 ELSE 1 + n / 2 %% 300 END * 1000 + 101 + n / 7 %% 28 AS unit_id,
        (ARRAY['INQUIRY', 'INQUIRY', 'INQUIRY', 'PRAISE', 'COMPLAINT', 'SUGGESTION'])[1 + n %% 6] AS kind,
        chr(19968 + n %% 2500) || chr(22468 + n / 400) || '路，' AS place
    FROM generate_series(1, %(letters)s) n
) letters
JOIN outlets_unit u ON u.id = letters.unit_id
CROSS JOIN LATERAL (
    SELECT string_agg((%(said)s::text[])[1 + floor(40 * power(random(), 2.5))::int], '，') || '。' AS said
    FROM generate_series(1, 6 + n %% 9)
) words
CROSS JOIN LATERAL (
    SELECT (%(done)s::text[])[1 + floor(20 * power(random(), 3))::int]
        || (%(things)s::text[])[1 + floor(20 * power(random(), 3))::int] || '，' AS about
    FROM generate_series(1, 1 + 0 * n) one
) tail;
SET session_replication_role = origin;
"""


def fill() -> None:
    """Fill the table unless it is filled already; the index on the text is made afterwards, at once."""
    values = sealed_columns()
    values |= {"letters": LETTERS, "said": list(SAID), "done": list(DONE), "things": list(THINGS)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM complaints_letter WHERE id < %s", [FINDINGS_FROM])
        if cursor.fetchone() == (LETTERS,):
            return
        with transaction.atomic():
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'letter_bigrams'")
            (index,) = cursor.fetchone()
            cursor.execute("TRUNCATE complaints_letter CASCADE")
            cursor.execute("DROP INDEX letter_bigrams")
            cursor.execute(FILL, values)
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            cursor.execute(index)
        cursor.execute("VACUUM ANALYZE complaints_letter")


def place(number: int) -> str:
    """The place that one letter alone names."""
    return f"{chr(19968 + number % 2500)}{chr(22468 + number // 400)}路，"


# Words of two, three, four and eight characters: what many letters say, what one in some hundred or
# thousand says, and what one or none does.
COMMON: Final = (
    "柜员",
    "吞卡",
    "点钞机",
    "取款机",
    "客户来电",
    "态度生硬",
    "网点办理业务时排",
    "密码器失灵多次输",
)
SELDOM: Final = (
    "展期",
    "保函",
    "挂失保",
    "期保函",
    "展期保函",
    "邮寄年金",
    "反映。激活社保卡",
    "反映。解约公积金",
)
RARE: Final = (
    place(123_456)[:2], "龘龘", place(123_456)[:3], place(876_542)[:3], "不存在词", "龘龘龘龘",
    "不存在的词语啊啊", "柜员服务态度龘龘",
)  # fmt: skip


def url(word: str) -> str:
    """The list page with a word looked for."""
    return f"{reverse('complaints:letters')}?{urlencode({'q': word})}"


def indexes(client: Client, word: str) -> set[str]:
    """The indexes on letters that the page's statements use, by EXPLAIN; a table read whole as 全表."""
    with CaptureQueriesContext(connection) as captured:
        client.get(url(word))
    statements = [query["sql"] for query in captured if '"complaints_letter"' in query["sql"]]
    used: set[str] = set()
    with connection.cursor() as cursor:
        for statement in statements:
            if "EXPLAIN" not in statement:  # the planner's estimate is no reading
                cursor.execute(f"EXPLAIN {statement}")
                used |= _used(row[0] for row in cursor.fetchall())
    return used


def _used(plan: Iterator[str]) -> set[str]:
    text = "\n".join(plan)
    found = set(re.findall(r"(?:using|Index Scan on) (letter_\w+)", text))
    return found | ({"全表"} if "Seq Scan on complaints_letter" in text else set())


def reading(word: str) -> float:
    """Seconds for one plain LIKE over the branch's letters, without an index on what they say."""
    with connection.cursor() as cursor:
        return seconds(
            lambda: cursor.execute(
                "SELECT count(*) FROM complaints_letter WHERE branch_id = %s AND text LIKE %s",
                [BRANCH, f"%{word}%"],
            )
        )


def line(client: Client, what: str, words: Sequence[str]) -> Line:
    """One line: the page for words of one kind."""
    by_length: dict[int, list[float]] = {}
    for word in words:
        by_length.setdefault(len(word), []).extend(page_times(client, url(word)))
    times = [one for each in by_length.values() for one in each]
    used = set[str]().union(*(indexes(client, word) for word in words))
    lengths = "、".join(
        f"{length} 字 {statistics.median(each) * 1000:.0f}/{percentile(each, 0.95) * 1000:.0f}"
        for length, each in sorted(by_length.items())
    )
    slowest = max(percentile(each, 0.95) for each in by_length.values())
    return Line(
        f"来信查找（{LETTERS // 10_000} 万封，其中一家分行 {LETTERS // 20_000} 万封），{what}",
        f"p50 {statistics.median(times) * 1000:.0f} 毫秒，p95 {percentile(times, 0.95) * 1000:.0f} 毫秒"
        f"（p50/p95：{lengths}）；用到索引 {'、'.join(sorted(used))}",
        f"对该分行逐封 LIKE {reading(words[-1]) * 1000:.0f} 毫秒",
        "p95 ≤ 100 毫秒，用索引",
        slowest <= BAR and "全表" not in used,
    )


def lines() -> Iterator[Line]:
    """The lines about the search, as the service office of the branch that has half of the letters."""
    fill()
    client = signed_in(Unit.objects.get(pk=BRANCH))
    yield line(client, "多数信里有的词", COMMON)
    yield line(client, "数百至数千封信里才有一封的词", SELDOM)
    yield line(client, "只有一封或没有的词", RARE)
