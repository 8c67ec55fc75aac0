// One call of a service on its way through the stages.
import type { Call, Progress } from '../../operation/index.ts';
import type { Action, ActionClass, JsonObject, Media } from '../action.ts';
import type { Service, Setup } from '../services/index.ts';
import type { Subject } from '../subject.ts';
import type { CallNotes } from './record.ts';

/** What was asked for, before anything of it is known to be right. */
export interface Wanted {
  service: string;
  action: string;
  params: JsonObject;
  /** Everything but sending: answers the request that would go out. */
  dryRun: boolean;
  /** The caller says that a person agreed; good for flows alone (`confirm.ts`). */
  confirmed: boolean;
  /** The tool or operation that it came by allows these. */
  allows: readonly ActionClass[];
}

export interface Flight {
  readonly call: Call;
  readonly workspace: string;
  readonly subject: Subject;
  readonly wanted: Wanted;
  readonly setup: Setup;
  readonly service: Service;
  readonly action: Action;
  /** Checked; hooks and the restoring of pseudonyms change them. */
  params: JsonObject;
  /** For its row in the log. */
  readonly notes: CallNotes;
  /** Hears what the service says on its way; words of it are searched before they go on. */
  onProgress?: (progress: Progress) => void;
  /** Why the person has to agree first, where a hook wants it. */
  confirm?: string;
}

export interface ServiceResult {
  value: unknown;
  /** For the model, beside the value. */
  notes: string[];
  /** Images and sounds, for the client. */
  media?: Media[];
}

/** A stage does its part and calls `next`, or throws to refuse. */
export type Stage = (flight: Flight, next: () => Promise<ServiceResult>) => Promise<ServiceResult>;
