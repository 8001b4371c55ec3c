"""Texts that tell at once whether two versions of the features differ.

Written here, none is anyone's comment. Each one walks through another corner of the normaliser.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from models.features import Ngrams
from models.text import normalise

GOLDEN: tuple[str, ...] = (
    "",
    "Thank you, that was a clear and helpful article about the new bus lanes.",
    "You are an idiot, and everybody on this page knows it.",
    "y0u are an 1d10t and a m0r0n",
    "What an i d i o t! What an i.d.i.o.t! What an idioooooot!",
    "you \u0456diot\u200b, you st\u00fcpid f\u200bool \uff26\uff2f\uff2f\uff2c",
    "I WILL FIND YOU AND YOU WILL REGRET IT!!!",
    "Subscribe to my channel!!! https://example.com/free www.example.net free free free",
    "My neighbours are Muslim, Jewish, gay and deaf, and we share a garden.",
    "&lt;b&gt;Nice&lt;/b&gt; &#128077; \U0001f44d\U0001f3fd caf\u00e9 na\u00efve Stra\u00dfe",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \ud55c\uad6d\uc5b4",
    "z\u0338\u0322\u0361a\u0334\u0321l\u0336g\u0337o\u0338 \x00 \t\r\n  end",
)


def fingerprint(ngrams: Ngrams, texts: Sequence[str] = GOLDEN) -> str:
    """Return a checksum of what the features make of `texts`; equal on every machine."""
    digest = hashlib.sha256()
    for text in texts:
        clean = normalise(text)
        rows = ngrams([text])
        digest.update(clean.text.encode("utf-8", "surrogatepass"))
        digest.update(clean.offsets.astype("<i4").tobytes())
        digest.update(rows.indices.astype("<i4").tobytes())
        # Three decimals: logarithms differ in the last bits between processors.
        values = np.concatenate([rows.values, rows.extras[0]])
        digest.update(np.round(values.astype(np.float64) * 1000).astype("<i4").tobytes())
    return digest.hexdigest()
