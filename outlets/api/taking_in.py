"""Files taken in by the API as on the pages: all or nothing, every bad row named."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from outlets.forms.imports import MAX_UPLOAD
from outlets.importing import ImportRefused, ImportResult, kinds
from outlets.views.imports import Upload


class RecordFileSerializer(serializers.Serializer[Any]):
    """一个 .xlsx 或 .csv 文件，第一行是表头。"""

    file = serializers.FileField(help_text="文件，不超过 20 MB")
    dry_run = serializers.BooleanField(default=False, help_text="只检查，不写入")

    def validate_file(self, file: Any) -> Any:
        """Refuse what is too large before it is read."""
        if (file.size or 0) > MAX_UPLOAD:
            raise serializers.ValidationError("文件超过 20 MB，请拆分")
        return file


class RowErrorSerializer(serializers.Serializer[Any]):
    """文件里的一处。"""

    line = serializers.IntegerField(help_text="行号，0 为整个文件")
    column = serializers.CharField(help_text="列")
    value = serializers.CharField(source="shown", help_text="值")
    reason = serializers.CharField(help_text="原因")


class ImportResultSerializer(serializers.Serializer[ImportResult]):
    """写入了多少；warnings 是与以往相差较大、请核对的。"""

    created = serializers.IntegerField(help_text="新增")
    updated = serializers.IntegerField(help_text="更新")
    unchanged = serializers.IntegerField(help_text="未变")
    ignored = serializers.ListField(child=serializers.CharField(), help_text="未使用的列")
    warnings = RowErrorSerializer(many=True, help_text="请核对")


class FileRefused(serializers.ValidationError):
    """400: every bad row in `rows`, with line, column, value and reason."""

    def __init__(self, refused: ImportRefused) -> None:
        super().__init__({"file": [str(error) for error in refused.errors]})
        self.extra = {"rows": RowErrorSerializer(refused.errors, many=True).data}


class TakesFiles(GenericViewSet[Any]):
    """POST …/import/ for the kind of file `file_kind`."""

    file_kind = ""

    @extend_schema(
        summary="导入文件",
        request={"multipart/form-data": RecordFileSerializer},
        responses=ImportResultSerializer,
        filters=False,
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        url_name="import",
        parser_classes=[MultiPartParser],
    )
    def take_in(self, request: Request) -> Response:
        """全部合格才写入；有误时 400，逐行说明行、列、值和原因。"""
        form = RecordFileSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        upload = Upload(file.name, file.read(), None, None)
        try:
            result = upload.run(
                kinds()[self.file_kind],
                user_of(request),
                dry_run=form.validated_data["dry_run"],
            )
        except ImportRefused as refused:
            raise FileRefused(refused) from refused
        return Response(ImportResultSerializer(result).data)
