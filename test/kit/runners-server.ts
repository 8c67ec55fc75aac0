// A stand-in for a server with runs under way, for the test that kills it. Its only argument is
// the sandbox mode, its second the seconds that each background process sleeps (to find it by).
import { bundle, openRunnersKit } from './runners.ts';

const [mode, seconds] = process.argv.slice(2);
const kit = await openRunnersKit(mode === 'off' ? 'off' : 'auto');
const runs = [
  {
    code: `setsid sleep ${seconds} & (sleep ${seconds} &) ; echo on; sleep ${seconds}`,
    language: 'bash' as const,
  },
  {
    code: `import subprocess, os, signal
def main():
  signal.signal(signal.SIGTERM, signal.SIG_IGN)
  subprocess.Popen(['sleep', '${seconds}'], start_new_session=True)
  print('on', flush=True)
  while True: pass`,
    language: 'python3' as const,
  },
  {
    code: bundle(`const { spawn } = await __host.import('node:child_process');
      function main() {
        spawn('sleep', ['${seconds}'], { detached: true, stdio: 'ignore' }).unref();
        console.log('on');
        for (;;);
      }`),
  },
];
let on = 0;
for (const { code, ...more } of runs) {
  void kit.run(code, {
    ...more,
    onLog() {
      on += 1;
      // The line that tells the test to strike.
      if (on === runs.length) process.stdout.write('all run\n');
    },
  });
}
