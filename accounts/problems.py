"""API errors as RFC 9457 problem details, in Chinese, with a stable code."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.refusals import Refused

TITLES = {
    "invalid": "提交的内容有误",
    "parse_error": "请求内容无法解析",
    "not_authenticated": "请先登录",
    "authentication_failed": "登录信息无效",
    "permission_denied": "您的岗位无权进行此操作",
    "not_found": "没有找到，或不在您的查阅范围内",
    "method_not_allowed": "不支持这种请求方法",
    "not_acceptable": "无法给出所要求的格式",
    "unsupported_media_type": "不支持这种内容格式",
    "throttled": "请求过于频繁，请稍后再试",
    "conflict": "与现有记录冲突",
}


class Conflict(exceptions.APIException):
    """409: the request is well-formed, but the record stands otherwise."""

    status_code = 409
    default_code = "conflict"
    default_detail = TITLES["conflict"]

    def __init__(self, detail: str | None = None, code: str | None = None, **extra: Any) -> None:
        super().__init__(detail, code)
        self.extra = extra


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The handler DRF calls for every exception of an API view; None for a genuine fault."""
    error = _translated(error)
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    response.data = problem(error, response.status_code) | getattr(error, "extra", {})
    response.content_type = "application/problem+json"
    return response


def _translated(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound(TITLES["not_found"])
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(TITLES["permission_denied"])
    if isinstance(error, ValidationError):
        by_field = hasattr(error, "error_dict")
        return exceptions.ValidationError(
            error.message_dict if by_field else {"non_field_errors": error.messages}
        )
    return _refusal(error) if isinstance(error, Refused) else error


def _refusal(error: Refused) -> exceptions.APIException:
    """400 where one field is at fault, else 409."""
    if error.field:
        return exceptions.ValidationError({error.field: error.reasons})
    return Conflict(str(error), error.code, **error.more)


def problem(error: exceptions.APIException, status: int) -> dict[str, Any]:
    """The body of a problem: type, title, status, code, detail, and the fields at fault."""
    code = error.default_code
    if not isinstance(error, exceptions.ValidationError):
        codes = error.get_codes()
        code = codes if isinstance(codes, str) else code
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(code, TITLES["invalid"]),
        "status": status,
        "code": code,
    }
    if isinstance(error, exceptions.ValidationError):
        return body | {"detail": TITLES["invalid"], "errors": error.detail}
    return body | {"detail": str(error.detail)}


# What an error looks like, for the API's description.
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "错误的类别"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "不变的错误代号"},
        "detail": {"type": "string", "description": "这一次错在哪里"},
        "errors": {"description": "逐个字段的原因"},
    },
    "additionalProperties": True,
}


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation may answer with a problem."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            answer = {"description": "请求未被接受", "content": content}
            operation["responses"].setdefault("default", answer)
    return result
