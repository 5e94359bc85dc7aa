"""A request's signature and its bucket's region in, why S3 refuses it out; nothing if they agree.

Pure. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import re
from collections.abc import Mapping

from steadyhand.lab.s3.links import Refused

SCOPE = re.compile(r"[^/]+/\d{8}/([a-z0-9-]+)/s3/aws4_request")


def judge_region(header: str, query: Mapping[str, str], region: str | None) -> Refused | None:
    """Judge the region that a request is signed for; one that is not signed has none."""
    link = query.get("X-Amz-Credential", "")
    found = SCOPE.search(link or header)
    if found is None or region is None or found.group(1) == region:
        return None
    wrong = f"the region '{found.group(1)}' is wrong; expecting '{region}'"
    if link:
        said = f"Error parsing the X-Amz-Credential parameter; {wrong}"
        return Refused(400, "AuthorizationQueryParametersError", said, {"Region": region})
    said = f"The authorization header is malformed; {wrong}"
    return Refused(400, "AuthorizationHeaderMalformed", said, {"Region": region})
