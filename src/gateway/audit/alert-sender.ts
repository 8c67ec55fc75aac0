// Sends an alert to the address that the workspace named, in the form that chats take:
// `{ "text" }`. Once, and a failure is logged: the list of alerts has it in any case.
import type { Log } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { People } from './reader.ts';
import type { Settings } from './settings.ts';
import { hourMs, type ThroughputAlert } from './throughput.ts';

const megabytes = (bytes: number): string => `${Math.round(bytes / 100_000) / 10} MB`;
const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 16);

function textOf(who: string, { workspace, startsAt, bytesOut, limitBytes }: ThroughputAlert) {
  const hour = `between ${timeOf(startsAt)} and ${timeOf(startsAt + hourMs)} UTC`;
  const amount = `${megabytes(bytesOut)} out of services ${hour}`;
  const usual = `usual is ${megabytes(limitBytes)}`;
  return `Millrace, workspace ${workspace}: ${who} got ${amount}; ${usual}.`;
}

export interface AlertSenderDeps {
  egress: Pick<Egress, 'fetch'>;
  log: Log;
  people: People;
  settings: Pick<Settings, 'alertUrlOf'>;
}

export function createAlertSender({ egress, log, people, settings }: AlertSenderDeps) {
  return async (alert: ThroughputAlert): Promise<void> => {
    const { workspace, subject } = alert;
    try {
      const url = await settings.alertUrlOf(workspace);
      if (url === undefined) return;
      const [name] = await people.namesOf(workspace, [subject]);
      const text = textOf(name?.username ?? `account ${subject}`, alert);
      const response = await egress.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(10_000),
      });
      await response.body?.cancel();
      if (!response.ok) log.warn('an alert was refused', { workspace, status: response.status });
    } catch (error) {
      // Its message may name the address.
      const { name } = error as { name?: unknown };
      log.warn('an alert could not be sent', { workspace, name: String(name) });
    }
  };
}
