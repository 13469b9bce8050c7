"""The API of the scoring standards: read by many, written by the service office while drafts."""

from dataclasses import replace
from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from inspections.models import Channel, Checklist, ChecklistVersion, Item, Section
from inspections.selectors.checklists import (
    checklists_visible_to,
    item_content,
    versions_visible_to,
)
from inspections.services.checklists import (
    checklist_create,
    item_add,
    item_move,
    item_remove,
    item_update,
    section_add,
    section_move,
    section_remove,
    section_update,
    version_copy,
    version_create,
    version_delete,
    version_publish,
    version_update,
)
from inspections.standards import ITEM_FIELDS, ItemContent
from outlets.api.taking_in import TakesFiles

_EDIT_ACTIONS = ("create", "update", "partial_update", "destroy", "publish", "move", "take_in")


class Scoped(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a record that the user may see; any other does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        """The visible ones of the field's model."""
        user = user_of(self.context["request"])
        everything = cast("QuerySet[Any]", super().get_queryset())
        if everything.model is Section:
            return everything.filter(version__in=versions_visible_to(user))
        visible = {ChecklistVersion: versions_visible_to, Checklist: checklists_visible_to}
        return visible[everything.model](user)


class ItemSerializer(serializers.ModelSerializer[Item]):
    """One item. `parameters` is text: `0.5`, `优=1;良=0.8`, `<=300000`, or empty."""

    section = Scoped(queryset=Section.objects.all(), help_text="所属模块")
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=Channel.choices), help_text="渠道"
    )

    class Meta:
        model = Item
        fields = ["id", "version", "section", "position", *ITEM_FIELDS]
        read_only_fields = ["version", "position"]
        validators: list[Any] = []


class SectionSerializer(serializers.ModelSerializer[Section]):
    """A module; its weight counts in weighted standards only."""

    version = Scoped(queryset=ChecklistVersion.objects.all(), help_text="所属版本")

    class Meta:
        model = Section
        fields = ["id", "version", "position", "name", "weight"]
        read_only_fields = ["position"]
        validators: list[Any] = []


class SectionItemsSerializer(serializers.ModelSerializer[Section]):
    """A module with its items."""

    items = ItemSerializer(many=True, read_only=True)

    class Meta:
        model = Section
        fields = ["id", "position", "name", "weight", "items"]


class VersionSerializer(serializers.ModelSerializer[ChecklistVersion]):
    """A version of a standard; published ones never change."""

    checklist = Scoped(queryset=Checklist.objects.all(), help_text="标准")
    name = serializers.CharField(source="checklist.name", read_only=True, help_text="标准名称")
    copy_of = Scoped(
        queryset=ChecklistVersion.objects.all(),
        required=False,
        allow_null=True,
        write_only=True,
        help_text="底稿：以该版本的内容新建；不填则新建空白版本",
    )

    class Meta:
        model = ChecklistVersion
        fields = ["id", "checklist", "name", "label", "scoring", "effective_on", "published_at", "copy_of"]  # fmt: skip
        read_only_fields = ["published_at"]
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A copy stays within its standard."""
        source, checklist = attrs.get("copy_of"), attrs.get("checklist")
        if source is not None and source.checklist != checklist:
            raise serializers.ValidationError({"copy_of": "底稿应是同一标准的版本"})
        return attrs


class VersionHeadSerializer(serializers.ModelSerializer[ChecklistVersion]):
    """What of a draft's head can be changed."""

    class Meta:
        model = ChecklistVersion
        fields = ["label", "scoring", "effective_on"]
        validators: list[Any] = []


class VersionDetailSerializer(VersionSerializer):
    """A version with all modules and items."""

    sections = SectionItemsSerializer(many=True, read_only=True)

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "sections"]


class ChecklistSerializer(serializers.ModelSerializer[Checklist]):
    """A standard over all its versions."""

    class Meta:
        model = Checklist
        fields = ["id", "name"]
        validators: list[Any] = []


class MoveSerializer(serializers.Serializer[Any]):
    """By how many places."""

    by = serializers.IntegerField(
        min_value=-1000, max_value=1000, help_text="负数上移，正数下移，至多移到两端"
    )


class Standards(APIView):
    """Read with one capability, written with another."""

    permission_classes = [HasCapability]
    capability = Capability.CHECKLISTS_READ
    capabilities = dict.fromkeys(_EDIT_ACTIONS, Capability.CHECKLISTS_EDIT)


class ChecklistViewSet(
    Standards,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    TakesFiles,
):
    """检查标准：分行的各套标准；没有已发布版本的只有服务办可见。"""

    serializer_class = ChecklistSerializer
    queryset = Checklist.objects.none()
    file_kind = "checklist"

    def get_queryset(self) -> QuerySet[Checklist]:
        """What the user may see."""
        return checklists_visible_to(user_of(self.request))

    def perform_create(self, serializer: Any) -> None:
        """In the user's branch."""
        user = user_of(self.request)
        assert user.unit is not None  # noqa: S101  (no administrator has the capability)
        serializer.instance = checklist_create(
            branch=user.unit.branch, actor=user, **serializer.validated_data
        )


@extend_schema_view(retrieve=extend_schema(responses=VersionDetailSerializer))
class VersionViewSet(Standards, ModelViewSet[ChecklistVersion]):
    """标准版本：草稿可改，发布后不再改动。"""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    serializer_class = VersionSerializer
    queryset = ChecklistVersion.objects.none()
    filterset_fields = {"checklist": ["exact"], "scoring": ["exact"], "published_at": ["isnull"]}

    def get_queryset(self) -> QuerySet[ChecklistVersion]:
        """What the user may see, with the content where one is asked for."""
        versions = versions_visible_to(user_of(self.request))
        if self.action != "retrieve":
            return versions
        items = Prefetch("items", Item.objects.order_by("position", "pk"))
        sections = Section.objects.order_by("position", "pk").prefetch_related(items)
        return versions.prefetch_related(Prefetch("sections", sections))

    def get_serializer_class(self) -> type[serializers.BaseSerializer[ChecklistVersion]]:
        """One version comes with its content; only the head is changed."""
        if self.action == "retrieve":
            return VersionDetailSerializer
        return VersionHeadSerializer if self.action == "partial_update" else VersionSerializer

    def perform_create(self, serializer: Any) -> None:
        """Empty, or with the content of `copy_of`."""
        data = dict(serializer.validated_data)
        user, source = user_of(self.request), data.pop("copy_of", None)
        if source is None:
            serializer.instance = version_create(actor=user, **data)
            return
        serializer.instance = version_copy(
            source=source, label=data["label"], effective_on=data["effective_on"], actor=user
        )

    def perform_update(self, serializer: Any) -> None:
        """The head of a draft."""
        version = serializer.instance
        head = {name: getattr(version, name) for name in VersionHeadSerializer.Meta.fields}
        serializer.instance = version_update(version=version, **head | serializer.validated_data)

    def perform_destroy(self, instance: ChecklistVersion) -> None:
        """Drafts only."""
        version_delete(version=instance, actor=user_of(self.request))

    @extend_schema(request=None, responses=VersionSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """发布：此后不再改动。内容不完整时 400，已发布时 409。"""
        version = version_publish(version=self.get_object(), actor=user_of(request))
        return Response(VersionSerializer(version, context=self.get_serializer_context()).data)


class SectionViewSet(Standards, ModelViewSet[Section]):
    """模块：只有草稿的模块可以增删改。"""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    serializer_class = SectionSerializer
    queryset = Section.objects.none()
    filterset_fields = ["version"]

    def get_queryset(self) -> QuerySet[Section]:
        """Of the versions that the user may see."""
        visible = versions_visible_to(user_of(self.request))
        return Section.objects.filter(version__in=visible).select_related("version__checklist")

    def perform_create(self, serializer: Any) -> None:
        """At the end of its version."""
        data = serializer.validated_data
        serializer.instance = section_add(
            version=data["version"], name=data["name"], weight=data.get("weight")
        )

    def perform_update(self, serializer: Any) -> None:
        """Name and weight; a module stays in its version."""
        data, section = serializer.validated_data, serializer.instance
        serializer.instance = section_update(
            section=section,
            name=data.get("name", section.name),
            weight=data.get("weight", section.weight),
        )

    def perform_destroy(self, instance: Section) -> None:
        """With its items."""
        section_remove(section=instance)

    @extend_schema(request=MoveSerializer, responses=SectionSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """移动模块。"""
        section = self.get_object()
        section_move(section=section, by=_places(request))
        section.refresh_from_db()
        return Response(self.get_serializer(section).data)


class ItemViewSet(Standards, ModelViewSet[Item]):
    """检查项目：只有草稿的项目可以增删改。"""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    serializer_class = ItemSerializer
    queryset = Item.objects.none()
    filterset_fields = ["version", "section", "mode", "red_line", "is_hot"]

    def get_queryset(self) -> QuerySet[Item]:
        """Of the versions that the user may see."""
        visible = versions_visible_to(user_of(self.request))
        rows = Item.objects.filter(version__in=visible)
        return rows.select_related("version__checklist", "section__version__checklist")

    def perform_create(self, serializer: Any) -> None:
        """At the end of its module."""
        data = dict(serializer.validated_data)
        section = data.pop("section")
        data["channels"] = tuple(data["channels"])
        serializer.instance = item_add(section=section, content=ItemContent(**data))

    def perform_update(self, serializer: Any) -> None:
        """The given fields; another module must be of the same version."""
        item, data = serializer.instance, dict(serializer.validated_data)
        section = data.pop("section", item.section)
        if section.version_id != item.version_id:
            raise serializers.ValidationError({"section": "模块不属于同一版本"})
        if "channels" in data:
            data["channels"] = tuple(data["channels"])
        content = replace(item_content(item), **data)
        serializer.instance = item_update(item=item, section=section, content=content)

    def perform_destroy(self, instance: Item) -> None:
        """From a draft."""
        item_remove(item=instance)

    @extend_schema(request=MoveSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """在模块内移动项目。"""
        item = self.get_object()
        item_move(item=item, by=_places(request))
        item.refresh_from_db()
        return Response(self.get_serializer(item).data)


def _places(request: Request) -> int:
    data = MoveSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    return cast("int", data.validated_data["by"])
