// The person in whose name a service is called, as hooks and the stages see them.
import { type Caller, displayNameOf } from '../operation/index.ts';

export interface Subject {
  /** Empty for system calls and jobs of groups, which are nobody's. */
  userId: string;
  email: string;
  username: string;
  role: string;
  groups: readonly string[];
}

export function subjectOf(caller: Caller): Subject {
  const { membership, userId, email } = caller;
  return {
    userId: userId ?? '',
    email,
    username: displayNameOf(caller),
    role: membership?.role ?? '',
    groups: membership?.groups ?? [],
  };
}
