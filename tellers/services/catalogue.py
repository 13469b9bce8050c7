"""The catalogue of violations: a branch's own, seeded with the one that ships (S17)."""

from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit_add
from outlets.models import Unit
from tellers.models import ViolationKind
from tellers.services.refusals import RecordRefused
from tellers.stars import GRAVE, MINOR, SERIOUS

SHIPPED: Final = (
    ("A01", "着装、工号牌不合规范", MINOR),
    ("A02", "未行举手招迎礼仪", MINOR),
    ("A03", "未使用文明用语或普通话", MINOR),
    ("A04", "柜台物品摆放杂乱", MINOR),
    ("A05", "未请客户使用评价器", MINOR),
    ("A06", "接听电话不合礼仪", MINOR),
    ("A07", "未双手递接单证现金", MINOR),
    ("A08", "营业时间做与工作无关的事", MINOR),
    ("B01", "推诿客户，未落实首问负责制", SERIOUS),
    ("B02", "转办、承诺办逾期不办", SERIOUS),
    ("B03", "离柜票据、现金未入锁", SERIOUS),
    ("B04", "未提示客户遮掩密码", SERIOUS),
    ("B05", "库存现金超限额", SERIOUS),
    ("B06", "擅自离岗、提前停办业务", SERIOUS),
    ("B07", "网点负责人值班缺岗", SERIOUS),
    ("C01", "与客户争吵、辱骂客户", GRAVE),
    ("C02", "代客户填单、保管密码或单证", GRAVE),
    ("C03", "未双人复点、双人装包", GRAVE),
    ("C04", "瞒报投诉或打击投诉人", GRAVE),
)


@transaction.atomic
def catalogue_seed(*, branch: Unit) -> int:
    """Give a branch the catalogue that ships; how many entries were new. Own entries stay."""
    before = ViolationKind.objects.filter(branch=branch).count()
    ViolationKind.objects.bulk_create(
        (
            ViolationKind(branch=branch, code=code, name=name, severity=severity)
            for code, name, severity in SHIPPED
        ),
        ignore_conflicts=True,
    )
    return ViolationKind.objects.filter(branch=branch).count() - before


@transaction.atomic
def violation_kind_save(*, kind: ViolationKind, actor: User) -> ViolationKind:
    """Store an entry; what was recorded before keeps the severity it had then."""
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as error:
        raise RecordRefused(f"编号“{kind.code}”或事项“{kind.name}”已经有了") from error
    audit_add(event="violation.catalogue", actor=actor, subject=kind.code)
    return kind
