"""Service files in the API: whose there are, one of them, what its person says about it."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from outlets.models import Post, Staff
from outlets.selectors import units_visible_to
from outlets.selectors.staff import SoughtStaff
from tellers.api.devices import percent
from tellers.api.references import sent
from tellers.forms.files import FileFilterForm, FileSoughtForm
from tellers.models import FileComment
from tellers.selectors.files import EntryKind, FileSought, files_listed, files_visible_to
from tellers.services.files import comment_add, file_read

PARAMETERS = [
    OpenApiParameter("year", int, description="年度，默认全部"),
    OpenApiParameter("kind", str, enum=EntryKind.values, description="类别，默认全部"),
]


class FilePersonSerializer(serializers.ModelSerializer[Staff]):
    """有服务档案的员工。"""

    class Meta:
        model = Staff
        fields = ["id", "number", "name", "hired_on", "left_on"]
        read_only_fields = fields


class FileListSerializer(FilePersonSerializer):
    """有服务档案的员工，连同今天的任职（查阅范围内的）。"""

    unit = serializers.SerializerMethodField(help_text="机构")
    post = serializers.SerializerMethodField(help_text="岗位")

    class Meta(FilePersonSerializer.Meta):
        fields = [*FilePersonSerializer.Meta.fields, "unit", "post"]
        read_only_fields = fields

    def get_unit(self, person: Any) -> str:
        """Where they are today; empty where the reader may not know."""
        return person.now[0].unit.short_name if person.now else ""

    def get_post(self, person: Any) -> str:
        """What they do there."""
        return person.now[0].get_post_display() if person.now else ""


class FileCommentSerializer(serializers.ModelSerializer[FileComment]):
    """本人对一条记录的意见。"""

    class Meta:
        model = FileComment
        fields = ["id", "entry", "text", "at"]
        read_only_fields = ["id", "at"]


class FileCommentAddSerializer(serializers.Serializer[Any]):
    """对一条记录的意见；entry 是记录的 key。"""

    entry = serializers.CharField(max_length=40, help_text="记录的 key")
    text = serializers.CharField(max_length=500, help_text="意见")


class FileEntrySerializer(serializers.Serializer[Any]):
    """档案中的一条记录，连同当时的机构。"""

    key = serializers.CharField(help_text="发表意见时用")
    kind = serializers.ChoiceField(choices=EntryKind.choices, help_text="类别")
    day = serializers.DateField(help_text="日期")
    unit = serializers.CharField(help_text="当时的机构")
    title = serializers.CharField(help_text="事由")
    text = serializers.CharField(help_text="内容")
    details = serializers.ListField(child=serializers.CharField(), help_text="明细")
    url = serializers.CharField(help_text="所据记录的页面，不能查阅时为空")
    comments = FileCommentSerializer(many=True, help_text="本人意见")


class FileSumsSerializer(serializers.Serializer[Any]):
    """合计。"""

    inspections = serializers.IntegerField(help_text="受检次数")
    items = serializers.IntegerField(help_text="归属项数")
    lost = serializers.IntegerField(help_text="失分项数")
    standards = percent("规范得分率（%）")
    praise = serializers.IntegerField(help_text="表扬次数")
    complaints = serializers.IntegerField(help_text="有效投诉次数")
    knowledge = percent("知识测试均分")
    skill = percent("技能测试均分")
    trainings = serializers.IntegerField(help_text="参加培训次数")
    hours = serializers.DecimalField(max_digits=9, decimal_places=1, help_text="培训学时")
    usage = percent("评价器使用率（%）")
    satisfaction = percent("满意度（%）")
    violations = serializers.IntegerField(help_text="违规次数")
    penalties = serializers.IntegerField(help_text="处罚次数")
    fines = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="处罚金额（元）")


class FileSpanSerializer(serializers.Serializer[Any]):
    """一年或一月的合计。"""

    span = serializers.CharField(source="label", help_text="年度或月份")
    sums = FileSumsSerializer()


class ServiceFileSerializer(serializers.Serializer[Any]):
    """一份服务档案：可查阅的记录，新的在前，与合计。"""

    person = FilePersonSerializer()
    words = serializers.CharField(help_text="一句话概括")
    years = serializers.ListField(child=serializers.IntegerField(), help_text="有记录的年度")
    total = FileSumsSerializer()
    spans = FileSpanSerializer(many=True, help_text="各年合计；选了年度时为各月")
    entries = FileEntrySerializer(many=True)


SOUGHT = [
    OpenApiParameter("q", str, description="姓名或员工号的一部分"),
    OpenApiParameter("unit", int, description="现任职的机构 id，含下级"),
    OpenApiParameter("post", str, enum=Post.values, description="现任职的岗位"),
    OpenApiParameter("left", bool, description="含已离职"),
]


@extend_schema_view(
    list=extend_schema(
        summary="有服务档案的员工", parameters=SOUGHT, responses=FileListSerializer(many=True)
    )
)
@extend_schema(tags=["服务档案"])
class ServiceFileViewSet(mixins.ListModelMixin, GenericViewSet[Staff]):
    """窗口员工服务档案；各机构只见本机构当时的记录，查阅他人的档案记入审计记录。"""

    serializer_class = FilePersonSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    queryset = Staff.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Staff]:
        """Whose file the user may open."""
        return files_visible_to(user_of(self.request))

    def get_serializer_class(self) -> type[FilePersonSerializer]:
        """A list names where people are."""
        return FileListSerializer if self.action == "list" else FilePersonSerializer

    def filter_queryset(self, queryset: Any) -> Any:
        """A list is searched as on the page."""
        if self.action != "list":
            return queryset
        user = user_of(self.request)
        form = FileFilterForm(self.request.query_params, units=units_visible_to(user))
        if not form.is_valid():
            raise serializers.ValidationError(form.errors.get_json_data())
        return files_listed(user, SoughtStaff(**form.cleaned_data), timezone.localdate())

    @extend_schema(summary="一份服务档案", parameters=PARAMETERS, responses=ServiceFileSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """可查阅的全部记录，或一个年度、一个类别的。"""
        form = FileSoughtForm(request.query_params)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors.get_json_data())
        person, sought = self.get_object(), FileSought(**form.cleaned_data)
        found = file_read(user=user_of(request), person=person, sought=sought)
        return Response(ServiceFileSerializer(found).data)

    @extend_schema(
        summary="发表意见",
        request=FileCommentAddSerializer,
        responses={201: FileCommentSerializer},
    )
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """本人对自己档案中的一条记录发表意见。"""
        person = self.get_object()
        given = sent(self, FileCommentAddSerializer)
        made = comment_add(person=person, actor=user_of(request), **given)
        return Response(FileCommentSerializer(made).data, status=201)
