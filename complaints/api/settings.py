"""The API of what a branch sets for its letters: templates, deadlines, patterns, suggestions."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.models import User
from accounts.roles import Capability
from complaints.api.clock import MAX_TEXT
from complaints.deadlines import ClockRules
from complaints.forms.search import private_query
from complaints.mail.extract import FIELDS, MAX_PATTERN, MAX_PATTERNS
from complaints.models import ClockVersion, Kind, ReplyTemplate, SavedView, SuggestionModel
from complaints.selectors.clocks import clock_versions_visible_to
from complaints.selectors.pattern_trial import pattern_trial, text_reading
from complaints.selectors.patterns import patterns_mark, patterns_of
from complaints.selectors.replies import TemplateRow, templates_of
from complaints.selectors.suggestions import latest_models
from complaints.services.clock_versions import clock_version_add
from complaints.services.patterns import patterns_check, patterns_reset, patterns_set
from complaints.services.replies import reply_template_save
from complaints.services.saved_views import saved_view_put
from complaints.services.training import training_request
from outlets.models import Unit
from outlets.months import Month
from outlets.ruledata import InvalidRules


def branch_of(user: User) -> Unit:
    """The user's branch; who has the capability belongs to one."""
    assert user.unit is not None  # noqa: S101
    return user.unit.branch


class TemplateSerializer(serializers.Serializer[Any]):
    """一份答复模板；id 为空的是系统自带的，以同名另存即可替换。"""

    id = serializers.IntegerField(source="own.pk", allow_null=True, default=None, read_only=True)
    name = serializers.CharField(max_length=40, help_text="名称")
    kind = serializers.ChoiceField(choices=Kind.choices, help_text="用于")
    body = serializers.CharField(max_length=MAX_TEXT, help_text="正文；投诉的须告知救济途径")
    is_active = serializers.BooleanField(default=True, help_text="启用")


class TemplateViewSet(GenericViewSet[ReplyTemplate]):
    """答复模板：本分行的与系统自带的。"""

    serializer_class = TemplateSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_SETTINGS
    capabilities = {"list": (Capability.LETTERS_SETTINGS, Capability.LETTERS_HANDLE)}
    queryset = ReplyTemplate.objects.none()
    pagination_class = None
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[ReplyTemplate]:
        """The branch's own."""
        return ReplyTemplate.objects.filter(branch=branch_of(user_of(self.request)))

    def list(self, request: Request) -> Response:
        """全部模板，按类型与名称。"""
        rows = templates_of(branch_of(user_of(request)))
        return Response(TemplateSerializer(rows, many=True).data)

    def create(self, request: Request) -> Response:  # noqa: ARG002
        """新建模板。"""
        return self._save(None, 201)

    @extend_schema(request=TemplateSerializer, responses=TemplateSerializer)
    def update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """修改本分行的模板。"""
        return self._save(self.get_object(), 200)

    def _save(self, template: ReplyTemplate | None, status: int) -> Response:
        form = TemplateSerializer(data=self.request.data)
        form.is_valid(raise_exception=True)
        user = user_of(self.request)
        saved = reply_template_save(
            branch=branch_of(user), template=template, actor=user, **form.validated_data
        )
        row = TemplateRow(saved.name, saved.kind, saved.body, saved.is_active, saved)
        return Response(TemplateSerializer(row).data, status=status)


class ClockVersionSerializer(serializers.ModelSerializer[ClockVersion]):
    """一版办理期限规则。"""

    rules = serializers.DictField(help_text="期限、提醒与依据，各项见现行版本")

    class Meta:
        model = ClockVersion
        fields = ["id", "label", "effective_on", "rules", "created_at"]
        read_only_fields = ["effective_on", "created_at"]

    def validate_rules(self, rules: dict[str, Any]) -> ClockRules:
        """Complete and without contradiction."""
        try:
            return ClockRules.from_json(rules)
        except InvalidRules as error:
            raise serializers.ValidationError(str(error)) from error


class ClockVersionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    GenericViewSet[ClockVersion],
):
    """办理期限规则：各版自施行之日起算的期限适用。"""

    serializer_class = ClockVersionSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_READ
    capabilities = {"create": Capability.LETTERS_SETTINGS}
    queryset = ClockVersion.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[ClockVersion]:
        """The branch's."""
        return clock_versions_visible_to(user_of(self.request))

    def perform_create(self, serializer: Any) -> None:
        """In force from the day in the rules; clocks that began since are told anew."""
        user = user_of(self.request)
        serializer.instance = clock_version_add(
            branch=branch_of(user), actor=user, **serializer.validated_data
        )


class PatternsSerializer(serializers.Serializer[Any]):
    """各字段的提取模式（正则表达式，第一组是值），以及所见版本的标记。"""

    patterns = serializers.DictField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=MAX_PATTERN), max_length=MAX_PATTERNS
        ),
        help_text=f"字段：{'、'.join(FIELDS)}",
    )
    seen = serializers.CharField(max_length=40, help_text="读取时得到的标记，防止覆盖他人的修改")


class PatternsView(APIView):
    """从邮件里提取字段的模式。"""

    permission_classes = [HasCapability]
    capability = Capability.LETTERS_SETTINGS

    @extend_schema(responses=PatternsSerializer)
    def get(self, request: Request) -> Response:
        """现行模式。"""
        return self._shown(request)

    @extend_schema(request=PatternsSerializer, responses=PatternsSerializer)
    def put(self, request: Request) -> Response:
        """整体替换。"""
        form = PatternsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = user_of(request)
        patterns_set(branch=branch_of(user), actor=user, **form.validated_data)
        return self._shown(request)

    @extend_schema(request=None, responses={200: PatternsSerializer})
    def delete(self, request: Request) -> Response:
        """恢复系统自带的模式。"""
        patterns_reset(branch=branch_of(user_of(request)), actor=user_of(request))
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        patterns = patterns_of(branch_of(user_of(request)))
        shown = {"patterns": patterns, "seen": patterns_mark(patterns)}
        return Response(PatternsSerializer(shown).data)


class TrialSerializer(serializers.Serializer[Any]):
    """要试的模式与文字。"""

    patterns = serializers.DictField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=MAX_PATTERN), max_length=MAX_PATTERNS
        ),
        help_text=f"字段：{'、'.join(FIELDS)}",
    )
    text = serializers.CharField(max_length=MAX_TEXT, help_text="来信文字")


class FoundSerializer(serializers.Serializer[Any]):
    """一个字段取到什么；place 是第几条模式，0 为没有；late 为超时。"""

    name = serializers.CharField(source="label")
    value = serializers.CharField()
    place = serializers.IntegerField()
    late = serializers.BooleanField()


class TrialResultSerializer(serializers.Serializer[Any]):
    """取到的各字段；refusal 是不能自动成为来信的原因。"""

    rows = FoundSerializer(many=True)
    refusal = serializers.CharField()


class PatternsTryView(APIView):
    """试一试模式，什么都不保存。"""

    permission_classes = [HasCapability]
    capability = Capability.LETTERS_SETTINGS

    @extend_schema(request=TrialSerializer, responses=TrialResultSerializer)
    def post(self, request: Request) -> Response:
        """这些模式从文字里取到什么。"""
        form = TrialSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data["patterns"]
        patterns_check(given)
        branch = branch_of(user_of(request))
        reading = text_reading(form.validated_data["text"])
        trial = pattern_trial(branch, given, reading, masked=False)
        return Response(TrialResultSerializer(trial).data)


class SuggestionModelSerializer(serializers.ModelSerializer[SuggestionModel]):
    """一个建议模型在留出来信上的准确率；高于模式才启用。"""

    is_on = serializers.BooleanField(read_only=True, help_text="是否启用")

    class Meta:
        model = SuggestionModel
        fields = ["id", "target", "trained_at", "letters", "held_out", "accuracy", "baseline", "is_on"]  # fmt: skip
        read_only_fields = fields


class SuggestionTrainingSerializer(serializers.Serializer[Any]):
    """训练任务。"""

    job = serializers.IntegerField(source="pk", help_text="任务编号，见 jobs")


class SuggestionViewSet(GenericViewSet[SuggestionModel]):
    """建议模型：各项建议最近一次训练的结果。"""

    serializer_class = SuggestionModelSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_SETTINGS
    queryset = SuggestionModel.objects.none()
    pagination_class = None

    def list(self, request: Request) -> Response:
        """每种建议最近的模型。"""
        rows = latest_models(branch_of(user_of(request)).pk)
        return Response(SuggestionModelSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={202: SuggestionTrainingSerializer})
    def create(self, request: Request) -> Response:
        """重新训练；已在训练的，是同一任务。"""
        user = user_of(request)
        month = Month.of(timezone.localdate())
        job = training_request(branch=branch_of(user), month=month, actor=user)
        return Response(SuggestionTrainingSerializer(job).data, status=202)


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """一个常用查询。"""

    query = serializers.DictField(
        child=serializers.CharField(max_length=200), help_text="条件，与来信列表页的参数相同"
    )

    class Meta:
        model = SavedView
        fields = ["id", "name", "query"]


class SavedViewViewSet(GenericViewSet[SavedView]):
    """自己的常用查询。"""

    serializer_class = SavedViewSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_READ
    queryset = SavedView.objects.none()
    pagination_class = None
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[SavedView]:
        """The user's own."""
        return SavedView.objects.filter(user=user_of(self.request)).order_by("name")

    def list(self, request: Request) -> Response:  # noqa: ARG002
        """按名称。"""
        return Response(SavedViewSerializer(self.get_queryset(), many=True).data)

    @extend_schema(request=SavedViewSerializer, responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        """保存，同名的替换；条件里的客户号码只留其摘要。"""
        form = SavedViewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = user_of(request)
        query = private_query(form.validated_data["query"], user)
        kept = {key: str(query[key]) for key in query}
        view = saved_view_put(user=user, name=form.validated_data["name"], query=kept)
        return Response(SavedViewSerializer(view).data, status=201)

    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """删除。"""
        get_object_or_404(self.get_queryset(), pk=pk).delete()
        return Response(status=204)
