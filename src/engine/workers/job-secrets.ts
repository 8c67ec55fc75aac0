// What the logs of the jobs that run in this process must not show: each job's token and the
// secrets that it was given or has fetched.

/** Shorter ones would mask half of a log, and `maskSecrets` leaves them alone as well. */
const minLength = 8;

export function createJobSecrets() {
  const running = new Map<string, string[]>();

  function add(secrets: string[], secret: string): void {
    // As printed inside JSON, too: a key in PEM has line breaks.
    const escaped = JSON.stringify(secret).slice(1, -1);
    for (const form of new Set([secret, escaped])) {
      if (form.length >= minLength && !secrets.includes(form)) secrets.push(form);
    }
  }

  return {
    /** The list that the log writer masks by; it grows while the job runs. */
    open(jobId: string, token: string): readonly string[] {
      const secrets = [token];
      running.set(jobId, secrets);
      return secrets;
    },
    /** False, and nothing learned, when the job does not run here. */
    learn(jobId: string, secret: string): boolean {
      const secrets = running.get(jobId);
      if (secrets) add(secrets, secret);
      return secrets !== undefined;
    },
    close: (jobId: string): void => void running.delete(jobId),
  };
}

export type JobSecrets = ReturnType<typeof createJobSecrets>;
