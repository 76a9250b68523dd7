#!/usr/bin/env python3
"""Compares the program with its OpenAPI document: Schemathesis as two identities.

    e2e/schemathesis/run.py PROGRAM [ARGUMENT OF SCHEMATHESIS…]

PROGRAM is a built `fastops`. An administrator of all branches and a manager of one branch get a run
each, against a demo of its own on a private PostgreSQL and free ports of the loopback: a run renames
roles, suspends users and closes branches. A finding that `schemathesis.toml` does not list, with its
reason, a panic and a lost session end the program with a status other than 0.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONFIG = HERE / "schemathesis.toml"

# The upper limit for what only has to be waited for: a start, an e-mail.
WAIT_SECONDS_MAX = 120

# The budget of one run. Shorter than the life of its access token.
RUN_SECONDS = 120


def request(url, method="GET", body=None, token=None):
    """Sends JSON, returns the answer's JSON; an answer that is no 2xx is an error."""
    headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
    if token:
        headers["authorization"] = f"Bearer {token}"
    if "/v1/auth/" in url:
        del headers["idempotency-key"]
    data = None if body is None else json.dumps(body).encode()
    if data is None:
        del headers["content-type"]
    sent = urllib.request.Request(url, data=data, method=method, headers=headers)
    with urllib.request.urlopen(sent, timeout=WAIT_SECONDS_MAX) as answer:
        return json.load(answer)


class Demo:
    """The program with a company in it, thrown away at the end."""

    def __init__(self, program):
        self.folder = Path(tempfile.mkdtemp(prefix="fastops-schemathesis."))
        # As root the program runs its PostgreSQL as another user, who must reach the folder.
        self.folder.chmod(0o711)
        self.log = self.folder / "log"
        free_port = "127.0.0.1:0"
        command = [program, "demo", "--json", "--no-simulate", "--data-dir", str(self.folder / "data")]
        command += ["--listen", free_port, "--ops-listen", free_port]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self.access = json.loads(self.process.stdout.readline() or "null")
        if self.access is None:
            raise SystemExit(f"the demo did not start:\n{self.log.read_text()}")
        self.url = self.access["url"]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT_SECONDS_MAX)
        shutil.rmtree(self.folder)

    def panics(self):
        """What the program has panicked about, each once."""
        lines = self.log.read_text().splitlines()
        return sorted({reason for line, reason in zip(lines, lines[1:]) if " panicked at " in line})

    def sign_in(self, email, password):
        body = {"email": email, "password": password, "tenant": self.access["tenant"]}
        return request(f"{self.url}/v1/auth/login", "POST", body)

    def administrator(self):
        return self.sign_in(self.access["email"], self.access["password"])

    def manager(self):
        """A user who joins with the role Manager, in the first branch only."""
        token = self.administrator()["access_token"]
        roles = request(f"{self.url}/v1/rbac/roles?limit=200", token=token)["data"]
        role = next(role["id"] for role in roles if role["name"] == "Gerente")
        branch = request(f"{self.url}/v1/branches", token=token)["data"][0]["id"]
        email, password = "gerente@example.com", str(uuid.uuid4())
        body = {"name": "Luz Marina", "email": email, "roles": [role], "branches": [branch]}
        request(f"{self.url}/v1/users", "POST", body, token)
        join = {"token": self.email_token(email), "password": password}
        request(f"{self.url}/v1/auth/join", "POST", join)
        return self.sign_in(email, password)

    def email_token(self, email):
        """The token in the e-mail to an address."""
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < deadline:
            for email_file in (self.folder / "data" / "letters").glob("*.txt"):
                text = email_file.read_text()
                if text.startswith(f"To: {email}\n"):
                    return text.rsplit("#", 1)[1].strip()
            time.sleep(0.05)
        raise SystemExit(f"no e-mail to {email} was sent")


def check(demo, name, session, arguments):
    """One run; returns whether it found nothing."""
    print(f"schemathesis: as {name}", flush=True)
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(CONFIG), "run"]
    command += [f"{demo.url}/openapi.json", "--max-time", str(RUN_SECONDS), *arguments]
    settings = {
        "FASTOPS_ACCESS_TOKEN": session["access_token"],
        "FASTOPS_USER_ID": session["user_id"],
        "SCHEMATHESIS_HOOKS": "hooks",
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(command, env=os.environ | settings, check=False)
    try:
        request(f"{demo.url}/v1/rbac/me", token=session["access_token"])
    except urllib.error.HTTPError as refused:
        # From there on the run has seen nothing but refusals.
        print(f"schemathesis: {name} lost the session: {refused.read().decode()}", file=sys.stderr)
        return False
    return done.returncode == 0


def run(program, name, sign_in, arguments):
    """One run against a demo of its own; returns whether it found nothing."""
    demo = Demo(program)
    try:
        is_clean = check(demo, name, sign_in(demo), arguments)
        panics = demo.panics()
    finally:
        demo.end()
    for reason in panics:
        print(f"schemathesis: the program has panicked: {reason}", file=sys.stderr)
    return is_clean and not panics


def main(program, *arguments):
    identities = {"an administrator": Demo.administrator, "a manager of one branch": Demo.manager}
    is_clean = [run(program, name, sign_in, arguments) for name, sign_in in identities.items()]
    return 0 if all(is_clean) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
