"""A notice as a mail. All mails of an incident are one thread; the id makes the Message-ID."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage

from steadyhand.model.incident.notice import Notice
from steadyhand.model.settings.reach import Notices
from steadyhand.respond.notices.channel import Channels, Delivered, Failed, value_at

_TIMEOUT = 10.0  # seconds


def send(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Hand it to the post office of the settings."""
    reached, office = channels.reach(notice), channels.settings
    if reached is None or not reached.mail:
        return Failed("no mail address is set", lasting=True)
    if not (office.smtp_host and office.smtp_from):
        return Failed(
            "no post office is set: notices.smtp_host and notices.smtp_from", lasting=True
        )
    written = letter(notice, reached.mail, office.smtp_from, channels.link(notice))
    try:
        _hand_over(written, office)
    except smtplib.SMTPRecipientsRefused:
        return Failed(f"{office.smtp_host} takes nothing for that address", lasting=True)
    except smtplib.SMTPResponseException as error:
        # 5yz is for good: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1
        lasting = error.smtp_code >= 500
        return Failed(f"{office.smtp_host} answered {error.smtp_code}", lasting)
    except (OSError, smtplib.SMTPException) as error:
        return Failed(f"{office.smtp_host}: {type(error).__name__}")
    return Delivered()


def letter(notice: Notice, to: str, sender: str, link: str) -> EmailMessage:
    """Write the mail. Pure."""
    written = EmailMessage()
    written["Subject"] = " ".join(notice.title.split())
    written["From"] = sender
    written["To"] = to
    written["Message-ID"] = f"<{_digest(notice.id)}@steadyhand>"
    if notice.incident:
        thread = f"<{_digest(notice.incident)}@steadyhand>"
        written["In-Reply-To"] = thread
        written["References"] = thread
    # Whoever is on holiday does not answer a machine: RFC 3834.
    written["Auto-Submitted"] = "auto-generated"
    body = notice.body
    if link and notice.kind == "page":
        body += f"\n\nAcknowledge: {link}"
    written.set_content(f"{body}\n\nincident {notice.incident}\n")
    return written


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _hand_over(written: EmailMessage, office: Notices) -> None:
    host, port = office.smtp_host, office.smtp_port
    context = ssl.create_default_context() if office.smtp_tls != "none" else None
    with (
        smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=context)
        if office.smtp_tls == "tls"
        else smtplib.SMTP(host, port, timeout=_TIMEOUT)
    ) as server:
        if office.smtp_tls == "starttls":
            server.starttls(context=context)
        if office.smtp_user:
            server.login(office.smtp_user, value_at(office.smtp_password))
        server.send_message(written)
