"""Pinned and featured comments: what moderators ask for."""

from starlette.responses import Response

from ..actions import mark
from . import shapes
from .comments import read_id
from .endpoint import Call
from .json import JsonResponse


def pin(call: Call) -> Response:
    """PUT /moderation/comments/{comment_id}/pin."""
    return _marked(mark.put(call.parts, call.known, read_id(call.path("comment_id")), "pinned"))


def unpin(call: Call) -> Response:
    """DELETE /moderation/comments/{comment_id}/pin."""
    return _marked(mark.drop(call.parts, call.known, read_id(call.path("comment_id")), "pinned"))


def feature(call: Call) -> Response:
    """PUT /moderation/comments/{comment_id}/featured."""
    return _marked(mark.put(call.parts, call.known, read_id(call.path("comment_id")), "featured"))


def unfeature(call: Call) -> Response:
    """DELETE /moderation/comments/{comment_id}/featured."""
    return _marked(mark.drop(call.parts, call.known, read_id(call.path("comment_id")), "featured"))


def _marked(marked: mark.Marked) -> Response:
    return JsonResponse(shapes.comment(marked.comment) | {"article_version": marked.article_version})
