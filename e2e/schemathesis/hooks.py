"""What Schemathesis cannot know from the document."""

import json
import os
import re
import uuid

import schemathesis

# The problems that say that a request is not what the document describes. All others are answers of
# the business to a request that is understood: an id of nothing, a stale version, a wrong password.
NOT_UNDERSTOOD = {"malformed-body", "unknown-field", "unsupported-media-type"}

# What a schema can state and this document states: the type, the bounds and the length of a value. A rule
# between two fields or about a time zone is refused as `validation` too.
STATED_BY_SCHEMAS = {"type", "minimum", "maximum", "length", "unique-items"}

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_beyond_schemas(error):
    """Bounds that no schema of these values states: of a quantity of stock, a decimal number in a string,
    and of a day, which is not before today."""
    return error["code"] in {"minimum", "maximum"} and error["pointer"].endswith(("/quantity", "/from"))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """States what the document says in words only, because generators of clients cannot read it: where a
    field of a body refers to another schema and is not required, it may be null."""
    operations = [operation for path in raw_schema["paths"].values() for operation in path.values()]
    contents = [operation["requestBody"]["content"] for operation in operations if "requestBody" in operation]
    bodies = [media["schema"] for content in contents for media in content.values()]
    seen = set()
    while bodies:
        part = bodies.pop()
        if not isinstance(part, dict):
            bodies += part if isinstance(part, list) else []
            continue
        reference = part.get("$ref")
        if reference and reference not in seen:
            seen.add(reference)
            bodies.append(raw_schema["components"]["schemas"][reference.rpartition("/")[2]])
        fields = part.get("properties", {})
        for name in fields.keys() - set(part.get("required", [])):
            if "$ref" in fields[name] or "allOf" in fields[name]:
                fields[name] = {"allOf": [fields[name]], "nullable": True}
        bodies += part.values()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request its own key, since the document has one example and no two intents share a key;
    and aims no request at the user of the run, who gets nothing but 401 once suspended."""
    parameters = case.path_parameters or {}
    if parameters.get("user_id") == os.environ["FASTOPS_USER_ID"]:
        parameters["user_id"] = str(uuid.uuid4())
    headers = case.headers or {}
    for name in headers:
        if name.lower() == "idempotency-key" and UUID.fullmatch(str(headers[name])):
            headers[name] = str(uuid.uuid4())


@schemathesis.check
def valid_requests_are_understood(context, response, case):
    """A request that the document permits is not refused as one that it does not."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code not in (400, 415, 422):
        return
    problem = json.loads(response.content or b"{}")
    errors = problem.get("errors", [])
    stated = [error for error in errors if error["code"] in STATED_BY_SCHEMAS and not is_beyond_schemas(error)]
    if problem.get("code") in NOT_UNDERSTOOD or stated:
        raise AssertionError(f"the document permits what is refused as {problem['code']}: {problem['errors']}")
