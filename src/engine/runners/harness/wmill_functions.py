# The functions of the Python module `wmill`: the calls of the client for the run's own workspace,
# under Windmill's names. Standard library only.
import functools

from wmill_api import ApiError, JobStatus, Windmill, parse_resource_syntax, parse_variable_syntax
from wmill_files import S3Object


def append_to_result_stream(text):
    print("WM_STREAM: " + text.replace("\n", "\\n"), flush=True)


def stream_result(stream):
    for text in stream:
        append_to_result_stream(text)


def get_client():
    return Windmill()


def method_function(name):
    method = getattr(Windmill, name)

    @functools.wraps(method)
    def call(*args, **options):
        return getattr(Windmill(), name)(*args, **options)

    return call


NOT_FUNCTIONS = {"request", "in_workspace", "read", "send", "run_async", "user_state_of"}


def run_script_async(hash_or_path=None, *rest, path=None, hash_=None, **options):
    """Takes a path or a hash first and the arguments second, unlike the method."""
    if hash_or_path is not None:
        path, hash_ = (hash_or_path, None) if "/" in hash_or_path else (None, hash_or_path)
    for name, value in zip(("args", "scheduled_in_secs", "tag"), rest, strict=False):
        options[name] = value
    return Windmill().run_script_async(path, hash_, **options)


def run_script_sync(
    hash,
    args=None,
    verbose=False,
    assert_result_is_not_none=True,
    cleanup=True,
    timeout=None,
    tag=None,
):
    job = run_script_async(hash, args, tag=tag)
    return Windmill().wait_job(job, timeout, verbose, cleanup, assert_result_is_not_none)


def own_functions():
    """Every public method of the client as a function of the module, for the run's own client."""
    public = [name for name in dir(Windmill) if name[0] != "_" and name not in NOT_FUNCTIONS]
    made = {name: method_function(name) for name in public if callable(getattr(Windmill, name))}
    made["run_script_async"] = run_script_async
    made["run_script_sync"] = run_script_sync
    # They take the same arguments: a path has slashes.
    made["run_script_by_path_sync"] = run_script_sync
    made["user"] = made["whoami"]
    made["state_path"] = made["get_state_path"]
    made["get_internal_state"] = made["get_state"]
    made["set_internal_state"] = made["set_state"]
    return made


EXPORTS = {
    **own_functions(),
    "ApiError": ApiError,
    "JobStatus": JobStatus,
    "S3Object": S3Object,
    "Windmill": Windmill,
    "append_to_result_stream": append_to_result_stream,
    "get_client": get_client,
    "parse_resource_syntax": parse_resource_syntax,
    "parse_variable_syntax": parse_variable_syntax,
    "stream_result": stream_result,
}
