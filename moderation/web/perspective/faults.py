"""Every error of the protocol, in Google's form: `{"error": {code, message, status, details}}`."""

from collections.abc import Mapping, Sequence
from typing import Any

SERVICE = "commentanalyzer.googleapis.com"
_ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_HELP = "type.googleapis.com/google.rpc.Help"


class Fault(Exception):  # noqa: N818 - what is answered, not what went wrong with us
    """What is answered instead of scores."""

    def __init__(
        self,
        message: str,
        details: Sequence[Mapping[str, Any]] = (),
        *,
        code: int = 400,
        status: str = "INVALID_ARGUMENT",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s
        error = {"code": code, "message": message, "status": status}
        self.body = {"error": error | ({"details": list(details)} if details else {})}


def of_request(message: str, kind: str = "INVALID_REQUEST", **more: Any) -> Fault:
    """Refuse what was asked for. kind: the service's own `errorType`."""
    return Fault(message, [{"@type": _ERROR, "errorType": kind, **more}])


def of_payload(description: str, field: str = "", *, code: int = 400) -> Fault:
    """Refuse a body that is not the message it should be."""
    violation = {"field": field} if field else {}
    details = [{"@type": _BAD_REQUEST, "fieldViolations": [violation | {"description": description}]}]
    return Fault(description, details, code=code)


def of_language(
    attribute: str, languages: Sequence[str], *, detected: Sequence[str], requested: Sequence[str]
) -> Fault:
    """Refuse an attribute that is not served in these languages: those asked for, else the detected one."""
    named: dict[str, Any] = {"attribute": attribute, "detectedLanguages": list(detected)}
    if requested:
        named["requestedLanguages"] = list(requested)
    message = f"Attribute {attribute} does not support request languages: {', '.join(languages)}"
    kind = "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    return of_request(message, kind, languageNotSupportedByAttributeError=named)


def no_key() -> Fault:
    """Refuse who gives no key."""
    return Fault("The request is missing a valid API key.", code=403, status="PERMISSION_DENIED")


def wrong_key() -> Fault:
    """Refuse a key that is unknown or was revoked."""
    info = {
        "@type": _INFO,
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": SERVICE},
    }
    return Fault("API key not valid. Please pass a valid API key.", [info])


def not_allowed() -> Fault:
    """Refuse a key whose role does not include scoring."""
    return Fault("The caller does not have permission", code=403, status="PERMISSION_DENIED")


def over_quota(metric: str, title: str, *, retry_after_s: int) -> Fault:
    """Refuse for a while. metric, title: of what is counted, "analyze_requests" and what people call it."""
    limit = f"{title} per minute"
    info = {
        "@type": _INFO,
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": SERVICE,
            "quota_limit": "AnalyzeRequestsPerMinutePerProject",
            "quota_metric": f"CommentAnalyzerService/{metric}",
        },
    }
    links = [
        {"description": "Request a higher quota limit.", "url": "https://developers.perspectiveapi.com/"}
    ]
    return Fault(
        f"Quota exceeded for quota metric '{title}' and limit '{limit}' of service '{SERVICE}'.",
        [info, {"@type": _HELP, "links": links}],
        code=429,
        status="RESOURCE_EXHAUSTED",
        retry_after_s=retry_after_s,
    )
