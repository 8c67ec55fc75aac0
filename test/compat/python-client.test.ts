// The Python module `wmill` that every Python job finds: the calls of Windmill's client, and
// workflows as code in Python.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const calls = `import io
import urllib.request
import wmill
from wmill import Windmill

def refused(call, *args):
    try:
        call(*args)
    except Exception as error:
        return getattr(error, "status_code", str(error))

def main(a: int):
    wmill.set_progress(40)
    before = wmill.get_state() or {"runs": 0}
    wmill.set_state({"runs": before["runs"] + 1})
    wmill.set_variable("f/team/made", "one")
    wmill.set_variable("f/team/made", "two")
    wmill.set_resource({"count": 1}, "f/team/own", "c_own")
    wmill.set_resource({"count": 2}, "f/team/own")
    wmill.set_flow_user_state("k", [1])
    add = "f/team/add"
    job = wmill.run_script_by_path_async(add, {"a": 1, "b": a})
    later = wmill.run_script_async(path=add, args={"a": 1, "b": 1}, scheduled_in_secs=3600)
    waiting = wmill.get_job_status(later)
    wmill.cancel_job(later)
    client = Windmill()
    tagged = wmill.run_flow_async("f/team/flow", {"a": 1}, 3600, tag="gpu")
    wmill.append_to_result_stream("x")
    stored = wmill.write_s3_file(wmill.S3Object(s3="py/a b.txt"), b"from Python")
    link = wmill.get_presigned_s3_public_url(stored)
    loaded = [wmill.load_s3_file("s3:///py/a b.txt"), wmill.load_s3_file_reader(stored).read()]
    with urllib.request.urlopen(link) as opened:
        loaded.append(opened.read())
    unnamed = wmill.write_s3_file(None, io.BytesIO(b"1"))["s3"].split("/")[0]
    wmill.delete_s3_object(stored)
    return {
        "files": [stored, *(each.decode() for each in loaded), unnamed],
        "deleted": refused(wmill.load_s3_file, stored),
        "secret": len(wmill.get_variable("f/team/secret")),
        "made": wmill.get_variable("var://f/team/made"),
        "db": wmill.get_resource("$res:f/team/db")["host"],
        "none": wmill.get_resource("f/team/none", none_if_undefined=True),
        "own": wmill.get_resource("f/team/own"),
        "listed": [one["path"] for one in wmill.list_resources(resource_type="c_own")],
        "state": wmill.get_state(),
        "user_state": wmill.get_flow_user_state("k"),
        "progress": wmill.get_progress(),
        "waited": wmill.wait_job(job),
        "result": wmill.get_result(job),
        "status": wmill.get_job_status(job).value,
        "waiting": waiting.value,
        "ran": wmill.run_script(path=add, args={"a": 2, "b": 2}),
        "ran_positional": wmill.wait_job(wmill.run_script_async(add, {"a": 2, "b": 3})),
        "ran_sync": wmill.run_script_by_path_sync(add, {"a": 2, "b": 4}, False, True),
        "tagged": wmill.get_job(tagged)["tag"],
        "flow": wmill.run_flow("f/team/flow", {"a": 4}),
        "slow": refused(wmill.run_script_by_path, "f/team/slow", {}, 0.1),
        "failed": refused(wmill.run_script_by_path, "f/team/fail"),
        "root": wmill.get_root_job_id() == wmill.get_job(wmill.get_root_job_id())["id"],
        "who": wmill.whoami()["email"],
        "user": client.user["email"],
        "email": wmill.username_to_email("owner"),
        "workspace": wmill.get_workspace(),
        "version": wmill.get_version()[:2],
        "raw": client.get(f"/w/{client.workspace}/users/whoami").json()["username"],
        "missing": refused(wmill.get_variable, "f/team/none"),
        "others": wmill.cancel_running(),
    }
`;

const workflow = `import asyncio
import time
from wmill import TaskError, parallel, sleep, step, task, task_flow, task_script, workflow

@task
async def double(n: int):
    print("doubling", n)
    return n * 2

@task(timeout=60)
def fails(n: int):
    raise ValueError(f"no good {n}")

@task(retry={"attempts": 2})
async def flaky(n: int):
    raise ValueError("flaky")

add = task_script("./add")
flow = task_flow("f/team/flow")

@workflow
async def main(n: int):
    begun = await step("begun", lambda: time.time())
    one = await double(n)
    many = await parallel([1, 2, 3], double, concurrency=2)
    both = await asyncio.gather(add(a=one, b=1), flow({"a": 1}))
    try:
        await fails(n)
    except TaskError as error:
        caught = [str(error), error.step_key, error.result["error"]["name"]]
    try:
        await flaky(n)
    except TaskError as error:
        caught.append(error.step_key)
    try:
        await step("bad", lambda: 1 / 0)
    except TaskError as error:
        caught.append(error.result["error"]["name"])
    await sleep(1)
    double(7)
    kept = begun < time.time() - 1
    return {"one": one, "many": many, "both": both, "caught": caught, "kept": kept}
`;

describe('the Python module wmill', () => {
  let server: TestServer;

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const deploy = (name: string, content: string, language = 'python3') =>
    must('scripts.create', { path: `f/team/${name}`, content, language });

  before(async () => {
    server = await startTestServer();
    await must('folders.create', { name: 'team' });
    await must('variables.create', { path: 'f/team/secret', value: 'hunter2', isSecret: true });
    const value = { host: 'db', password: '$var:f/team/secret' };
    await must('resources.create', { path: 'f/team/db', resourceType: 'postgresql', value });
    await deploy('add', 'export const main = (a: number, b: number) => a + b', 'bun');
    await deploy('fail', 'def main():\n  raise ValueError("no good")');
    await deploy('slow', 'import time\ndef main():\n  time.sleep(60)');
    const input_transforms = {
      a: { type: 'javascript', expr: 'flow_input.a' },
      b: { type: 'static', value: 10 },
    };
    const modules = [{ id: 'a', value: { type: 'script', path: 'f/team/add', input_transforms } }];
    await must('flows.create', { path: 'f/team/flow', value: { modules } });
  });
  after(() => server.stop());

  it('serves the calls of Windmill’s client', async () => {
    await deploy('calls', calls);
    for (const runs of [1, 2]) {
      const { success, result } = await must('jobs.runWait', {
        path: 'f/team/calls',
        args: { a: 4 },
      });
      assert.equal(success, true, JSON.stringify(result));
      const { failed, slow, ...rest } = result;
      assert.match(failed, /was not successful: .*"name": "ValueError".*no good/);
      assert.match(slow, /did not end within 0.1 s/);
      assert.deepEqual(rest, {
        secret: 7,
        made: 'two',
        db: 'db',
        none: null,
        own: { count: 2 },
        listed: ['f/team/own'],
        state: { runs },
        user_state: [1],
        progress: 40,
        waited: 5,
        result: 5,
        status: 'COMPLETED',
        waiting: 'WAITING',
        ran: 4,
        ran_positional: 5,
        ran_sync: 6,
        tagged: 'gpu',
        flow: 14,
        root: true,
        who: 'owner@example.com',
        user: 'owner@example.com',
        email: 'owner@example.com',
        workspace: 'test',
        version: 'v1',
        raw: 'owner',
        missing: 404,
        others: {},
        files: [
          { s3: 'py/a b.txt' },
          ...Array.from({ length: 3 }, () => 'from Python'),
          'windmill_uploads',
        ],
        deleted: 404,
        wm_stream: 'x',
      });
    }
  });

  it('runs workflows as code in rounds', async () => {
    await deploy('workflow', workflow);
    const run = await must('jobs.runWait', { path: 'f/team/workflow', args: { n: 4 } });
    const { logs } = await must('jobs.logs', { id: run.id });
    assert.equal(run.success, true, `${JSON.stringify(run.result)}\n${logs}`);
    assert.deepEqual(run.result, {
      one: 8,
      many: [2, 4, 6],
      both: [9, 11],
      caught: ['no good 4', 'fails', 'ValueError', 'flaky#3', 'ZeroDivisionError'],
      kept: true,
    });
    const tasks = await must('jobs.list', { parentJob: run.id });
    assert.equal(tasks.length, 11);
    assert.doesNotMatch(logs, /doubling|never retrieved|never awaited|worker/);
    const { autoKind } = await must('scripts.get', { path: 'f/team/workflow' });
    assert.equal(autoKind, 'wac');
  });
});
