"""Who signs readers in: the keys, and that somebody can where somebody must."""

from collections.abc import Iterator

from ..actions import keys
from ..actions.fetching import fetch
from ..domain.errors import Away
from ..settings import Settings
from ..store import migrations, policies
from . import database
from .findings import Finding, ok, problem, unless_found, warning


def keys_can_be_had(settings: Settings) -> Iterator[Finding]:
    """Fetch the key set as the service does."""
    if settings.sso_jwks_url is None:
        says = "No sign-in is set up: readers are anonymous."
        if settings.sso_secret:
            says = "Readers are signed in by tokens of a shared secret."
        yield ok("sign-in", says)
        return
    try:
        found = keys.read(fetch(settings.sso_jwks_url, allow_private=settings.sso_allow_private))
    except Away as error:
        do = "Correct FIRSTWORD_SSO_JWKS_URL; until then no token that is signed by a key is believed."
        yield problem("sign-in", error.detail, do)
        return
    unsafe = []
    if settings.sso_allow_private:
        do = "Unset FIRSTWORD_SSO_ALLOW_PRIVATE unless the key set really lives in your own network."
        unsafe.append(warning("sign-in", "Keys may be fetched from private networks.", do))
    algorithms = ", ".join(sorted({algorithm for _, algorithm in found}))
    yield from unless_found(unsafe, "sign-in", f"{len(found)} keys can be fetched ({algorithms}).")


def who_must_can(settings: Settings) -> Iterator[Finding]:
    """Look whether a site asks for a sign-in that nobody can give."""
    if settings.sso_issuer or database.schema(settings) != migrations.NEWEST:
        return
    with database.reading(settings) as connection:
        asking = [row.site_id for row in policies.in_force(connection) if row.needs_sign_in]
    for site_id in asking:
        says = f"The site {site_id} asks its readers to sign in, and no sign-in is set up: nobody can write."
        yield problem(
            "sign-in", says, "Set FIRSTWORD_SSO_…, or `firstword site set SITE --sign-in optional`."
        )
