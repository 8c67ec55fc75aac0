// The soft gate: a person agrees to each high-risk call, and to what a hook wants them asked about,
// bound to person, tool and arguments, once.
// A model's word for it counts for nothing; a flow says `confirmed`, because its owner wrote it.
import type { Call } from '../../operation/index.ts';
import { refusal } from '../reasons.ts';
import type { Flight, Stage } from './flight.ts';

/** Resolves when a person agreed; see `confirmation.obtain` of the door. */
export type Consent = (
  asked: { call: Call; operation: string; input: unknown },
  saying: string,
) => Promise<void>;

const maxShownChars = 300;

/** What a person reads in full: nothing in it is invisible, or hides the rest. */
function shown(text: string): string {
  const clear = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return clear.length > maxShownChars ? `${clear.slice(0, maxShownChars)}…` : clear;
}

function sayingOf({ service, action, params, confirm }: Flight): string {
  const said = shown(JSON.stringify(params));
  const risk = action.class === 'high_risk' ? ' This may not be undone.' : '';
  const why = confirm === undefined ? '' : ` ${shown(confirm)}`;
  return `Do ${action.name} in ${service.declaration.title} with ${said}.${risk}${why}`;
}

export const confirmStage =
  (consent: Consent): Stage =>
  async (flight, next) => {
    const { call, service, action, params, wanted, confirm } = flight;
    const asks = action.class === 'high_risk' || confirm !== undefined;
    if (!asks || wanted.dryRun) return next();
    const saying = sayingOf(flight);
    const input = [service.declaration.name, action.name, params];
    if (call.interactive) await consent({ call, operation: 'services.write', input }, saying);
    else if ((call.caller.jobId ?? call.caller.delegation) !== null && !wanted.confirmed) {
      throw refusal('confirmation_required', `Nothing was done yet. This would: ${saying}`, {
        hint: 'A flow that is to do this without being asked says so with confirmed: true.',
      });
    }
    return next();
  };
