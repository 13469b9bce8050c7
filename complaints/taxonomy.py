"""What a letter is about: business and cause after JR/T 0169-2018. Pure."""

from collections.abc import Mapping
from typing import Final

# Codes are kept with letters; a label may be reworded, a code never changes its meaning.
BUSINESSES: Final[Mapping[str, str]] = {
    "B01": "人民币储蓄",
    "B02": "借记卡",
    "B03": "信用卡",
    "B04": "个人贷款",
    "B05": "自营理财",
    "B06": "代理业务",
    "B07": "支付结算",
    "B08": "外汇",
    "B09": "电子银行",
    "B10": "自助设备",
    "B11": "人民币管理",
    "B12": "个人金融信息",
    "B99": "其他",
}
CAUSES: Final[Mapping[str, str]] = {
    "C01": "服务态度及质量",
    "C02": "业务规则与流程",
    "C03": "系统与设备",
    "C04": "收费",
    "C05": "信息披露",
    "C06": "营销方式",
    "C07": "合同条款",
    "C08": "资金安全",
    "C09": "信息安全",
    "C10": "债务催收",
    "C99": "其他",
}
