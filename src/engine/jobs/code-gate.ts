// Who may bring code to this machine: deploying and previewing pass here. Operators never do;
// without a sandbox only admins do, until MILLRACE_ALLOW_UNSANDBOXED=1 says otherwise.
import { AppError } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';

export type CodeGate = (call: Call) => void;

/** `sandboxed`: whether runs are confined on every worker that this process knows of. */
export function createCodeGate({
  sandboxed,
  allowUnsandboxed,
}: {
  sandboxed: boolean;
  allowUnsandboxed: boolean;
}): CodeGate {
  return ({ caller }) => {
    if (caller.kind === 'system' || caller.superAdmin) return;
    const role = caller.membership?.role;
    if (role === 'operator') {
      throw new AppError('forbidden', 'Operators run deployed scripts; they do not bring code.', {
        hint: 'Ask an admin of the workspace for the developer role.',
      });
    }
    if (sandboxed || allowUnsandboxed || role === 'admin') return;
    throw new AppError('forbidden', 'Runs are not sandboxed here, so only admins bring code.', {
      hint: 'Install bubblewrap on the server, or set MILLRACE_ALLOW_UNSANDBOXED=1.',
    });
  };
}
