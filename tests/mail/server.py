"""A mail server for tests (aiosmtpd): it speaks STARTTLS or TLS with the certificate of a test, asks for a password, and takes, puts off,
refuses, hangs or breaks off as it is told on stdin. What it took it hands out as JSON. It listens on loopback and ends with its stdin.

    server.py --port PORT [--tls starttls|implicit|none --cert FILE --key FILE] [--user U --password P]

It prints {"ready": true}, then one line for each line that it reads:

    {"mode": "take" | "greylist" | "later" | "refuse" | "hang" | "break"}   {}
    {"mails": true}                                                        [{"to": […], "from": …, "tls": …, "text": …, "taken": …}]
"""

import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Box:
    """What it does with mail, and what it got."""

    def __init__(self):
        self.mode = "take"
        self.mails = []
        self.met = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "refuse":
            return "550 5.1.1 no such user here"
        if self.mode == "later":
            return "451 4.3.0 come back later"
        if self.mode == "hang":
            await asyncio.sleep(3600)
        if self.mode == "greylist" and address not in self.met:
            self.met.add(address)
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        taken = self.mode != "break"
        self.mails.append(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "tls": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
                "authenticated": session.authenticated,
                "text": envelope.content.decode("ascii"),
                "taken": taken,
            }
        )
        if not taken:
            # It has the mail and nobody learns of it.
            server.transport.abort()
        return "250 OK"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls", choices=["starttls", "implicit", "none"], default="none")
    for name in ("cert", "key", "user", "password"):
        parser.add_argument(f"--{name}")
    return parser.parse_args()


def protocol(box, options, context):
    def known(server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == (options.user, options.password), handled=False)

    starttls = options.tls == "starttls"
    wants_user = options.user is not None
    return SMTP(
        box,
        hostname="mail.test",
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_required=wants_user,
        auth_require_tls=starttls,
        authenticator=known if wants_user else None,
    )


async def main():
    options, box, context = arguments(), Box(), None
    if options.tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    loop = asyncio.get_running_loop()
    await loop.create_server(
        lambda: protocol(box, options, context),
        "127.0.0.1",
        options.port,
        ssl=context if options.tls == "implicit" else None,
    )
    print(json.dumps({"ready": True}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        box.mode = order.get("mode", box.mode)
        print(json.dumps(box.mails if "mails" in order else {}), flush=True)


asyncio.run(main())
