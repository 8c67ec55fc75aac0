// The soft gate: a person agrees to each high-risk call, bound to person, tool and arguments, once.
// A model's word for it counts for nothing; a flow says `confirmed`, because its owner wrote it.
import type { Call } from '../../operation/index.ts';
import type { Action, JsonObject } from '../action.ts';
import { refusal } from '../reasons.ts';
import type { Service } from '../services/index.ts';
import type { Stage } from './flight.ts';

/** Resolves when a person agreed; see `confirmation.obtain` of the door. */
export type Consent = (
  asked: { call: Call; operation: string; input: unknown },
  saying: string,
) => Promise<void>;

const maxShownChars = 300;

function sayingOf({ declaration }: Service, { name }: Action, params: JsonObject): string {
  const shown = JSON.stringify(params).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  const cut = shown.length > maxShownChars ? `${shown.slice(0, maxShownChars)}…` : shown;
  return `Do ${name} in ${declaration.title} with ${cut}. This may not be undone.`;
}

export const confirmStage =
  (consent: Consent): Stage =>
  async ({ call, service, action, params, wanted }, next) => {
    if (action.class !== 'high_risk' || wanted.dryRun) return next();
    const saying = sayingOf(service, action, params);
    const input = [service.declaration.name, action.name, params];
    if (call.interactive) await consent({ call, operation: 'services.write', input }, saying);
    else if (call.caller.jobId !== null && !wanted.confirmed) {
      throw refusal('confirmation_required', `Nothing was done yet. This would: ${saying}`, {
        hint: 'A flow that is to do this without being asked says so with confirmed: true.',
      });
    }
    return next();
  };
