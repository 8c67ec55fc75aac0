# The last step of the job reader, for Python and bash: exchanges its token for what the job file
# declares, and runs the program in a child that gets the delegated token and nothing of its own.
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import uuid

LONGEST_RESULT = 1024 * 1024
START = """import json, runpy, sys
sys.path.insert(0, sys.argv[1])
import mcpgate
args = json.loads(sys.argv[3])
left = runpy.run_path(sys.argv[2], {"mcpgate": mcpgate, "args": args}, "__main__")
main = left.get("main")
if callable(main):
    with open("result.json", "w") as file:
        json.dump(main(**args), file)
"""


def fetch(path, form=None):
    data = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        url = os.environ["BASE_INTERNAL_URL"] + path
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        said = json.loads(error.read())
        raise RuntimeError(f"{said.get('reason_code')}: {said.get('error_description')}") from None


def exchange(read):
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": os.environ["WM_TOKEN"],
        "subject_token_type": "urn:windmill:params:oauth:token-type:job_token",
        "nonce": str(uuid.uuid4()),
        "gateway_services": json.dumps(read["job"]["services"]),
        "job_repository": read["repository"],
        "job_branch": read["branch"],
        "job_name": read["job"]["name"],
        "job_commit": read["commit"],
        "job_hash": read["hash"],
    }
    return json.loads(fetch("/auth/token", form))["access_token"]


def environment_of(job, folder):
    env = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    own = {"HOME": folder, "TMPDIR": folder, "JOB_ARGS": json.dumps(job["args"])}
    return {**env, **job["env"], **own}


def command_of(job, folder, program):
    kind = {"python": "py", "bash": "sh"}[job["language"]]
    place = os.path.join(folder, f"program.{kind}")
    with open(place, "w") as file:
        file.write(program)
    if kind == "sh":
        return ["/bin/bash", place]
    with open(os.path.join(folder, "mcpgate.py"), "wb") as file:
        file.write(fetch("/clients/mcpgate.py"))
    return [sys.executable, "-B", "-c", START, folder, place, json.dumps(job["args"])]


def result_in(folder):
    """What the program wrote; not what a link of it leads to, which this process alone may read."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        found = os.open(os.path.join(folder, "result.json"), flags)
    except FileNotFoundError:
        return None
    except OSError:
        raise RuntimeError("result.json is not a plain file.") from None
    if not stat.S_ISREG(os.fstat(found).st_mode):
        raise RuntimeError("result.json is not a plain file.")
    with open(found, "rb") as file:
        text = file.read(LONGEST_RESULT + 1)
    if len(text) > LONGEST_RESULT:
        raise RuntimeError(f"result.json is larger than {LONGEST_RESULT} bytes.")
    return json.loads(text)


def main(read: dict):
    job = read["job"]
    folder = tempfile.mkdtemp()
    env = environment_of(job, folder)
    command = command_of(job, folder, read["program"])
    if job["services"]:
        env["MILLRACE_GATEWAY_URL"] = os.environ["BASE_INTERNAL_URL"]
        env["MILLRACE_GATEWAY_TOKEN"] = exchange(read)
    child = subprocess.Popen(
        command, env=env, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        code = child.wait(timeout=job["timeoutS"])
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"The program took longer than {job['timeoutS']} s.") from None
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    if code != 0:
        raise RuntimeError(f"The program of {job['name']} ended with {code}; its log says why.")
    return result_in(folder)
