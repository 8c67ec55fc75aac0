# The first step of the job reader. Clones a repository and reads its `.windmill/job.yml` files:
# without `file` it keeps a schedule for each, with `file` it answers the job for the next step.
# It reads git objects alone: nothing is checked out, so nothing of the repository is executed here.
import base64
import hashlib
import ipaddress
import json
import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import wmill

JOB_FILE = re.compile(r"(?:.*/)?\.windmill/job\.yml")
LARGEST_FILE = 64 * 1024
LARGEST_PROGRAM = 512 * 1024
MOST_FILES = 200
CLONE_SECONDS = 300
LABEL = "job-reader"


def sentence_of(place):
    return "{file}:{line}:{column}: {message}".format(**place)


class Problem(Exception):
    """What is wrong with one file, as `{file, line, column, message}`s."""

    def __init__(self, places):
        super().__init__("; ".join(map(sentence_of, places)))
        self.places = places


def op(name, given):
    query = urllib.parse.urlencode({"workspace": os.environ["WM_WORKSPACE"]})
    url = f"{os.environ['BASE_INTERNAL_URL']}/api/op/{name}?{query}"
    bearer = f"Bearer {os.environ['WM_TOKEN']}"
    headers = {"authorization": bearer, "content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(given).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        said = json.loads(error.read()).get("error", {})
        words = [f"{name}:", said.get("message"), said.get("hint")]
        raise RuntimeError(" ".join(filter(None, words))) from None


# --- git -----------------------------------------------------------------------------------------


def is_loopback(host):
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def git_environment(token):
    env = {
        "PATH": os.environ["PATH"],
        "HOME": tempfile.mkdtemp(),
        "LANG": "C.UTF-8",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    }
    if token:
        # In the environment, not on the command line and not in the address.
        secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        env["GIT_CONFIG_COUNT"] = "2"
        env["GIT_CONFIG_KEY_0"] = "http.extraHeader"
        env["GIT_CONFIG_VALUE_0"] = f"Authorization: Basic {secret}"
        # Git would send it on to wherever a redirect leads.
        env["GIT_CONFIG_KEY_1"] = "http.followRedirects"
        env["GIT_CONFIG_VALUE_1"] = "false"
    return env


class Repository:
    def __init__(self, address, branch, token):
        if re.match(r"\w+://[^/]*@", address) and not re.match(r"ssh://git@[^/@]+/", address):
            raise ValueError("Leave the token out of the address; name its token_variable.")
        plain = re.match("https?:", address, re.I) and not address.startswith("https://")
        if token and plain and not is_loopback(urllib.parse.urlsplit(address).hostname):
            raise ValueError("The token goes to an https:// address alone.")
        self.folder = os.path.join(tempfile.mkdtemp(), "clone")
        self.env = git_environment(token)
        branches = ["--branch", branch] if branch else []
        clone = ["clone", "--quiet", "--bare", "--depth", "1", "--single-branch", "--no-tags"]
        self.git(*clone, *branches, "--", address, self.folder, inside=False)
        self.commit = self.git("rev-parse", "HEAD").decode().strip()

    def git(self, *arguments, inside=True):
        place = ["--git-dir", self.folder] if inside else []
        done = subprocess.run(
            ["git", *place, *arguments],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=CLONE_SECONDS,
        )
        if done.returncode == 0:
            return done.stdout
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"git {arguments[0]}: {said[-500:]}")

    def files(self):
        """Path to size of each plain file; no links, no submodules."""
        found = {}
        listed = self.git("ls-tree", "-r", "-l", "-z", "HEAD").decode(errors="replace")
        for line in listed.split("\0"):
            facts, _, path = line.partition("\t")
            if facts.startswith("100"):
                found[path] = int(facts.split()[3])
        return found

    def read(self, path):
        return self.git("cat-file", "blob", f"HEAD:{path}")


# --- one job file --------------------------------------------------------------------------------


def not_taken(job):
    """What this reader does not do, by field: refused, because silence would be a surprise."""
    instance = job["gatewayInstance"]
    return {
        "on": job["on"] and "has events; this reader knows schedules",
        "run-as": job["runAs"] != "owner" and "is not owner: jobs run as who made the schedule",
        "gateway-instance": instance not in (None, "local") and f"is {instance}, not this server",
        "requirements": job["requirements"] and "are not installed; there is what the worker has",
        "concurrency": job["concurrency"] and "is not kept here",
        "retries": job["retries"] and "are not made; let the program try again",
        # Whoever pushes would run these with all that the keeper of the schedules may.
        "tags": job["tags"] and "are not taken from a file; the reader's argument tag is",
        "on_failure": job["onFailure"] and "is not taken from a file; the reader's argument is",
    }


def line_of(text, field):
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(rf"['\"]?{re.escape(field)}['\"]?\s*:", line):
            return number
    return 1


def read_job(repository, files, path):
    def wrong(line, column, message):
        return {"file": path, "line": line, "column": column, "message": message}

    if path not in files:
        raise Problem([wrong(1, 1, "there is no such file at this commit")])
    if files[path] > LARGEST_FILE:
        raise Problem([wrong(1, 1, f"the file is larger than {LARGEST_FILE} bytes")])
    content = repository.read(path)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Problem([wrong(1, 1, "the file is not UTF-8")]) from None
    said = op("jobFiles.read", {"text": text})
    if said["problems"]:
        places = [wrong(one["line"], one["column"], one["message"]) for one in said["problems"]]
        raise Problem(places)
    job = said["job"]
    reasons = [(field, reason) for field, reason in not_taken(job).items() if reason]
    if reasons:
        raise Problem([wrong(line_of(text, one), 1, f"{one} {said}") for one, said in reasons])
    program = job["script"]
    entrypoint = job["entrypoint"]
    if entrypoint is not None:
        size = files.get(entrypoint)
        at = line_of(text, "entrypoint")
        if size is None:
            raise Problem([wrong(at, 1, f"entrypoint {entrypoint} is no file of the repository")])
        if size > LARGEST_PROGRAM:
            raise Problem([wrong(at, 1, f"entrypoint is larger than {LARGEST_PROGRAM} bytes")])
        program = repository.read(entrypoint).decode(errors="replace")
    digest = hashlib.sha256(b"%d\n%b%b" % (len(content), content, program.encode())).hexdigest()
    return {"job": job, "program": program, "hash": digest}


# --- schedules -----------------------------------------------------------------------------------


def wanted_schedules(read, place):
    job = read["job"]
    name = job["name"].replace("-", "_")
    for number, one in enumerate(job["schedules"], 1):
        yield {
            "path": f"{place['folder']}/{name}" + ("" if number == 1 else f"_{number}"),
            "schedule": one["cron"],
            "timezone": one["timezone"],
            "args": place["args"],
            "enabled": job["enabled"],
            "summary": job["description"].split("\n")[0][:200] or job["name"],
            "labels": [LABEL],
            **place["settings"],
        }


def is_same(found, wanted):
    for name in ("schedule", "timezone", "args", "enabled", "summary", "labels"):
        if found[name] != wanted[name]:
            return False
    return has_settings(found, wanted)


def has_settings(found, wanted):
    options = found["options"]
    return all((options.get(name) or None) == wanted[name] for name in ("tag", "onFailure"))


def own_schedules(source):
    """Those that this flow made for this repository, branch and folder, by path."""
    found = {}
    for page in range(1, 11):
        of = {"scriptPath": os.environ["WM_FLOW_PATH"], "args": source}
        rows = op("schedules.list", {**of, "isFlow": True, "page": page, "perPage": 100})
        mine = [one for one in rows if LABEL in one["labels"] and one["args"].get("file")]
        found.update((one["path"], one) for one in mine)
        if len(rows) < 100:
            break
    return found


def keep(wanted, found):
    """Makes one schedule what its file says; answers what was done."""
    path = wanted["path"]
    if found is None:
        flow = {"scriptPath": os.environ["WM_FLOW_PATH"], "isFlow": True}
        op("schedules.create", {**wanted, **flow})
        return "created"
    if is_same(found, wanted):
        return "unchanged"
    op("schedules.update", {key: value for key, value in wanted.items() if key != "enabled"})
    if found["enabled"] != wanted["enabled"]:
        op("schedules.setEnabled", {"path": path, "enabled": wanted["enabled"]})
    return "updated"


def leave(found, settings):
    """Lets a schedule be what it was, but never with settings that the reader does not have."""
    if not has_settings(found, settings):
        op("schedules.update", {"path": found["path"], **settings})


def sync(repository, source, settings):
    files = repository.files()
    paths = sorted(path for path in files if JOB_FILE.fullmatch(path))
    if len(paths) > MOST_FILES:
        raise RuntimeError(f"The repository has {len(paths)} job files; {MOST_FILES} is the most.")
    standing = own_schedules({name: source[name] for name in ("repository", "branch", "folder")})
    report = {done: [] for done in ("created", "updated", "unchanged", "removed")}
    problems, names, kept = [], {}, set()
    for path in paths:
        # What a file had stays as it was while the file is wrong.
        its = {at for at, one in standing.items() if one["args"]["file"] == path}
        try:
            read = read_job(repository, files, path)
            name = read["job"]["name"]
            if name in names:
                said = f"name {name} is the name of {names[name]} too"
                raise Problem([{"file": path, "line": 1, "column": 1, "message": said}])
            names[name] = path
            args = {**source, "file": path}
            place = {"folder": source["folder"], "args": args, "settings": settings}
            for wanted in wanted_schedules(read, place):
                report[keep(wanted, standing.get(wanted["path"]))].append(wanted["path"])
                kept.add(wanted["path"])
        except (Problem, RuntimeError) as error:
            said = {"file": path, "line": 1, "column": 1, "message": str(error)}
            problems += getattr(error, "places", [said])
            for at in its - kept:
                leave(standing[at], settings)
            kept |= its
    for path in sorted(set(standing) - kept):
        op("schedules.delete", {"path": path})
        report["removed"].append(path)
    for one in problems:
        print(sentence_of(one))
    return {"commit": repository.commit, **report, "problems": problems}


def main(
    repository: str,
    branch: str = "",
    folder: str = "",
    token_variable: str = "",
    on_failure: str = "",
    tag: str = "",
    file: str = "",
):
    if on_failure and not re.match(r"(script|flow)/[uf]/", on_failure):
        raise ValueError("on_failure is script/<path> or flow/<path>.")
    token = wmill.get_variable(token_variable) if token_variable else ""
    cloned = Repository(repository, branch, token)
    folder = folder or os.environ["WM_FLOW_PATH"].rpartition("/")[0]
    if not file:
        source = {"repository": repository, "branch": branch, "folder": folder}
        settings = {"tag": tag or None, "onFailure": on_failure or None}
        return sync(cloned, {**source, "token_variable": token_variable}, settings)
    read = read_job(cloned, cloned.files(), file)
    return {**read, "repository": repository, "branch": branch, "commit": cloned.commit}
