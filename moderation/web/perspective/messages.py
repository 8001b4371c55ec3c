"""The messages of the protocol, as in its discovery document of revision 20200426 and in later clients."""

from .wire import Choice, Many, Message, Named

PROBABILITY = "PROBABILITY"
SCORE_TYPE = Choice(
    "ScoreType", ("SCORE_TYPE_UNSPECIFIED", PROBABILITY, "STD_DEV_SCORE", "PERCENTILE", "RAW")
)
TEXT_TYPE = Choice("TextType", ("TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"))

TEXT: Message = {"text": str, "type": TEXT_TYPE}
CONTEXT: Message = {
    "entries": Many(TEXT),
    "articleAndParentComment": {"article": TEXT, "parentComment": TEXT},
}
SCORE: Message = {"value": float, "type": SCORE_TYPE}
SPAN: Message = {"begin": int, "end": int, "score": SCORE}
SCORES = Named({"summaryScore": SCORE, "spanScores": Many(SPAN)})

_COMMON: Message = {
    "comment": TEXT,
    "context": CONTEXT,
    "languages": Many(str),
    "clientToken": str,
    "sessionId": str,
    "communityId": str,
}
ANALYZE: Message = {
    **_COMMON,
    "requestedAttributes": Named({"scoreType": SCORE_TYPE, "scoreThreshold": float}),
    "doNotStore": bool,
    "dropUnsupportedAttributes": bool,
    "spanAnnotations": bool,
}
SUGGEST: Message = {**_COMMON, "attributeScores": SCORES}

TEXT_BYTES = 20 * 1024  # of UTF-8, inclusive: clients cut at it
ATTRIBUTES = 100  # in one request; Google has served forty in all
