// As whom the embedded PostgreSQL runs: an ordinary user, a user without a name, root with user
// namespaces and without. Root can play them all; for others only their own case exists.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pidsBelow, temporaryFolder } from '../../../test/kit/folders.ts';
import { startStoreChild, type StoreChildOptions } from '../../../test/kit/store-child.ts';

const folder = temporaryFolder();
after(() => folder.remove());
chmodSync(folder.path, 0o755);

const nobody = 65_534;
const as = (uid: number) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];

/** Are the sources where other users may read them? Below /root they are not. */
function mayRead(uid: number): boolean {
  const argv = [...as(uid).slice(1), process.execPath, '--check', import.meta.filename];
  return spawnSync('setpriv', argv).status === 0;
}

const isRoot = process.getuid?.() === 0;
const canPlayUsers = isRoot && mayRead(nobody);

function folderOf(uid: number, name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, uid, uid);
  return path;
}

/** Opens the store, closes it and opens it again; answers the owner of the cluster's files. */
async function useTwice(options: StoreChildOptions): Promise<number> {
  for (let time = 0; time < 2; time += 1) {
    const child = await startStoreChild(options);
    assert.deepEqual(child.answer, { opened: true });
    assert.equal(await child.stop(), 0);
  }
  assert.deepEqual(pidsBelow(options.dataFolder), []);
  return statSync(join(options.dataFolder, 'postgres')).uid;
}

/** Takes user namespaces away from the program that follows, which is root of its own. */
const onlyRoot = [
  ...['unshare', '--user', '--map-root-user', '/bin/sh', '-c'],
  ...['echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', 'sh'],
];

/**
 * The same with every account: only from outside may a namespace be given more than one, so the
 * program stops until it has them.
 */
const rootOfAll = [
  '/bin/sh',
  '-c',
  `exec 3<&0
   unshare --user sh -c '
     kill -STOP $$
     exec sh -c "echo 0 > /proc/sys/user/max_user_namespaces; exec \\"\\$@\\"" sh "$@"
   ' sh "$@" <&3 3<&- &
   pid=$!
   until grep -q "^State:.T" /proc/$pid/status; do :; done
   echo "0 0 70000" > /proc/$pid/uid_map
   echo "0 0 70000" > /proc/$pid/gid_map
   kill -CONT $pid
   wait $pid`,
  'sh',
];

test('this user opens and closes a store', async () => {
  const owner = await useTwice({ dataFolder: join(folder.path, 'own') });
  assert.equal(owner, process.getuid?.());
});

if (canPlayUsers) {
  describe('played by root', () => {
    test('an ordinary user', async () => {
      const dataFolder = folderOf(nobody, 'nobody');
      assert.equal(await useTwice({ dataFolder, prefix: as(nobody) }), nobody);
    });

    test('root takes over the folder of a user, who can use it again afterwards', async () => {
      const dataFolder = folderOf(nobody, 'shared');
      assert.equal(await useTwice({ dataFolder, prefix: as(nobody) }), nobody);
      assert.equal(await useTwice({ dataFolder }), nobody);
      assert.equal(await useTwice({ dataFolder, prefix: as(nobody) }), nobody);
    });

    test('a user without a name, as containers have', async () => {
      const uid = 54_321;
      const dataFolder = folderOf(uid, 'nameless');
      assert.equal(await useTwice({ dataFolder, prefix: as(uid) }), uid);
    });

    test('a folder that the user may not write is one clear sentence', async () => {
      const closed = folderOf(0, 'closed');
      for (const dataFolder of [closed, join(closed, 'below')]) {
        const child = await startStoreChild({ dataFolder, prefix: as(nobody) });
        await child.stop();
        assert.deepEqual(child.answer, {
          opened: false,
          code: 'unavailable',
          message: `Cannot use the data folder ${dataFolder}: permission denied.`,
          hint: 'Choose a folder that this user may write, with --data or MILLRACE_DATA.',
        });
      }
    });

    test('root without user namespaces runs it as nobody', async () => {
      const dataFolder = join(folder.path, 'as-nobody');
      assert.equal(await useTwice({ dataFolder, prefix: rootOfAll }), nobody);
    });

    test('root without user namespaces, in a folder that nobody can reach', async () => {
      const dataFolder = join(folderOf(0, 'private'), 'data');
      const child = await startStoreChild({ dataFolder, prefix: rootOfAll });
      await child.stop();
      assert.deepEqual(child.answer, {
        opened: false,
        code: 'unavailable',
        message: `The account that runs PostgreSQL cannot reach ${dataFolder}.`,
        hint: 'Choose a data folder outside of private folders such as /root, with --data.',
      });
    });

    test('root that can become nobody else asks for a database of its own', async () => {
      const child = await startStoreChild({
        dataFolder: join(folder.path, 'helpless'),
        prefix: onlyRoot,
      });
      await child.stop();
      assert.deepEqual(child.answer, {
        opened: false,
        code: 'unavailable',
        message: 'The embedded PostgreSQL cannot run as root on this machine.',
        hint: 'Start it as an ordinary user, or give MILLRACE_DATABASE_URL an own PostgreSQL.',
      });
    });
  });
}
