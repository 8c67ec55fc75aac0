// A tiny shell that outlives a server killed with -9 by a moment, to end what its scripts started.
// Needed only without bubblewrap, whose process namespace ends as a whole: there the harness dies
// with the server, but a process that a script put in the background does not.
import { spawn } from 'node:child_process';
import { newSecret } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

export interface Guardian {
  /** Variables for the environment of every child. */
  readonly marker: Record<string, string>;
  stop(): void;
}

const variable = 'MILLRACE_RUNNER';

// Blocks until the server's end of the pipe closes. $1 and $2: uids of scripts, or $3: the marker.
const script = `
trap '' TERM INT HUP
while read -r _; do :; done
round=0
while [ $round -lt 20 ]; do
  found=
  for folder in /proc/[0-9]*; do
    if [ -n "$1" ]; then
      uid=$(stat -c %u "$folder" 2>/dev/null) || continue
      [ "$uid" -ge "$1" ] && [ "$uid" -le "$2" ] || continue
    else
      grep -qsF "$3" "$folder/environ" || continue
    fi
    [ "$folder" = "/proc/$$" ] && continue
    kill -9 "\${folder#/proc/}" 2>/dev/null && found=1
  done
  [ -z "$found" ] && exit 0
  round=$((round + 1))
done
`;

/** Starts the guardian where one is needed. */
export function startGuardian(sandbox: Sandbox): Guardian {
  if (sandbox.kind === 'bwrap' || process.platform !== 'linux') {
    return { marker: {}, stop: () => {} };
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
    marker: sandbox.kind === 'none' ? { [variable]: secret } : {},
    stop: () => child.stdin.end(),
  };
}
