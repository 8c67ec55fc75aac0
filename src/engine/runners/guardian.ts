// A tiny shell that outlives a server killed with -9 by a moment, to end what its scripts started.
// Needed only without bubblewrap, whose process namespace ends as a whole: there the harness dies
// with the server, but a process that a script put in the background does not.
import { spawn } from 'node:child_process';
import { newSecret } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

export interface Guardian {
  /** Text to put into the environment of every child, to find it by; null where not needed. */
  readonly marker: string | null;
  stop(): void;
}

// Blocks until the server's end of the pipe closes. $1 and $2: uids of scripts, or $3: the marker.
const script = `
trap '' TERM INT HUP
while read -r _; do :; done
round=0
while [ $round -lt 20 ]; do
  if [ -n "$1" ]; then
    found=$(stat -c '%u %n' /proc/[0-9]* 2>/dev/null | while read -r uid folder; do
      [ "$uid" -ge "$1" ] && [ "$uid" -le "$2" ] && echo "\${folder#/proc/}"
    done)
  else
    found=$(grep -lsF "$3" /proc/[0-9]*/environ | cut -d/ -f3)
  fi
  [ -z "$found" ] && exit 0
  kill -9 $found 2>/dev/null
  round=$((round + 1))
done
`;

/** Starts the guardian where one is needed. */
export function startGuardian(sandbox: Sandbox): Guardian {
  if (sandbox.kind === 'bwrap' || process.platform !== 'linux') {
    return { marker: null, stop: () => {} };
  }
  const secret = newSecret(16);
  const [first, last] = sandbox.accountRange ?? ['', ''];
  // The marker comes by argument, so the guardian's own environment does not hold it.
  const child = spawn('/bin/sh', ['-c', script, 'sh', `${first}`, `${last}`, secret], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  return {
    marker: sandbox.kind === 'none' ? secret : null,
    stop: () => child.stdin.end(),
  };
}
