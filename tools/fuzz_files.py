"""Files for schemathesis to send where the API takes some: what it makes up would be none."""

import schemathesis
from hypothesis import strategies

from support.pictures import picture
from support.uploads import PDF

for kind in ("JPEG", "PNG", "GIF"):
    schemathesis.openapi.media_type(f"image/{kind.lower()}", strategies.just(picture(kind)))
schemathesis.openapi.media_type("application/pdf", strategies.just(PDF))
