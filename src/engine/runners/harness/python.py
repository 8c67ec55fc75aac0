# A zygote: an interpreter with the usual modules loaded that forks one child for each run.
# Owns the forks and their end; a run's request, answer and output go over the run's own sockets
# (its lane), so no argument or token is ever in the memory that later children are copied from.
import asyncio
import base64
import dataclasses
import datetime
import decimal
import enum
import gc
import hashlib
import importlib.util
import inspect
import json
import linecache
import math
import os
import pathlib
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import types
import typing
import urllib.request
import uuid

CONTROL = 3
HARNESS = __file__

# Our own modules are read once for all runs; a package of the same name comes before them.
sys.path.insert(0, os.path.dirname(HARNESS))
import mcpgate_api, wmill_functions, wmill_workflow  # noqa: E401, E402

sys.path.pop(0)
LONGEST_TEXT = 64 * 1024
WMILL = {**wmill_functions.EXPORTS, **wmill_workflow.EXPORTS}


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def send(fd, payload):
    write_all(fd, b"%d\n%b" % (len(payload), payload))


class Frames:
    """Splits a stream into frames `<length>\\n<payload>`."""

    def __init__(self, fd):
        self.fd = fd
        self.held = b""

    def read_some(self):
        piece = os.read(self.fd, 65536)
        self.held += piece
        return piece != b""

    def take(self):
        head, found, rest = self.held.partition(b"\n")
        if not found or len(rest) < int(head):
            return None
        size = int(head)
        self.held = rest[size:]
        return rest[:size]

    def read(self):
        while (frame := self.take()) is None:
            if not self.read_some():
                os._exit(0)
        return frame


# --- one run, in the child ---------------------------------------------------------------------


# Of pydantic models, data frames and arrays.
CONVERTERS = (("model_dump", {}), ("to_dict", {"orient": "records"}), ("tolist", {}))


def plain(value):
    """What json cannot write itself. Raises TypeError for anything unknown."""
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, (decimal.Decimal, uuid.UUID, pathlib.PurePath)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    for method, arguments in CONVERTERS:
        convert = getattr(value, method, None)
        if callable(convert) and not isinstance(value, type):
            return convert(**arguments)
    raise TypeError(f"a value of type {type(value).__name__} has no JSON form")


def without_nan(value):
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(item) for item in value]
    return value


STYLE = {"default": plain, "separators": (",", ":")}


def to_json(value):
    try:
        try:
            text = json.dumps(value, allow_nan=False, ensure_ascii=False, **STYLE)
        except ValueError as error:
            if "Circular" in str(error):
                raise
            # Not a number has no JSON form; null is what JavaScript makes of it.
            text = json.dumps(without_nan(value), ensure_ascii=False, **STYLE)
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, **STYLE).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"result is not JSON: {error}") from None


def describe(error):
    message = str(error)[:LONGEST_TEXT]
    name = type(error).__name__
    if isinstance(error, SystemExit):
        name = "ExecutionErr"
        message = f"the script called sys.exit({error.code!r}) before main returned"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != HARNESS]
    lines = traceback.format_list(own) + traceback.format_exception_only(type(error), error)
    fields = {"name": name, "message": message, "stack": "".join(lines)[:LONGEST_TEXT]}
    return json.dumps(fields).encode()


class OwnModule:
    """Finds `wmill` and `mcpgate` where no package has them."""

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name in ("wmill", "mcpgate") else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__dict__.update(WMILL if module.__name__ == "wmill" else mcpgate_api.EXPORTS)


def load(source):
    module = types.ModuleType("script")
    module.__file__ = "script.py"
    sys.modules["script"] = module
    linecache.cache["script.py"] = (len(source), None, source.splitlines(True), "script.py")
    exec(compile(source, "script.py", "exec"), module.__dict__)
    return module


def text_of(chunk):
    return chunk if isinstance(chunk, str) else json.dumps(chunk, **STYLE)


async def collect_async(chunks):
    return "".join([text_of(chunk) async for chunk in chunks])


def add_packages(folder):
    """Before what the system installed, behind Python's own modules."""
    system = ("dist-packages", "site-packages")
    places = [at for at, path in enumerate(sys.path) if path.endswith(system)]
    sys.path.insert(places[0] if places else len(sys.path), folder)


def call(request):
    if request.get("packages"):
        add_packages(request["packages"])
    module = load(request["code"])
    main = getattr(module, request["entrypoint"], None)
    if not callable(main):
        names = [name for name, item in vars(module).items() if inspect.isfunction(item)]
        known = f"it defines: {', '.join(names)}" if names else "it defines no function"
        wanted = request["entrypoint"]
        raise NameError(f'the script defines no function named "{wanted}" ({known})')
    args = request["args"]
    given = {name: args[name] for name in request["parameters"] if name in args}
    if getattr(main, "_is_workflow", False):
        made = wmill_workflow.Workflow(request.get("checkpoint"), to_json)
        return asyncio.run(made.run(main, given))
    result = main(**given)
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    if inspect.isasyncgen(result):
        return asyncio.run(collect_async(result))
    if inspect.isgenerator(result):
        return "".join(text_of(chunk) for chunk in result)
    return result


def answer_run(request):
    """Runs the script; returns the kind of answer and its JSON."""
    try:
        kind = b"S"
        try:
            value = call(request)
        except wmill_workflow.StepSuspend as suspend:
            value = suspend.info
            if value["mode"] == "step_complete":
                value = value["result"]
            else:
                kind = b"W"
        body = to_json(value)
        limit = request["maxResultBytes"]
        if len(body) <= limit:
            return kind, body
        message = f"the result has {len(body)} bytes of JSON, more than the limit of {limit}"
        return b"F", json.dumps({"name": "ResultTooLarge", "message": message}).encode()
    except BaseException as error:
        return b"F", describe(error)


def be_child(lane_control, lane_log, last_fd, prctl):
    """Becomes the process of one run: only its own lane stays open."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(lane_log, 1)
    os.dup2(lane_log, 2)
    os.dup2(lane_control, CONTROL, inheritable=False)
    os.closerange(CONTROL + 1, last_fd + 1)
    prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no run outlives its zygote
    request = json.loads(Frames(CONTROL).read())
    folder = tempfile.mkdtemp(prefix="run-", dir=os.environ["HOME"])
    os.chdir(folder)
    shared = os.path.join(os.environ["HOME"], "shared")
    if os.path.isdir(shared):
        os.symlink(shared, "shared")
    tempfile.tempdir = None
    os.environ["TMPDIR"] = folder
    os.environ.update(request["env"])
    sys.argv = ["script.py"]
    kind, body = answer_run(request)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    write_all(1, request["mark"].encode())
    send(CONTROL, b"%b %b %d\n%b" % (kind, request["id"].encode(), peak, body))
    os.chdir("/")
    shutil.rmtree(folder, ignore_errors=True)


# --- the zygote --------------------------------------------------------------------------------


def load_prctl():
    try:
        import ctypes

        return ctypes.CDLL(None).prctl
    except Exception:
        return lambda *_: 0


def kill_hard(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass


class Zygote:
    def __init__(self):
        self.lanes = {}  # lane number -> pid of its child
        self.killing = set()  # lanes whose run was ended from outside
        self.prctl = load_prctl() if sys.platform == "linux" else (lambda *_: 0)
        self.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what a run leaves behind becomes our child
        self.prctl(4, 0)  # PR_SET_DUMPABLE: children of one account cannot trace or read us
        self.wake_read, wake_write = os.pipe()
        for fd in (self.wake_read, wake_write):
            os.set_blocking(fd, False)
        self.last_fd = max(wake_write, int(sys.argv[1]) * 2 + CONTROL)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    def strays(self):
        """Children that are no run's own process: descendants that outlived theirs."""
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                found = {int(pid) for pid in file.read().split()}
        except OSError:
            return set()
        return found - set(self.lanes.values())

    def start(self, lane):
        try:
            pid = os.fork()
        except OSError:
            send(CONTROL, b"E %d 1 1" % lane)  # no room for a process: this zygote is of no use
            return
        if pid == 0:
            code = 1
            try:
                first = CONTROL + 1 + 2 * lane
                be_child(first, first + 1, self.last_fd, self.prctl)
                code = 0
            finally:
                os._exit(code)
        self.lanes[lane] = pid
        send(CONTROL, b"P %d %d" % (lane, pid))

    def kill(self, lane):
        if lane in self.lanes:
            self.killing.add(lane)
            kill_hard(self.lanes[lane])

    def end_strays(self):
        """Ends what a killed run left; gives up on what forks faster than we kill."""
        for _ in range(100):
            found = self.strays()
            if not found:
                return
            for pid in found:
                kill_hard(pid)
            time.sleep(0.001)
            for pid in found:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass

    def reap(self):
        ended = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            ended += [(lane, status) for lane, of in self.lanes.items() if of == pid]
        for lane, _ in ended:
            del self.lanes[lane]
            if lane in self.killing:
                self.killing.discard(lane)
                self.end_strays()
        left = 1 if ended and self.strays() else 0
        for lane, status in ended:
            send(CONTROL, b"E %d %d %d" % (lane, status, left))

    def serve(self):
        frames = Frames(CONTROL)
        poll = select.poll()
        poll.register(CONTROL, select.POLLIN)
        poll.register(self.wake_read, select.POLLIN)
        send(CONTROL, b"R")
        while True:
            ready = dict(poll.poll())
            if self.wake_read in ready:
                os.read(self.wake_read, 4096)
                self.reap()
            if CONTROL in ready:
                if not frames.read_some():
                    for lane in list(self.lanes):
                        self.kill(lane)
                    os._exit(0)
                while (frame := frames.take()) is not None:
                    verb, lane = frame.split()
                    self.start(int(lane)) if verb == b"go" else self.kill(int(lane))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.meta_path.append(OwnModule())
    gc.collect()
    gc.freeze()
    Zygote().serve()
