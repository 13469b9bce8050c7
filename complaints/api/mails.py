"""The API of mail: what came, what became of it, and what a person decides about it."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from complaints.api.acting import Shape
from complaints.api.letters import MAX_BODY
from complaints.api.references import ReceivedFilter, Scoped, past
from complaints.api.sorting import coded
from complaints.models import Channel, Kind, Mail
from complaints.selectors.mail import mails_visible_to, shown_sender, shown_subject
from complaints.selectors.patterns import patterns_of
from complaints.services.fetching import reader_for_mail
from complaints.services.mail import (
    IGNORED_AS,
    HandMade,
    mail_ignore,
    mail_make_letter,
    mail_raw,
    mail_replay,
)
from complaints.taxonomy import BUSINESSES
from complaints.views.mail import raw_response
from outlets.models import Unit


class PatternsRead(dict[Unit, Any]):
    """The patterns of each branch, read once."""

    def __missing__(self, branch: Unit) -> Any:
        self[branch] = patterns_of(branch)
        return self[branch]


class MailSerializer(serializers.ModelSerializer[Mail]):
    """一封邮件；主题与发件人已隐去客户信息。"""

    subject = serializers.SerializerMethodField(help_text="主题")
    sender = serializers.SerializerMethodField(help_text="发件人")

    class Meta:
        model = Mail
        fields = [
            "id", "state", "reason", "subject", "sender", "size", "letter", "received_at",
            "handled_at",
        ]  # fmt: skip
        read_only_fields = fields

    @cached_property
    def _patterns(self) -> PatternsRead:
        return PatternsRead()

    def get_subject(self, mail: Mail) -> str:
        """Redacted."""
        return shown_subject(mail, self._patterns[mail.branch])

    def get_sender(self, mail: Mail) -> str:
        """The server, and the first letter of the address."""
        return shown_sender(mail)


class MailLetterSerializer(serializers.Serializer[Any]):
    """由邮件登记的来信；不填的用邮件里认出的。"""

    reference = serializers.RegexField(
        r"^[\w〔〕\[\]()（）./-]{3,40}$", allow_blank=True, default="", help_text="工单号"
    )
    channel = serializers.ChoiceField(choices=Channel.choices, help_text="来源")
    kind = serializers.ChoiceField(choices=Kind.choices, allow_blank=True, default="")
    received_at = serializers.DateTimeField(help_text="受理时间")
    unit = Scoped(Unit, required=False, allow_null=True, default=None, help_text="涉及机构")
    business = coded(BUSINESSES, "业务类别")
    customer_name = serializers.CharField(max_length=60, allow_blank=True, default="")
    customer_phone = serializers.CharField(max_length=60, allow_blank=True, default="")
    body = serializers.CharField(max_length=MAX_BODY, allow_blank=True, default="")

    def validate_received_at(self, received_at: Any) -> Any:
        """Neither in the future nor before anybody's time."""
        return past(received_at)


class IgnoreSerializer(serializers.Serializer[Any]):
    """为什么不是来信。"""

    why = serializers.ChoiceField(choices=list(IGNORED_AS.items()), help_text="原因")


class RawSerializer(serializers.Serializer[Any]):
    """为什么要看原件。"""

    reason = serializers.CharField(max_length=100, help_text="原因")


class MailFilter(ReceivedFilter):
    """筛选。"""

    class Meta:
        model = Mail
        fields = {"state": ["exact"]}


class MailViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Mail]):
    """邮件：本分行收到的邮件。"""

    serializer_class = MailSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_TRIAGE
    queryset = Mail.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = MailFilter

    def get_queryset(self) -> QuerySet[Mail]:
        """What the user may see."""
        return mails_visible_to(user_of(self.request))

    def _sent(self, shape: Shape) -> dict[str, Any]:
        form = shape(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    @extend_schema(request=None, responses=MailSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """按现行提取模式重新处理。"""
        mail = self.get_object()
        with reader_for_mail() as reader:
            done = mail_replay(mail=mail, actor=user_of(request), reader=reader)
        return Response(self.get_serializer(done).data)

    @extend_schema(request=MailLetterSerializer, responses=MailSerializer)
    @action(detail=True, methods=["post"])
    def letter(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """手工登记为来信。"""
        mail, made = self.get_object(), HandMade(**self._sent(MailLetterSerializer))
        with reader_for_mail() as reader:
            done = mail_make_letter(mail=mail, made=made, actor=user_of(request), reader=reader)
        return Response(self.get_serializer(done).data)

    @extend_schema(request=IgnoreSerializer, responses=MailSerializer)
    @action(detail=True, methods=["post"])
    def ignore(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """忽略：不是来信；原件仍保留。"""
        mail = self.get_object()
        why = self._sent(IgnoreSerializer)["why"]
        done = mail_ignore(mail=mail, why=why, actor=user_of(request))
        return Response(self.get_serializer(done).data)

    @extend_schema(request=RawSerializer, responses={(200, "message/rfc822"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["post"])
    def raw(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """原件；每次下载都有记录。"""
        mail = self.get_object()
        why = self._sent(RawSerializer)["reason"]
        return raw_response(mail, mail_raw(mail=mail, why=why, actor=user_of(request)))
