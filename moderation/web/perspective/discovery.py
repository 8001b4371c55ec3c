"""The discovery document, from which Google's client libraries make their methods; written by us.

`rootUrl` is the address that was asked, since clients cut error messages by it.
"""

from collections.abc import Mapping
from typing import Any

from . import messages
from .wire import Choice, Many, Message, Named

SCOPE = "https://www.googleapis.com/auth/userinfo.email"
_NAMES = {
    id(messages.TEXT): "TextEntry",
    id(messages.CONTEXT): "Context",
    id(messages.CONTEXT["articleAndParentComment"]): "ArticleAndParentComment",
    id(messages.SCORE): "Score",
    id(messages.SPAN): "SpanScore",
    id(messages.SCORES.of): "AttributeScores",
    id(messages.ANALYZE["requestedAttributes"].of): "AttributeParameters",
    id(messages.ANALYZE): "AnalyzeCommentRequest",
    id(messages.SUGGEST): "SuggestCommentScoreRequest",
}
_ANSWERS: Mapping[str, Message] = {
    "AnalyzeCommentResponse": {
        "attributeScores": messages.SCORES,
        "languages": Many(str),
        "detectedLanguages": Many(str),
        "clientToken": str,
    },
    "SuggestCommentScoreResponse": {
        "clientToken": str,
        "detectedLanguages": Many(str),
        "requestedLanguages": Many(str),
    },
}
_SIMPLE = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    float: {"type": "number", "format": "float"},
    int: {"type": "integer", "format": "int32"},
}
_QUERY: Mapping[str, Mapping[str, Any]] = {
    "alt": {"type": "string", "enum": ["json", "media", "proto"], "default": "json"},
    "key": {"type": "string", "description": "An API token with the role scorer."},
    "prettyPrint": {"type": "boolean", "default": "true"},
    **{
        name: {"type": "string"}
        for name in (
            "fields", "callback", "quotaUser", "access_token", "oauth_token", "uploadType", "upload_protocol"
        )
    },
    "$.xgafv": {"type": "string", "enum": ["1", "2"]},
}  # fmt: skip


def document(root: str) -> dict[str, Any]:
    """Return the document for the service at `root`, which ends with a slash."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": "v1alpha1",
        "version_module": True,
        "revision": "20261125",
        "title": "Perspective-compatible comment analyzer",
        "description": "Scores of comments from this installation's own model.",
        "ownerDomain": "google.com",  # of the names, which generated clients go by
        "ownerName": "Google",
        "protocol": "rest",
        "rootUrl": root,
        "servicePath": "",
        "baseUrl": root,
        "basePath": "",
        "batchPath": "batch",
        "fullyEncodeReservedExpansion": True,
        "icons": {},
        "auth": {"oauth2": {"scopes": {SCOPE: {"description": "Only a key is asked for."}}}},
        "parameters": {name: {**each, "location": "query"} for name, each in _QUERY.items()},
        "schemas": _schemas(),
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Score a comment."),
                    "suggestscore": _method(
                        "suggestscore", "SuggestCommentScore", "Say what a comment's scores should have been."
                    ),
                }
            }
        },
    }


def _method(name: str, message: str, said: str) -> dict[str, Any]:
    path = f"v1alpha1/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "description": said,
        "httpMethod": "POST",
        "path": path,
        "flatPath": path,
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{message}Request"},
        "response": {"$ref": f"{message}Response"},
        "scopes": [SCOPE],
    }


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for message in (messages.ANALYZE, messages.SUGGEST):
        _describe(_NAMES[id(message)], message, found)
    for name, message in _ANSWERS.items():
        _describe(name, message, found)
    return dict(sorted(found.items()))


def _describe(name: str, message: Message, found: dict[str, Any]) -> None:
    if name not in found:
        found[name] = {}
        properties = {field: _kind(kind, found) for field, kind in message.items()}
        found[name] = {"id": name, "type": "object", "properties": properties}


def _kind(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    if isinstance(kind, Choice):
        return {"type": "string", "enum": list(kind.values), "enumDescriptions": [""] * len(kind.values)}
    if isinstance(kind, Many):
        return {"type": "array", "items": _kind(kind.of, found)}
    if isinstance(kind, Named):
        return {"type": "object", "additionalProperties": _kind(kind.of, found)}
    if isinstance(kind, Mapping):
        name = _NAMES[id(kind)]
        _describe(name, kind, found)
        return {"$ref": name}
    return dict(_SIMPLE[kind])
