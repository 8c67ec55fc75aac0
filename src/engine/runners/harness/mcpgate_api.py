# The Python module `mcpgate`: services behind the gateway, as the flow's owner. A call such as
# mcpgate.jira_read_actions(action="get_issue", issue_key="PAY-1") exchanges the token of the job
# for a delegated one, which reaches what the flow declares and nothing else. Copied as mcpgate.py
# it does the same in jobs of other servers.
import base64
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

CALL_SECONDS = 120
# A token that ends within this is exchanged anew.
MARGIN_SECONDS = 30
TOOL = re.compile(r"[a-z][a-z0-9_]*_(read|write)_actions")


class Refused(Exception):
    """The gateway did not do it; `reason_code` and `audit_id` say why and where it is noted."""

    def __init__(self, message, reason_code=None, audit_id=None):
        super().__init__(message if reason_code is None else f"{reason_code}: {message}")
        self.reason_code = reason_code
        self.audit_id = audit_id


class Straight(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: what follows it would take the authorization along, anywhere."""

    def redirect_request(self, *redirect):
        return None


def send(url, data, headers):
    request = urllib.request.Request(url, data, headers)
    try:
        opener = urllib.request.build_opener(Straight)
        with opener.open(request, timeout=CALL_SECONDS) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        if 300 <= error.code < 400:
            said = f"HTTP {error.code}: {url} is elsewhere; name the gateway's own address"
            raise Refused(said) from None
        try:
            said = json.loads(error.read())
        except ValueError:
            said = {}
        message = said.get("error_description") or f"HTTP {error.code}"
        raise Refused(message, said.get("reason_code"), said.get("audit_id")) from None


class Gateway:
    """Without arguments: the server that runs the job."""

    def __init__(self, url=None, client_id=None, client_secret=None):
        self.url = url
        self.client = None if client_id is None else (client_id, client_secret)
        self.token = None
        self.until = 0.0

    def place(self, path):
        env = os.environ
        url = self.url or env.get("MILLRACE_GATEWAY_URL") or env["BASE_INTERNAL_URL"]
        return url.rstrip("/") + path

    def proof(self):
        if self.client is None:
            return {}
        pair = ":".join(urllib.parse.quote(part, safe="") for part in self.client)
        return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def bearer(self):
        given = os.environ.get("MILLRACE_GATEWAY_TOKEN")
        if given:
            return given
        if self.token is None or time.monotonic() > self.until:
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token": os.environ["WM_TOKEN"],
                "subject_token_type": "urn:windmill:params:oauth:token-type:job_token",
                "nonce": str(uuid.uuid4()),
            }
            form = urllib.parse.urlencode(form).encode()
            given = send(self.place("/auth/token"), form, self.proof())
            self.token = given["access_token"]
            self.until = time.monotonic() + given["expires_in"] - MARGIN_SECONDS
        return self.token

    def call(self, tool, arguments):
        asked = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        headers = {
            "authorization": f"Bearer {self.bearer()}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }
        answer = send(self.place("/mcp"), json.dumps(asked).encode(), headers)
        if "error" in answer:
            raise Refused(answer["error"]["message"])
        result = answer["result"]
        value = result.get("structuredContent")
        if result.get("isError"):
            error = (value or {}).get("error", {})
            details = error.get("details") or {}
            raise Refused(
                error.get("message", "The gateway refused the call."),
                details.get("reason_code", error.get("code")),
                details.get("audit_id"),
            )
        if value is None:
            return "\n".join(part.get("text", "") for part in result.get("content", []))
        return value["result"] if set(value) == {"result"} else value


    def __getattr__(self, name):
        if not TOOL.fullmatch(name):
            said = f"mcpgate has no {name}; tools are <service>_read_actions and so on"
            raise AttributeError(said)

        def tool(action, **params):
            return self.call(name, {"action": action, **params})

        tool.__name__ = name
        return tool


def __getattr__(name):
    return getattr(gateway, name)


gateway = Gateway()
connect = Gateway
EXPORTS = {"Refused": Refused, "connect": connect, "__getattr__": __getattr__}
