# Workflows as code in Python, part of the module `wmill`: the same keys, checkpoints and requests
# as the published TypeScript client. A round ends with StepSuspend, unseen by `except Exception`.
import asyncio
import contextvars
import functools
import inspect
import json
import os
import time

from wmill_api import ApiError, Windmill

MOST_RETRIES = 100
LONGEST_SLEEP = 4294967295
context = contextvars.ContextVar("wmill_workflow", default=None)


class StepSuspend(BaseException):
    """The round ends here; `info` says what the workflow waits for."""

    def __init__(self, info):
        super().__init__("__step_suspend__")
        self.info = info


class TaskError(Exception):
    """A task or step failed: `result` is its error, `child_job_id` its job."""

    def __init__(self, message, *, step_key="", child_job_id="", result=None):
        super().__init__(message)
        self.step_key = step_key
        self.child_job_id = child_job_id
        self.result = result


def is_failure(value):
    return isinstance(value, dict) and value.get("__wmill_error") is True


def error_of(marker, fallback):
    return TaskError(
        marker.get("message") or fallback,
        step_key=marker.get("step_key", ""),
        child_job_id=marker.get("child_job_id") or "",
        result=marker.get("result"),
    )


class Later:
    """Something to await that nobody has to, unlike a coroutine."""

    def __init__(self, make):
        self.make = make

    def __await__(self):
        return self.make().__await__()


class Workflow:
    """One round, or the run of one task. `encode` makes JSON of a result, as jobs do."""

    def __init__(self, checkpoint, encode):
        self.completed = dict((checkpoint or {}).get("completed_steps") or {})
        self.task = (checkpoint or {}).get("_executing_key")
        self.encode = encode
        self.used = {}
        self.pending = []
        self.suspend = None
        self.failure = None
        self.execution = None

    def round_trip(self, value):
        return json.loads(self.encode(value))

    def key(self, name):
        count = self.used.get(name, 0) + 1
        key = name if count == 1 else f"{name}_{count}"
        while key in self.used:
            count += 1
            key = f"{name}_{count}"
        self.used[name] = count
        self.used.setdefault(key, 1)
        return key

    def end(self, info):
        """Ends the round; the code cannot make that undone by catching it."""
        self.suspend = self.suspend or StepSuspend(info)
        raise self.suspend

    def check(self):
        if self.failure is not None:
            raise self.failure
        if self.suspend is not None:
            raise self.suspend

    @staticmethod
    async def never():
        await asyncio.get_running_loop().create_future()

    async def dispatched(self):
        # Whatever was started beside this call gets to its own task first.
        for _ in range(3):
            await asyncio.sleep(0)
        if self.suspend is None and self.pending:
            steps, self.pending = self.pending, []
            print(f"\n--- WAC: {', '.join(step['name'] for step in steps)} ---")
            mode = "parallel" if len(steps) > 1 else "sequential"
            self.end({"mode": mode, "steps": steps})
        await self.never()

    async def execute(self, call):
        try:
            result = call()
            if inspect.isawaitable(result):
                result = await result
        except Exception as error:
            self.failure = error
            raise
        self.end({"mode": "step_complete", "result": result})

    def step_for(self, info, options, call):
        """What a task's call gives: something to await."""
        self.check()
        retry = options.pop("retry", None) or {}
        retries = min(max(int(retry.get("attempts", 0)), 0), MOST_RETRIES)
        base = self.key(info["name"] or info["script"] or "step")
        keys, pauses = [base], []
        for number in range(2, retries + 2):
            pauses.append(self.key(f"{base}#retry{number}"))
            keys.append(self.key(f"{base}#{number}"))
        for attempt, key in enumerate(keys):
            if key not in self.completed:
                return self.begin({**info, "key": key}, options, call)
            value = self.completed[key]
            if not is_failure(value):
                return Later(lambda: resolved(value))
            if attempt < retries:
                self.pause(pauses[attempt], retry, attempt)
        failure = error_of(value, f"Task '{info['name']}' failed")
        return Later(lambda: rejected(failure))

    def begin(self, info, options, call):
        if self.task == info["key"] and call is not None:
            self.execution = asyncio.ensure_future(self.execute(call))
            return self.execution
        if self.task is not None:
            return Later(self.never)
        given = {name: value for name, value in options.items() if value is not None}
        self.pending.append({**info, **given})
        return Later(self.dispatched)

    def pause(self, key, retry, attempt):
        base = retry.get("delay") or 0
        grown = base * (retry.get("multiplier") or 1) ** attempt
        seconds = int(min(retry.get("max_delay") or grown, grown, LONGEST_SLEEP))
        if seconds >= 1 and key not in self.completed and self.task is None:
            self.end({"mode": "sleep", "key": key, "seconds": seconds})

    async def wait_for(self, key, info):
        if key in self.completed:
            return self.completed[key]
        if self.task is not None:
            await self.never()
        print(f"\n--- WAC: {info['mode']}({key}) ---")
        return self.end({**info, "key": key})

    async def inline(self, name, call):
        self.check()
        key = self.key(name or "step")
        if key in self.completed:
            value = self.completed[key]
            if is_failure(value):
                raise error_of(value, f"Step '{name}' failed")
            return value
        if self.task is not None:
            await self.never()
        print(f"\n--- WAC: {key} ---")
        begun = time.time()
        try:
            result = call()
            if inspect.isawaitable(result):
                result = await result
            result = self.round_trip(result)
        except Exception as error:
            told = {"name": type(error).__name__, "message": str(error)}
            result = {
                "__wmill_error": True,
                "message": str(error),
                "step_key": key,
                "result": {"error": told},
            }
        kept = {"key": key, "result": result, "duration_ms": round((time.time() - begun) * 1000)}
        result = self.keep(kept)
        if is_failure(result):
            raise error_of(result, f"Step '{name}' failed")
        return result

    def keep(self, kept):
        client = Windmill()
        try:
            where = f"jobs/wac/inline_checkpoint/{os.environ['WM_JOB_ID']}"
            stored = client.post(client.in_workspace(where), json=kept, timeout=10).json()
        except (ApiError, OSError, KeyError) as error:
            print(f"the step {kept['key']} is kept at the end of the round: {error}")
            self.end({"mode": "inline_checkpoint", **kept})
        return stored.get("failure") or kept["result"]

    async def run(self, main, args):
        """A round: what `main` returns, unless it ends with StepSuspend."""
        if not inspect.iscoroutinefunction(main):
            raise Exception("a @workflow is an async function: async def main(...)")
        token = context.set(self)
        try:
            result = await main(**args)
            if self.execution is not None:
                await self.execution
            self.check()
            if self.task is not None:
                message = f'the workflow ended without coming to the task "{self.task}"'
                raise Exception(f"{message}: it must make the same calls in the same order")
            if self.pending:
                mode = "parallel" if len(self.pending) > 1 else "sequential"
                self.end({"mode": mode, "steps": self.pending})
            return result
        except Exception:
            self.check()
            raise
        finally:
            context.reset(token)


async def resolved(value):
    return value


async def rejected(error):
    raise error


def workflow(function):
    function._is_workflow = True
    return function


def named(function, args, options):
    bound = inspect.signature(function).bind(*args, **options)
    return dict(bound.arguments)


def run_as_job(function, args, options):
    """Outside a workflow: the function as a job of its own, which is waited for."""
    client = Windmill()
    where = f"jobs/run/workflow_as_code/{os.environ['WM_JOB_ID']}/{function.__name__}"
    job = client.send(where, {"args": named(function, args, options)}).text
    print(f"Started task {function.__name__} as job {job}")
    return client.wait_job(job)


async def run_as_job_later(function, args, options):
    return await asyncio.to_thread(run_as_job, function, args, options)


def task(function=None, *, path=None, **limits):
    if function is None:
        return lambda made: task(made, path=path, **limits)

    @functools.wraps(function)
    def call(*args, **options):
        current = context.get()
        name = function.__name__
        if current is not None:
            given = named(function, args, options)
            info = {"name": name, "script": path or name, "args": given, "dispatch_type": "inline"}
            return current.step_for(info, dict(limits), lambda: function(*args, **options))
        if os.environ.get("WM_JOB_ID") and not os.environ.get("WM_FLOW_JOB_ID"):
            is_async = inspect.iscoroutinefunction(function)
            return (run_as_job_later if is_async else run_as_job)(function, args, options)
        return function(*args, **options)

    call._is_task = True
    return call


def other(kind, path, limits):
    name = path.split("/")[-1] or path

    def call(*args, **options):
        current = context.get()
        if current is None:
            raise Exception(f"{path} is a task, and tasks run inside a @workflow")
        given = {**{f"arg{at}": value for at, value in enumerate(args)}, **options}
        if len(args) == 1 and not options and isinstance(args[0], dict):
            given = args[0]
        info = {"name": name, "script": path, "args": given, "dispatch_type": kind}
        return current.step_for(info, dict(limits), None)

    call.__name__ = name
    call._is_task = True
    return call


def task_script(path, **limits):
    return other("script", path, limits)


def task_flow(path, **limits):
    return other("flow", path, limits)


async def step(name, function):
    current = context.get()
    if current is not None:
        return await current.inline(name, function)
    result = function()
    return await result if inspect.isawaitable(result) else result


async def sleep(seconds):
    current = context.get()
    if current is None:
        await asyncio.sleep(seconds)
        return
    current.check()
    info = {"mode": "sleep", "seconds": max(1, round(seconds))}
    await current.wait_for(current.key("sleep"), info)


async def wait_for_approval(
    timeout=1800, form=None, self_approval=True, key=None, skin=None, description=None
):
    current = context.get()
    if current is None:
        raise Exception("wait_for_approval belongs inside a @workflow")
    current.check()
    made = current.key(key or "approval")
    if key is not None and made != key:
        raise Exception(f'the key "{key}" is used already: give each approval one of its own')
    info = {"mode": "approval", "timeout": timeout, "self_approval_disabled": not self_approval}
    more = {"form": form, "skin": skin, "description": description}
    given = {name: value for name, value in more.items() if value is not None}
    return await current.wait_for(made, {**info, **given})


async def parallel(items, function, *, concurrency=None):
    items = list(items)
    size = concurrency or len(items) or 1
    results = []
    for start in range(0, len(items), size):
        results += await asyncio.gather(*[function(item) for item in items[start : start + size]])
    return results


EXPORTS = {
    "TaskError": TaskError,
    "parallel": parallel,
    "sleep": sleep,
    "step": step,
    "task": task,
    "task_flow": task_flow,
    "task_script": task_script,
    "wait_for_approval": wait_for_approval,
    "workflow": workflow,
}
