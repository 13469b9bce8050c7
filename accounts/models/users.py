"""Who signs in."""

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.roles import ADMINISTRATORS, CAPABILITIES, Capability, Role


class UserManager(BaseUserManager["User"]):
    """Looks users up by their sign-in name; accounts are made by services."""


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """An account: one role, one unit whose subtree it works in, perhaps one staff member."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", "启用"
        PENDING = "PENDING", "待授权"
        CLOSED = "CLOSED", "停用"

    username = models.CharField("登录名", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=64)
    role = models.CharField("岗位", max_length=20, choices=Role.choices)
    unit = models.ForeignKey(
        "outlets.Unit", models.PROTECT, null=True, blank=True, verbose_name="所属机构"
    )
    staff = models.OneToOneField(
        "outlets.Staff", models.PROTECT, null=True, blank=True, verbose_name="员工"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    # Rows come authorised (demo, tests); accounts opened by `user_open` wait for the
    # security administrator with none.
    authorised_at = models.DateTimeField("授权时间", null=True, blank=True, db_default=Now())

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        constraints = [
            models.CheckConstraint(
                name="user_role_known", condition=Q(role__in=[role.value for role in Role])
            ),
            # 三员: administrators hold no business scope, and nobody else goes without one.
            models.CheckConstraint(
                name="user_administrator_has_no_unit",
                condition=Q(role__in=ADMINISTRATORS, unit=None, staff=None)
                | (~Q(role__in=ADMINISTRATORS) & Q(unit__isnull=False)),
            ),
            models.CheckConstraint(
                name="user_teller_is_staff", condition=~Q(role=Role.TELLER) | Q(staff__isnull=False)
            ),
            models.CheckConstraint(
                name="user_active_is_authorised",
                condition=Q(is_active=False) | Q(authorised_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_role_display()}）"

    def can(self, capability: Capability) -> bool:
        """Whether the role allows the capability."""
        return self.is_active and self.role in CAPABILITIES[capability]

    @property
    def state(self) -> State:
        """Active, waiting for the security administrator, or closed."""
        if self.is_active:
            return self.State.ACTIVE
        return self.State.PENDING if self.authorised_at is None else self.State.CLOSED
