"""What the product's pages and API are measured against."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import allowed, user_of
from inspections.models import Answer, Inspection


@allowed()
def frame(request: HttpRequest) -> HttpResponse:
    """The page every page extends, with nothing in it."""
    return render(request, "base.html")


class _Answer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    value = serializers.CharField()


class _Inspection(serializers.Serializer[Any]):
    branch = serializers.IntegerField()
    unit = serializers.IntegerField()
    version = serializers.IntegerField()
    date = serializers.DateField()
    answers = _Answer(many=True)


class BareInsert(APIView):
    """The same rows as a submitted inspection, taken as they come, in one transaction."""

    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Insert one inspection and its answers, unchecked and unscored."""
        form = _Inspection(data=request.data)
        form.is_valid(raise_exception=True)
        given, user = form.validated_data, user_of(request)
        with transaction.atomic():
            inspection = Inspection.objects.create(
                uuid=uuid.uuid4(), number=uuid.uuid4().hex, branch_id=given["branch"],
                unit_id=given["unit"], unit_path="", channel="OPEN", version_id=given["version"],
                inspector_id=user.pk, inspector_name="", date=given["date"], score=100,
                possible=600, earned=600, content_hash="",
            )  # fmt: skip
            Answer.objects.bulk_create(
                Answer(
                    inspection=inspection, item_id=one["item"], value=one["value"],
                    possible=Decimal(10), earned=Decimal(10),
                )
                for one in given["answers"]
            )  # fmt: skip
        return Response({"id": inspection.pk}, status=201)
