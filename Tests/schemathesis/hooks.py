"""What a description cannot say, and schemathesis must know."""

import itertools
import re

import schemathesis

# Keys of this run so far.
keys = itertools.count(1)

TOKEN = re.compile("[0-9a-f]{16}-[0-9a-f]{16}")

# Valid fields may still be refused with 422 for these reasons.
BEYOND_THE_SCHEMA = {"order-too-large"}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """The market that is tested trades in GBP; the description serves markets of any currency."""
    raw_schema["components"]["schemas"]["Currency"] = {"const": "GBP"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """A cursor holds only with the parameters of the list that gave it: the test suite follows those, not this.
    JSON Schema takes 2.0 for an integer; an integer of this server is spelled without a fraction.
    And schemathesis 4.32 calls requests valid whose optional header fields come from its invalid ones: a token "0"."""
    if case.meta.generation.mode.is_positive:
        if not TOKEN.fullmatch(case.headers.get("Consistency-Token", "")):
            case.headers.pop("Consistency-Token", None)
        case.query.pop("cursor", None)
        agree(case.query)
        case.body = whole(case.body)
        if key := case.headers.get("Idempotency-Key"):
            case.headers["Idempotency-Key"] = unused(key)


def agree(query):
    """Parameters that are right one by one, made right together: `ids` stands alone, a range is not reversed. And a
    rating is one that somebody would type."""
    if "ids" in query:
        for name in set(query) - {"ids", "limit"}:
            query.pop(name)
    if "minPrice" in query:
        query.pop("maxPrice", None)
    if "from" in query:
        query.pop("to", None)
    if "minRating" in query:
        query["minRating"] = round(float(query["minRating"]), 2)


def unused(key):
    """Made-up keys are few, and each stands for one command: with its number no key is used for two."""
    quote = '"' if key.startswith('"') else ""
    bare = key.strip('"')[:100]
    return f"{quote}{bare}.{next(keys)}{quote}"


def whole(value):
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [whole(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """Bulk commands: the generated text as it is."""
    return value.encode() if isinstance(value, str) else str(value).encode()


@schemathesis.check
def valid_commands_are_refused_for_good_reason(context, response, case):
    """422 to fields that are as the description says: only for what it cannot say."""
    if response.status_code != 422 or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    kind = problem["type"].rpartition(":")[2]
    is_stock_full = kind == "invalid" and problem["detail"].startswith("The stock of product")
    assert kind in BEYOND_THE_SCHEMA or is_stock_full, f"A valid command was refused: {problem}"
