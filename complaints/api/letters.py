"""The API of letters: found, read, taken in; the acts on one stand in the modules beside."""

from typing import Any, Final

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from complaints.api import clock, handling, sorting
from complaints.api.acting import Acting, has_right, operations
from complaints.api.references import ReceivedFilter, Scoped, past
from complaints.api.serializers import (
    CustomerSerializer,
    LetterAttachmentSerializer,
    LetterClockSerializer,
    LetterDetailSerializer,
    LetterSerializer,
    letter_detail,
)
from complaints.api.sorting import coded
from complaints.forms.privacy import SHORTEST
from complaints.forms.search import LetterSearchForm, names_a_customer, words_of
from complaints.models import Attachment, Channel, Kind, Letter, LetterLink, LetterNumber, Severity
from complaints.redaction import normalised, numbers
from complaints.sealing import blind_index
from complaints.selectors.letter_page import FileRow, letter_page
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.search import with_words
from complaints.selectors.todo import todo_of
from complaints.services.attachments import attachment_add
from complaints.services.handing_out import (
    letters_export,
    subject_export,
)
from complaints.services.intake import letter_take_in
from complaints.services.letters import LetterFacts
from complaints.services.occurrences import clock_of
from complaints.services.relations import link_undo
from complaints.services.reveals import LEAST, Purpose, customer_reveal
from complaints.services.triage import letter_take_next
from complaints.subjects import subject_name
from complaints.taxonomy import BUSINESSES, CAUSES
from complaints.views.attachments import InMemory
from outlets.api.taking_in import TakesFiles
from outlets.downloads import file_response
from outlets.models import Staff, Unit
from outlets.spreadsheets import XLSX_TYPE

MAX_BODY: Final = 20_000
_FOUND: Final = 100
_SHORTEST: Final = 2


class LetterSubjectSerializer(serializers.Serializer[Any]):
    """谁的信息，凭什么给。"""

    number = serializers.CharField(max_length=60, help_text="电话、卡号或证件号")
    name = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, help_text="几人共用号码时必填"
    )
    reason = serializers.CharField(min_length=LEAST, max_length=100, help_text="依据")

    def validate_number(self, number: str) -> str:
        """A whole number."""
        if len(normalised(number)) < SHORTEST:
            raise serializers.ValidationError("请输入完整的号码")
        return number


class LetterTakeInSerializer(serializers.Serializer[Any]):
    """登记一封来信。uuid 与 reference 至少有一项；同一项、同样内容再送一次，得到第一次的回执（200）。"""

    uuid = serializers.UUIDField(required=False, help_text="客户端生成的 UUID")
    reference = serializers.RegexField(
        r"^[\w〔〕\[\]()（）./-]{3,40}$", required=False, help_text="工单号；不填则由 uuid 得出"
    )
    channel = serializers.ChoiceField(choices=Channel.choices, help_text="来源")
    received_at = serializers.DateTimeField(help_text="受理时间")
    body = serializers.CharField(max_length=MAX_BODY, help_text="内容，客户的原话")
    kind = serializers.ChoiceField(
        choices=Kind.choices, allow_blank=True, default="", help_text="类型；不填则由分拣确定"
    )
    severity = serializers.ChoiceField(
        choices=Severity.choices, default=Severity.NORMAL, help_text="程度"
    )
    unit = Scoped(Unit, required=False, allow_null=True, default=None, help_text="涉及机构")
    staff = Scoped(Staff, required=False, allow_null=True, default=None, help_text="涉及员工")
    business = coded(BUSINESSES, "业务类别")
    cause = coded(CAUSES, "原因")
    customer_name = serializers.CharField(max_length=40, allow_blank=True, default="")
    customer_phone = serializers.CharField(max_length=40, allow_blank=True, default="")
    customer_card = serializers.CharField(max_length=40, allow_blank=True, default="")
    customer_identity = serializers.CharField(max_length=40, allow_blank=True, default="")

    def validate_received_at(self, received_at: Any) -> Any:
        """Neither in the future nor before anybody's time."""
        return past(received_at)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must tell a second sending from a second letter."""
        if not attrs.get("uuid") and not attrs.get("reference"):
            raise serializers.ValidationError({"uuid": "请给出 uuid 或 reference"})
        return attrs


class RevealSerializer(serializers.Serializer[Any]):
    """为什么查看客户信息。"""

    purpose = serializers.ChoiceField(choices=Purpose.choices, help_text="用途")
    reason = serializers.CharField(max_length=200, help_text="原因")


class RevealedSerializer(serializers.Serializer[Any]):
    """客户信息与原文，不隐去；每次查看都有记录。"""

    customer = CustomerSerializer()
    body = serializers.CharField()


class NumberSerializer(serializers.Serializer[Any]):
    """客户的号码。"""

    number = serializers.CharField(max_length=60, help_text="电话、卡号或证件号")


class UploadSerializer(serializers.Serializer[Any]):
    """上传一个附件。"""

    kind = serializers.ChoiceField(
        choices=[one for one in Attachment.Kind.choices if one[0] != Attachment.Kind.RECEIVED]
    )
    file = serializers.FileField(
        help_text="照片、PDF、录像、录音、Word、Excel 或文本，不超过 50 MB"
    )


class LetterFilter(ReceivedFilter):
    """筛选；号码不在网址里查，用 search。"""

    q = django_filters.CharFilter(method="said", label="内容或工单号中的词，每个至少两个字")
    todo = django_filters.BooleanFilter(method="waiting", label="只要等待自己处理的")

    class Meta:
        model = Letter
        fields = {
            "reference": ["exact"],
            "state": ["exact"],
            "kind": ["exact"],
            "channel": ["exact"],
            "severity": ["exact"],
            "unit": ["exact"],
            "staff": ["exact"],
            "handler": ["exact"],
            "business": ["exact"],
            "cause": ["exact"],
            "due_on": ["gte", "lte"],
            "answered_on": ["gte", "lte"],
            "is_late": ["exact"],
        }

    def said(self, queryset: QuerySet[Letter], _name: str, value: str) -> QuerySet[Letter]:
        """Those that say every word."""
        words = words_of(value)
        if any(len(word) < _SHORTEST for word in words):
            raise serializers.ValidationError({"q": "请至少输入两个字"})
        if any(numbers(value)):
            raise serializers.ValidationError({"q": "客户的号码请用 search 查找，不要放在网址里"})
        return with_words(queryset, words)

    def waiting(self, queryset: QuerySet[Letter], _name: str, value: bool) -> QuerySet[Letter]:  # noqa: FBT001
        """Those that wait for the user."""
        waiting = todo_of(user_of(self.request)).order_by().values("pk")
        return queryset.filter(pk__in=waiting) if value else queryset


@extend_schema_view(
    retrieve=extend_schema(responses=LetterDetailSerializer),
    create=extend_schema(
        request=LetterTakeInSerializer, responses={201: LetterSerializer, 200: LetterSerializer}
    ),
)
@operations(*sorting.ACTS, *clock.ACTS, *handling.ACTS)
class LetterViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TakesFiles, Acting):
    """来信：查阅范围内的来信。"""

    serializer_class = LetterSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_READ
    capabilities = {
        "create": Capability.LETTERS_TRIAGE,
        "next": Capability.LETTERS_TRIAGE,
        "unlink": Capability.LETTERS_HANDLE,
        "take_in": Capability.LETTERS_TRIAGE,
        "subject": Capability.LETTERS_SETTINGS,
        "export": Capability.EXPORTS,
    }
    file_kind = "letters"
    queryset = Letter.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = LetterFilter

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Uploads stay in memory: on the disk they would lie in clear."""
        request.upload_handlers = [InMemory(request)]
        return super().initialize_request(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Letter]:
        """What the user may see."""
        return letters_visible_to(user_of(self.request))

    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """一封来信连同办理情况。"""
        page = letter_page(user_of(request), self.get_object())
        return Response(letter_detail(page))

    def create(self, request: Request) -> Response:
        """登记来信；内容不同的同一 uuid 或工单号为 409，并说明差别。"""
        sent = dict(self.sent(LetterTakeInSerializer))
        user = user_of(request)
        assert user.unit is not None  # noqa: S101  (no administrator has the capability)
        key = sent.pop("uuid", None)
        facts = LetterFacts(source=Letter.Source.API, **sent)
        receipt = letter_take_in(branch=user.unit.branch, facts=facts, actor=user, key=key)
        return self.shown(receipt.letter, 201 if receipt.created else 200)

    @extend_schema(request=None, responses={200: LetterSerializer, 204: None}, filters=False)
    @action(detail=False, methods=["post"])
    def next(self, request: Request) -> Response:
        """取下一封待分派的来信并占住；没有时为 204。"""
        letter = letter_take_next(triager=user_of(request))
        return Response(status=204) if letter is None else self.shown(letter)

    @extend_schema(request=NumberSerializer, responses=LetterSerializer(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def search(self, request: Request) -> Response:  # noqa: ARG002
        """按客户的号码查找，最近的在前，至多100封；号码在请求体里，不进网址。"""
        number = normalised(self.sent(NumberSerializer)["number"])
        held = LetterNumber.objects.filter(digest=blind_index("NUMBER", number))
        found = self.get_queryset().filter(pk__in=held.values("letter"))[:_FOUND]
        return Response(LetterSerializer(found, many=True).data)

    @extend_schema(responses={(200, XLSX_TYPE): OpenApiTypes.BINARY})
    @action(detail=False, methods=["get"], filterset_class=None)
    def export(self, request: Request) -> HttpResponse:
        """来信列表的 .xlsx；条件与网页相同（q、kind、state、unit、since、until 等），客户信息已隐去。"""
        user, today = user_of(request), timezone.localdate()
        if names_a_customer(request.query_params, user):
            raise serializers.ValidationError({"q": ["客户号码不能放在网址里，请先用 search 查找"]})
        name = f"来信_{today:%Y%m%d}.xlsx"
        sought = LetterSearchForm(request.query_params, user=user).sought()
        content = letters_export(actor=user, sought=sought, today=today, name=name)
        return file_response(name, content)

    @extend_schema(
        request=LetterSubjectSerializer,
        responses={(200, XLSX_TYPE): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(detail=False, methods=["post"])
    def subject(self, request: Request) -> HttpResponse:
        """一位客户留存的信息（个人信息保护法第四十五条），.xlsx；号码在请求体里，不进网址。"""
        content = subject_export(actor=user_of(request), **self.sent(LetterSubjectSerializer))
        return file_response(subject_name(), content)

    @extend_schema(responses=LetterClockSerializer)
    @action(detail=True, methods=["get"])
    def clock(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """办理期限及其逐步计算。"""
        return Response(LetterClockSerializer(clock_of(self.get_object())).data)

    @extend_schema(request=RevealSerializer, responses=RevealedSerializer)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """查看客户信息与原文，须写明原因，每次都有记录。"""
        letter = self.letter("handles")
        shown = customer_reveal(
            letter=letter, actor=user_of(request), **self.sent(RevealSerializer)
        )
        response = Response(RevealedSerializer(shown).data)
        response["Cache-Control"] = "private, no-store"
        return response

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={201: LetterAttachmentSerializer, 200: LetterAttachmentSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """上传附件；同一文件再传一次仍是那一个（200）。"""
        letter = self.get_object()
        if not any(has_right(user_of(request), letter, one) for one in ("handles", "speaks")):
            raise PermissionDenied
        sent = self.sent(UploadSerializer)
        row, is_new = attachment_add(
            letter=letter,
            kind=sent["kind"],
            name=sent["file"].name,
            content=sent["file"].read(),
            actor=user_of(request),
        )
        shown = FileRow(row, row.name, may_open=True)
        return Response(LetterAttachmentSerializer(shown).data, status=201 if is_new else 200)

    @extend_schema(
        request=None,
        responses={204: None},
        parameters=[OpenApiParameter("link", OpenApiTypes.INT, OpenApiParameter.PATH)],
    )
    @action(
        detail=True,
        methods=["delete"],
        url_path="links/(?P<link>[0-9]{1,18})",
        parser_classes=[JSONParser],
    )
    def unlink(self, request: Request, pk: str, link: str) -> Response:  # noqa: ARG002
        """撤销关联。"""
        rows = LetterLink.objects.select_related("letter", "other")
        letter = self.letter("handles")
        link_undo(link=get_object_or_404(rows, pk=link, letter=letter), actor=user_of(request))
        return Response(status=204)
