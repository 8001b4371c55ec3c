"""Where letters go out, and how they read: plain text, with the links that people and their programs need."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import Row

from .sessions import Signing

ANSWER_S = 20.0  # for each answer of the server

_QUESTION = """\
Somebody who writes as {name} asked us to send replies to this address. If that was you, say so here:

{yes}

If not, do nothing: you will not hear from us again.
"""
_REPLY = """\
{name} replied to you on “{about}”:

{body}

Read and answer: {link}

No more of these letters: {end}
"""


@dataclass(frozen=True, slots=True)
class Post:
    """Where letters go out. url: smtp:// (STARTTLS), smtps://, or smtp+plain:// on this machine."""

    url: str
    sender: str
    home: str  # our public address, for links

    def server(self) -> smtplib.SMTP:
        """Connect. Raises OSError or SMTPException."""
        at = urlsplit(self.url)
        host, context = at.hostname or "localhost", ssl.create_default_context()
        server: smtplib.SMTP
        if at.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, at.port or 465, timeout=ANSWER_S, context=context)
        else:
            server = smtplib.SMTP(host, at.port or 587, timeout=ANSWER_S)
        if at.scheme == "smtp":
            server.starttls(context=context)
        if at.username:
            server.login(unquote(at.username), unquote(at.password or ""))
        return server

    def letter(self, row: Row[Any], signing: Signing) -> EmailMessage:
        """Write a letter: plain text, with the links that a reader needs and a programme understands."""
        token = signing.letter_token(row.address_id)
        end = f"{self.home}/replies/unsubscribe/{token}"
        message = EmailMessage()
        message["From"], message["To"] = self.sender, row.email
        message["Message-ID"] = f"<{row.id}@{urlsplit(self.home).hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        if row.comment_id is None:
            message["Subject"] = "Do you want replies to your comments by e-mail?"
            message.set_content(_QUESTION.format(name=row.name, yes=f"{self.home}/replies/confirm/{token}"))
            return message
        message["List-Unsubscribe"] = f"<{end}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        about = " ".join((row.article_title or row.article_key).split())
        message["Subject"] = f"{row.author_name} replied to you on “{about}”"
        link = f"{self.home}/a/{quote(row.site_id)}/{quote(row.article_key, safe='')}#{row.comment_id}"
        quoted = "\n".join(f"> {line}" for line in row.body.splitlines())
        message.set_content(_REPLY.format(name=row.author_name, about=about, body=quoted, link=link, end=end))
        return message
