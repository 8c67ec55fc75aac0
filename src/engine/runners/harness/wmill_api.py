# The Python module `wmill` of Millrace: the calls of Windmill's client over the same REST paths.
# Standard library only. Everything is read from the environment of the run when it is called.
import datetime
import enum
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

from wmill_files import StoredFiles

CALL_SECONDS = 120


class ApiError(Exception):
    """The server refused a call; `status_code` and `body` say how."""

    def __init__(self, method, path, status_code, body):
        super().__init__(f"{method} {path}: {status_code} {body}")
        self.status_code = status_code
        self.body = body


JobStatus = enum.Enum("JobStatus", [(n, n) for n in ("WAITING", "RUNNING", "COMPLETED")], type=str)


class Response:
    def __init__(self, status_code, content, content_type):
        self.status_code = status_code
        self.content = content
        self.content_type = content_type

    @property
    def text(self):
        return self.content.decode()

    def json(self):
        return json.loads(self.content)


def path_of(text, *schemes):
    """`$res:f/a/b` and `res://f/a/b` both mean f/a/b."""
    for scheme in schemes:
        if text.startswith(scheme):
            return text[len(scheme) :]
    return text


def parse_resource_syntax(text):
    path = path_of(text, "$res:", "res://")
    return None if path == text else path


def parse_variable_syntax(text):
    path = path_of(text, "$var:", "var://")
    return None if path == text else path


def seconds_of(duration):
    if isinstance(duration, datetime.timedelta):
        return duration.total_seconds()
    return duration


def escaped(path):
    return urllib.parse.quote(path, safe="/")


def of_environment(name):
    return os.environ.get(name) or None


class Windmill(StoredFiles):
    """A client for one workspace; without arguments for that of the run."""

    def __init__(self, base_url=None, token=None, workspace=None, verify=True):
        base = base_url or of_environment("BASE_INTERNAL_URL") or of_environment("BASE_URL")
        base = (base or "http://localhost:8000").rstrip("/")
        self.base_url = base if base.endswith("/api") else f"{base}/api"
        self.token = token or os.environ.get("WM_TOKEN", "")
        self.workspace = workspace or os.environ.get("WM_WORKSPACE", "")

    # --- requests ---

    def request(self, method, endpoint, raise_for_status=True, **options):
        """`params`, `json`, `content`, `headers` and `timeout` as other HTTP clients have them."""
        url = f"{self.base_url}/{endpoint.lstrip('/')}"
        params = options.get("params") or {}
        given = {name: value for name, value in params.items() if value is not None}
        if given:
            # JSON's words for true and false.
            plain = [(n, str(v).lower() if isinstance(v, bool) else v) for n, v in given.items()]
            url += "?" + urllib.parse.urlencode(plain)
        headers = {"Authorization": f"Bearer {self.token}", **(options.get("headers") or {})}
        body = options.get("content")
        if "json" in options:
            body = json.dumps(options["json"]).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        try:
            seconds = options.get("timeout", CALL_SECONDS)
            with urllib.request.urlopen(request, timeout=seconds) as got:
                return Response(got.status, got.read(), got.headers.get("content-type", ""))
        except urllib.error.HTTPError as error:
            body = error.read()
            if raise_for_status:
                text = body.decode(errors="replace")
                raise ApiError(method, endpoint, error.code, text) from None
            return Response(error.code, body, error.headers.get("content-type", ""))

    def get(self, endpoint, raise_for_status=True, **options):
        return self.request("GET", endpoint, raise_for_status, **options)

    def post(self, endpoint, raise_for_status=True, **options):
        return self.request("POST", endpoint, raise_for_status, **options)

    def in_workspace(self, endpoint):
        return f"/w/{self.workspace}/{endpoint}"

    def read(self, endpoint, **params):
        return self.get(self.in_workspace(endpoint), params=params).json()

    def send(self, endpoint, body, **params):
        return self.post(self.in_workspace(endpoint), json=body, params=params)

    # --- who and where ---

    def whoami(self):
        return self.get("/users/whoami").json()

    @property
    def user(self):
        return self.whoami()

    def get_version(self):
        return self.get("version").text

    @property
    def version(self):
        return self.get_version()

    def get_workspace(self):
        return self.workspace

    def username_to_email(self, username):
        return self.get(self.in_workspace(f"users/username_to_email/{username}")).text

    def get_id_token(self, audience, expires_in=None):
        where = self.in_workspace(f"oidc/token/{urllib.parse.quote(audience, safe='')}")
        return self.post(where, params={"expires_in": expires_in}).text

    # --- variables, resources, state ---

    def get_variable(self, path):
        return self.read(f"variables/get_value/{escaped(path_of(path, '$var:', 'var://'))}")

    def set_variable(self, path, value, is_secret=False):
        path = path_of(path, "$var:", "var://")
        if self.read(f"variables/exists/{escaped(path)}"):
            self.send(f"variables/update/{escaped(path)}", {"value": value})
            return
        made = {"path": path, "value": value, "is_secret": is_secret, "description": ""}
        self.send("variables/create", made)

    def get_resource(self, path, none_if_undefined=False, interpolated=True):
        path = path_of(path, "$res:", "res://")
        verb = "get_value_interpolated" if interpolated else "get_value"
        try:
            return self.read(f"resources/{verb}/{escaped(path)}")
        except ApiError as error:
            if none_if_undefined and error.status_code == 404:
                return None
            raise

    def set_resource(self, value, path, resource_type="any"):
        path = path_of(path, "$res:", "res://")
        if self.read(f"resources/exists/{escaped(path)}"):
            self.send(f"resources/update_value/{escaped(path)}", {"value": value})
            return
        made = {"path": path, "value": value, "resource_type": resource_type}
        self.send("resources/create", made)

    def list_resources(self, resource_type=None, page=None, per_page=None):
        found = {"resource_type": resource_type, "page": page, "per_page": per_page}
        return self.read("resources/list", **found)

    def get_state_path(self):
        path = of_environment("WM_STATE_PATH_NEW") or of_environment("WM_STATE_PATH")
        if path is None:
            raise Exception("there is no state outside a job")
        return path

    @property
    def state_path(self):
        return self.get_state_path()

    def get_state(self, path=None):
        return self.get_resource(path or self.get_state_path(), none_if_undefined=True)

    def set_state(self, value, path=None):
        self.set_resource(value, path or self.get_state_path(), "state")

    state = property(get_state, set_state)

    # --- jobs ---

    def run_async(self, what, args=None, scheduled_in_secs=None, tag=None, track=True):
        params = {"scheduled_in_secs": scheduled_in_secs, "tag": tag}
        if track:
            params["parent_job"] = of_environment("WM_JOB_ID")
            params["root_job"] = of_environment("WM_ROOT_FLOW_JOB_ID")
        return self.send(f"jobs/run/{what}", args or {}, **params).text

    def run_script_by_path_async(self, path, args=None, scheduled_in_secs=None, tag=None):
        return self.run_async(f"p/{escaped(path)}", args, scheduled_in_secs, tag)

    def run_script_by_hash_async(self, hash_, args=None, scheduled_in_secs=None, tag=None):
        return self.run_async(f"h/{hash_}", args, scheduled_in_secs, tag)

    def run_script_async(self, path=None, hash_=None, args=None, scheduled_in_secs=None, tag=None):
        if (path is None) == (hash_ is None):
            raise Exception("name a path or a hash_, and not both")
        if hash_ is None:
            return self.run_script_by_path_async(path, args, scheduled_in_secs, tag)
        return self.run_script_by_hash_async(hash_, args, scheduled_in_secs, tag)

    def run_script(self, path=None, hash_=None, args=None, timeout=None, tag=None, **how):
        job = self.run_script_async(path, hash_, args, tag=tag)
        return self.wait_job(job, timeout, **how)

    def run_script_by_path(self, path, args=None, timeout=None, tag=None, **how):
        return self.wait_job(self.run_script_by_path_async(path, args, tag=tag), timeout, **how)

    def run_script_by_hash(self, hash_, args=None, timeout=None, tag=None, **how):
        return self.wait_job(self.run_script_by_hash_async(hash_, args, tag=tag), timeout, **how)

    def run_flow_async(
        self, path, args=None, scheduled_in_secs=None, do_not_track_in_parent=True, tag=None
    ):
        track = not do_not_track_in_parent
        return self.run_async(f"f/{escaped(path)}", args, scheduled_in_secs, tag, track)

    def run_flow(self, path, args=None, timeout=None, tag=None, **how):
        job = self.run_flow_async(path, args, do_not_track_in_parent=False, tag=tag)
        return self.wait_job(job, timeout, **how)

    def run_inline_script_preview(self, content, language, args=None):
        wanted = {"content": content, "language": language, "args": args or {}}
        return self.send("jobs/run_wait_result/preview", wanted).json()

    def get_result_maybe(self, job_id):
        return self.read(f"jobs_u/completed/get_result_maybe/{job_id}", get_started=True)

    def wait_job(
        self,
        job_id,
        timeout=None,
        verbose=False,
        cleanup=True,
        assert_result_is_not_none=False,
    ):
        """Waits for the result; raises when the job fails, and cancels it when time is up."""
        limit = seconds_of(timeout)
        until = None if limit is None else time.monotonic() + limit
        pause = 0.02
        while True:
            now = self.get_result_maybe(job_id)
            if now["completed"]:
                break
            if until is not None and time.monotonic() > until:
                if cleanup:
                    self.cancel_job(job_id, "its caller waited long enough")
                raise TimeoutError(f"job {job_id} did not end within {limit} s")
            if verbose:
                print(f"job {job_id} {'runs' if now.get('started') else 'waits'}")
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)
        result = now.get("result")
        if not now["success"]:
            error = result.get("error") if isinstance(result, dict) else result
            raise Exception(f"Job {job_id} was not successful: {json.dumps(error)}")
        if assert_result_is_not_none and result is None:
            raise Exception(f"job {job_id} has no result")
        return result

    def get_job(self, job_id):
        return self.read(f"jobs_u/get/{job_id}")

    def get_job_status(self, job_id):
        job = self.read(f"jobs_u/get/{job_id}", no_logs=True)
        if job["type"] == "CompletedJob":
            return JobStatus.COMPLETED
        return JobStatus.RUNNING if job.get("running") else JobStatus.WAITING

    def get_result(self, job_id, assert_result_is_not_none=True):
        result = self.read(f"jobs_u/completed/get_result/{job_id}")
        if assert_result_is_not_none and result is None:
            raise Exception(f"job {job_id} has no result")
        return result

    def cancel_job(self, job_id, reason=None):
        why = {"reason": reason or "canceled by cancel_job"}
        return self.send(f"jobs_u/queue/cancel/{job_id}", why).text

    def cancel_running(self):
        """Cancels the other runs of this script."""
        path, own = os.environ.get("WM_JOB_PATH", ""), os.environ.get("WM_JOB_ID", "")
        found = self.read("jobs/list", running=True, script_path_exact=path, per_page=100)
        others = [job["id"] for job in found if job["id"] != own]
        return {job: self.cancel_job(job, "another run asked for it") for job in others}

    def get_root_job_id(self, job_id=None):
        return self.read(f"jobs_u/get_root_job_id/{job_id or os.environ['WM_JOB_ID']}")

    # --- what a job says about itself ---

    def set_progress(self, value, job_id=None):
        flow = of_environment("WM_FLOW_JOB_ID")
        if job_id is not None:
            flow = self.read(f"jobs_u/get/{job_id}", no_logs=True).get("parent_job")
        job = job_id or os.environ["WM_JOB_ID"]
        said = {"percent": int(value), **({"flow_job_id": flow} if flow else {})}
        self.send(f"job_metrics/set_progress/{job}", said)

    def get_progress(self, job_id=None):
        return self.read(f"job_metrics/get_progress/{job_id or os.environ['WM_JOB_ID']}")

    def user_state_of(self, key):
        return f"jobs/flow/user_states/{self.get_root_job_id()}/{urllib.parse.quote(key, safe='')}"

    def set_flow_user_state(self, key, value):
        self.send(self.user_state_of(key), value)

    def get_flow_user_state(self, key):
        return self.read(self.user_state_of(key))

    # --- approvals ---

    def get_resume_urls(self, approver=None, flow_level=None):
        nonce = int.from_bytes(os.urandom(4), "big")
        where = f"jobs/resume_urls/{os.environ['WM_JOB_ID']}/{nonce}"
        return self.read(where, approver=approver, flow_level=flow_level)

    def get_approval_urls(self, step_key="approval", approver=None):
        key = urllib.parse.quote(step_key, safe="")
        where = f"jobs/wac_approval_urls/{os.environ['WM_JOB_ID']}/{key}"
        return self.read(where, approver=approver)
