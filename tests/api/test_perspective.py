"""The Perspective API's protocol: shapes, messages to the letter, and whatever else clients may send."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from moderation.domain.attributes import ATTRIBUTES
from tests.api.texts import KIND, NASTY
from tests.lines import line
from tests.service import Service

SIX = ("TOXICITY", "SEVERE_TOXICITY", "INSULT", "PROFANITY", "THREAT", "IDENTITY_ATTACK")
GERMAN = "Das ist ein sehr schöner Hafen, danke dafür und bis bald."
ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
DISCOVERY = "/$discovery/rest?version=v1alpha1"


@pytest.fixture
def google(service: Service, tokens: dict[str, str]) -> Iterator[httpx2.Client]:
    """A client with a key, as Google's clients send it."""
    with httpx2.Client(base_url=service.url, params={"key": tokens["scorer"]}, timeout=30) as client:
        yield client


@pytest.fixture
def keyless(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        yield client


def asking(text: str = NASTY, *names: str, **more: Any) -> dict[str, Any]:
    """Make a request for some attributes, by default for toxicity in English."""
    wanted = {name: {} for name in names or ("TOXICITY",)}
    return {"comment": {"text": text}, "languages": ["en"], "requestedAttributes": wanted, **more}


def analyze(google: httpx2.Client, request: dict[str, Any]) -> dict[str, Any]:
    answer = google.post(ANALYZE, json=request)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def refused(google: httpx2.Client, request: Any, *, call: str = ANALYZE) -> tuple[str, dict[str, Any]]:
    """Send what is refused with 400; return the message and its first detail."""
    content = request if isinstance(request, bytes) else json.dumps(request).encode()
    answer = google.post(call, content=content)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT"), error
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    return error["message"], error["details"][0]


def test_an_answer_has_every_field_that_clients_read(google: httpx2.Client) -> None:
    said = analyze(google, asking(NASTY, *SIX, clientToken="mine", doNotStore=True))
    assert set(said) == {"attributeScores", "languages", "detectedLanguages", "clientToken"}
    assert (said["languages"], said["detectedLanguages"], said["clientToken"]) == (["en"], ["en"], "mine")
    assert set(said["attributeScores"]) == set(SIX)
    for found in said["attributeScores"].values():
        assert set(found) == {"summaryScore", "spanScores"}
        assert found["summaryScore"]["type"] == "PROBABILITY"
        assert 0 <= found["summaryScore"]["value"] <= 1
        assert found["spanScores"] == [{"begin": 0, "end": len(NASTY), "score": found["summaryScore"]}]
    assert said["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8


def test_every_attribute_that_has_a_model_is_served_and_the_same_as_by_our_own_interface(
    google: httpx2.Client, scorer: httpx2.Client
) -> None:
    said = analyze(google, asking(NASTY, *ATTRIBUTES, "TOXICITY@6"))["attributeScores"]
    [own] = scorer.post("/score", json={"texts": [NASTY]}).json()["items"]
    assert {ATTRIBUTES[name.partition("@")[0]] for name in said} == set(own["scores"])
    for name, found in said.items():
        label = ATTRIBUTES[name.partition("@")[0]]
        assert round(found["summaryScore"]["value"], 4) == own["scores"][label]


def test_spans_are_sentences_in_utf_16_and_the_worst_one_is_the_insult(google: httpx2.Client) -> None:
    parts = ["The lamps are lovely \U0001f600. ", "You are a worthless idiot! ", "See you e\u0301t soon"]
    text = "".join(parts)
    spans = analyze(google, asking(text, spanAnnotations=True))["attributeScores"]["TOXICITY"]["spanScores"]
    units = text.encode("utf-16-le")
    shown = [units[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le") for span in spans]
    assert shown == [part.rstrip() for part in parts]
    worst = max(spans, key=lambda span: span["score"]["value"])
    assert worst is spans[1]
    assert spans[0]["begin"] == 0


def test_without_a_language_it_is_detected_and_a_few_words_are_taken_for_what_the_model_knows(
    google: httpx2.Client,
) -> None:
    request = asking("you fool")
    del request["languages"]
    said = analyze(google, request)
    assert said["languages"] == said["detectedLanguages"] == ["en"]


def test_what_is_below_its_threshold_is_left_out_and_with_all_of_it_the_key(google: httpx2.Client) -> None:
    limits = {"TOXICITY": {"scoreThreshold": 0.5}, "SPAM": {"scoreThreshold": 0.99}}
    said = analyze(google, asking(NASTY) | {"requestedAttributes": limits})
    assert set(said["attributeScores"]) == {"TOXICITY"}
    said = analyze(google, asking(KIND) | {"requestedAttributes": limits})
    assert said == {"languages": ["en"], "detectedLanguages": ["en"]}


def test_attributes_that_a_language_lacks_can_be_dropped(google: httpx2.Client) -> None:
    said = analyze(google, asking(GERMAN, languages=["de"], dropUnsupportedAttributes=True))
    assert said == {"languages": ["de"], "detectedLanguages": ["de"]}


@pytest.mark.parametrize(
    ("changed", "message", "kind"),
    [
        ({"comment": {"text": ""}}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"comment": {}}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"comment": {"text": "x" * 20_481}}, "Comment text too long.", "COMMENT_TOO_LONG"),
        ({"comment": {"text": "é" * 10_241}}, "Comment text too long.", "COMMENT_TOO_LONG"),
        ({"requestedAttributes": {}}, "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
        (
            {"requestedAttributes": {"FLIRTATION": {}}},
            "Unknown requested attribute: FLIRTATION",
            "INVALID_REQUEST",
        ),
        (
            {"requestedAttributes": {"TOXICITY@x": {}}},
            "Unknown requested attribute: TOXICITY@x",
            "INVALID_REQUEST",
        ),
        (
            {"requestedAttributes": {"TOXICITY": {"scoreType": "PERCENTILE"}}},
            "Requested score type PERCENTILE is not supported by attribute TOXICITY",
            "INVALID_REQUEST",
        ),
        (
            {"comment": {"text": "x", "type": "HTML"}},
            "Currently, only 'PLAIN_TEXT' comments are supported",
            "INVALID_REQUEST",
        ),
        (
            {"context": {"entries": [], "articleAndParentComment": {}}},
            "Context can have either entries or article_and_parent_comment, but both fields were populated.",
            "INVALID_REQUEST",
        ),
        (
            {"requestedAttributes": {f"TOXICITY@{n}": {} for n in range(10_000)}},
            "Too many requested attributes: 10000",
            "INVALID_REQUEST",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_services_own_words(
    google: httpx2.Client, changed: dict[str, Any], message: str, kind: str
) -> None:
    assert refused(google, asking() | changed) == (message, {"@type": ERROR, "errorType": kind})


def test_the_longest_text_is_20480_bytes_and_is_answered(google: httpx2.Client) -> None:
    assert "attributeScores" in analyze(google, asking(("You fool. " * 2048)[:20_480], spanAnnotations=True))


def test_a_language_without_a_model_is_refused_by_the_attributes_name(google: httpx2.Client) -> None:
    message, detail = refused(google, asking(GERMAN, "INSULT", languages=["de", "th"]))
    assert message == "Attribute INSULT does not support request languages: de, th"
    assert detail["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    named = {"attribute": "INSULT", "detectedLanguages": ["de"], "requestedLanguages": ["de", "th"]}
    assert detail["languageNotSupportedByAttributeError"] == named
    request = asking(GERMAN)
    del request["languages"]
    message, detail = refused(google, request)
    assert message == "Attribute TOXICITY does not support request languages: de"
    named = {"attribute": "TOXICITY", "detectedLanguages": ["de"]}
    assert detail["languageNotSupportedByAttributeError"] == named


def test_a_text_without_a_word_has_no_language(google: httpx2.Client) -> None:
    request = asking("12345 \U0001f600 !!!")
    del request["languages"]
    message, detail = refused(google, request)
    assert (message, detail["errorType"]) == ("Unable to detect language", "LANGUAGE_DETECTION_FAILED")


def test_no_key_and_a_wrong_key_are_told_apart(keyless: httpx2.Client, tokens: dict[str, str]) -> None:
    error = keyless.post(ANALYZE, json=asking()).json()["error"]
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
    message, detail = refused(keyless, asking(), call=f"{ANALYZE}?key=AIzaNobody")
    assert message == "API key not valid. Please pass a valid API key."
    assert (detail["reason"], detail["domain"]) == ("API_KEY_INVALID", "googleapis.com")
    assert detail["metadata"] == {"service": "commentanalyzer.googleapis.com"}
    reader = keyless.post(ANALYZE, params={"key": tokens["reader"]}, json=asking())
    assert (reader.status_code, reader.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("name", ["X-Goog-Api-Key", "Authorization"])
def test_a_key_may_come_in_a_header(keyless: httpx2.Client, tokens: dict[str, str], name: str) -> None:
    key = f"Bearer {tokens['scorer']}" if name == "Authorization" else tokens["scorer"]
    assert keyless.post(ANALYZE, headers={name: key}, json=asking()).status_code == 200


def test_even_a_post_without_a_body_gets_details(google: httpx2.Client) -> None:
    assert refused(google, b"")[1]["errorType"] == "COMMENT_EMPTY"


def test_unquoted_names_and_names_with_underscores_are_read_and_any_content_type(
    google: httpx2.Client,
) -> None:
    first = b"""{comment: {text: "what kind of {x: 1} idiot name is \\"foo\\"?"},
           languages: ["en"],
           requested_attributes: {TOXICITY:{}} , do_not_store: true, clientToken: null}"""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        answer = google.post(ANALYZE, content=first, headers={"Content-Type": kind})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "Invalid JSON payload received."),
        (b"[1]", "Invalid JSON payload received."),
        (b"\xff\xfe", "Invalid JSON payload received."),
        (b"[" * 100_000, "Invalid JSON payload received."),
        (b'{"comment": ' * 2000 + b"1" + b"}" * 2000, "Invalid JSON payload received."),
        (b'{"comment": {"text": "\\ud800"}}', "Invalid JSON payload received."),
        (b'{"coment": {}}', 'Invalid JSON payload received. Unknown name "coment": Cannot find field.'),
        (b'{"comment": {"tekst": 1}}', "Unknown name \"tekst\" at 'comment': Cannot find field."),
        (b'{"comment": {"text": 1}}', "Invalid value at 'comment.text' (TYPE_STRING), 1"),
        (b'{"comment": "x"}', "at 'comment'"),
        (b'{"comment": {"text": "x", "type": "SIGN"}}', "Invalid value at 'comment.type'"),
        (b'{"comment": {"text": "x", "type": -1}}', "Invalid value at 'comment.type'"),
        (b'{"languages": "en"}', "Invalid value at 'languages'"),
        (b'{"doNotStore": "no"}', "Invalid value at 'doNotStore' (TYPE_BOOL)"),
        (b'{"requestedAttributes": {"TOXICITY": {"scoreThreshold": NaN}}}', "Invalid JSON payload received."),
        (b'{"requestedAttributes": {"TOXICITY": {"scoreThreshold": 1e999}}}', "Invalid"),
        (b'{"requestedAttributes": {"TOXICITY": {"scoreThreshold": "NaN"}}}', "(TYPE_FLOAT)"),
        (b'{"requestedAttributes": {"TOXICITY": []}}', "requestedAttributes[TOXICITY]"),
    ],
)
def test_what_is_not_the_message_is_refused_with_its_place(
    google: httpx2.Client, body: bytes, said: str
) -> None:
    message, detail = refused(google, body)
    assert said in message
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 50 * 1024 * 1024])
def test_a_body_that_is_too_large_is_refused_in_the_same_form(google: httpx2.Client, size: int) -> None:
    answer = google.post(ANALYZE, content=b'{"comment": {"text": "' + b"x" * size + b'"}}')
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, 413)


def test_the_last_of_two_keys_counts(google: httpx2.Client) -> None:
    body = json.dumps(asking()).replace('"languages"', '"languages": ["th"], "languages"')
    assert google.post(ANALYZE, content=body.encode()).status_code == 200


def test_the_address_may_be_written_in_every_way(
    service: Service, google: httpx2.Client, tokens: dict[str, str]
) -> None:
    for path in (f"/any/where{ANALYZE}", "/v1alpha1/comments%3Aanalyze"):
        assert google.post(path, json=asking()).status_code == 200
    tolerated = {"alt": "json", "$.xgafv": "2", "fields": "*", "callback": "evil", "quotaUser": "a"}
    answer = google.post(ANALYZE, params=tolerated, json=asking())
    assert answer.status_code == 200
    assert "evil" not in answer.text
    body = json.dumps(asking()).encode()
    head = [f"POST {ANALYZE}?key={tokens['scorer']} HTTP/1.1", "Host: commentanalyzer.googleapis.com"]
    with line(service) as channel:
        channel.sendall("\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body)
        assert channel.recv(12) == b"HTTP/1.1 200"
    for path in (f"{ANALYZE}/x", "/v1alpha1/comments:other", "/v1alpha1/comments"):
        assert google.post(path, json=asking()).status_code == 404
    assert google.get(ANALYZE).status_code == 405


def test_an_answer_is_indented_unless_told_not_to_be_and_packed_when_asked(google: httpx2.Client) -> None:
    request = asking(NASTY, *SIX, spanAnnotations=True)
    with google.stream("POST", ANALYZE, json=request) as pretty:
        assert pretty.headers["content-encoding"] == "gzip"
        raw = gzip.decompress(b"".join(pretty.iter_raw()))
    assert raw.startswith(b'{\n  "')
    plain = google.post(
        ANALYZE, params={"prettyPrint": "false"}, json=request, headers={"Accept-Encoding": "identity"}
    )
    assert "content-encoding" not in plain.headers
    assert "\n" not in plain.text
    assert plain.json() == json.loads(raw)


def test_pages_of_any_origin_may_ask(google: httpx2.Client) -> None:
    asked = {"Origin": "https://paper.example", "Access-Control-Request-Method": "POST"}
    allowed = google.options(ANALYZE, headers=asked | {"Access-Control-Request-Headers": "content-type"})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "content-type" in allowed.headers["access-control-allow-headers"].lower()
    answer = google.post(ANALYZE, json=asking(), headers={"Origin": "https://paper.example"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_discovery_document_needs_no_key_but_tells_of_a_wrong_one(
    keyless: httpx2.Client, tokens: dict[str, str]
) -> None:
    for key in ("", f"&key={tokens['scorer']}"):
        found = keyless.get(f"{DISCOVERY}{key}").json()
        assert (found["name"], found["version"], found["rootUrl"]) == (
            "commentanalyzer",
            "v1alpha1",
            f"{keyless.base_url}/",
        )
        for method in found["resources"]["comments"]["methods"].values():
            assert method["request"]["$ref"] in found["schemas"]
            assert method["response"]["$ref"] in found["schemas"]
    assert keyless.get(f"/deep/er{DISCOVERY}").json()["rootUrl"] == f"{keyless.base_url}/deep/er/"
    wrong = keyless.get(f"{DISCOVERY}&key=nobody")
    assert wrong.status_code == 400
    assert wrong.json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_a_suggestion_is_answered_as_google_does(google: httpx2.Client) -> None:
    request = {
        "comment": {"text": "You are a fool."},
        "attributeScores": {
            "TOXICITY": {
                "summaryScore": {"value": 1},
                "spanScores": [{"begin": 0, "end": 4, "score": {"value": 1}}],
            }
        },
        "communityId": "Coral:demo",
        "clientToken": "7",
    }
    answer = google.post(SUGGEST, json=request)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"detectedLanguages": ["en"], "requestedLanguages": [], "clientToken": "7"}


@pytest.mark.parametrize(
    "scores",
    [
        {},
        {"TOXICITY": {}},
        {"TOXICITY": {"spanScores": []}},
        {"FLIRTATION": {"summaryScore": {"value": 1}}},
        {"TOXICITY": {"summaryScore": {}}},
        {"TOXICITY": {"summaryScore": {"value": 1.5}}},
        {"TOXICITY": {"summaryScore": {"value": 1, "type": "RAW"}}},
        {"TOXICITY": {"spanScores": [{"begin": 0, "score": {"value": 1}}]}},
    ],
)
def test_a_malformed_suggestion_is_refused(google: httpx2.Client, scores: dict[str, Any]) -> None:
    request = {"comment": {"text": "You are a fool."}, "attributeScores": scores}
    refused(google, request, call=SUGGEST)


def test_a_suggestion_has_no_promise_not_to_be_stored(google: httpx2.Client) -> None:
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    request = {"comment": {"text": "x"}, "attributeScores": scores, "doNotStore": True}
    assert "doNotStore" in refused(google, request, call=SUGGEST)[0]


def test_a_text_that_is_analyzed_is_in_no_log(service: Service, google: httpx2.Client) -> None:
    text = "a very singular sentence about zeppelins and fools"
    analyze(google, asking(text))
    refused(google, asking(text, "FLIRTATION"))
    for name in ("stderr.txt", "stdout.txt"):
        assert "zeppelins" not in (service.data_dir / name).read_text()
    for file in service.data_dir.rglob("*"):
        assert not file.is_file() or b"zeppelins" not in file.read_bytes()
