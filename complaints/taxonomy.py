"""What a letter is about, after JR/T 0169-2018 (金融消费者投诉统计分类及编码): 渠道, 业务, 原因. Pure.

The standard sorts complaints by the way the business was done (A), the business (B) and the cause
(C). The classes are the standard's main ones; the codes are ours: its letter and a number, 99 for
“其他”. A code is kept with letters for good: a label may be reworded, a code never changes its
meaning and is never used again (B09 and B10 were ways of doing business, which are A02 and A03).
"""

from collections.abc import Mapping
from typing import Final

# 业务办理渠道: where the customer did the business the letter is about.
SERVICE_CHANNELS: Final[Mapping[str, str]] = {
    "A01": "营业现场",
    "A02": "自助机具",
    "A03": "电子渠道",
    "A04": "第三方渠道",
    "A05": "中、后台业务渠道",
    "A99": "其他",
}
BUSINESSES: Final[Mapping[str, str]] = {
    "B01": "人民币储蓄",
    "B02": "借记卡",
    "B03": "信用卡",
    "B04": "贷款",
    "B05": "自营理财",
    "B06": "银行代理业务",
    "B07": "支付结算",
    "B08": "外汇",
    "B11": "人民币管理",
    "B12": "个人金融信息",
    "B13": "债务催收",
    "B14": "贵金属",
    "B15": "其他中间业务",
    "B16": "国库",
    "B99": "其他",
}
CAUSES: Final[Mapping[str, str]] = {
    "C01": "服务态度及服务质量",
    "C02": "管理制度、业务规则与流程",
    "C03": "服务设施、设备、业务系统",
    "C04": "定价收费",
    "C05": "信息披露",
    "C06": "营销方式和手段",
    "C07": "合同条款",
    "C08": "消费者资金安全",
    "C09": "消费者信息安全",
    "C10": "债务催收方式和手段",
    "C11": "产品收益",
    "C12": "消费者自主选择权",
    "C99": "其他",
}
