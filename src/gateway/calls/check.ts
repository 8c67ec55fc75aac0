// The parameters of an action, against its schema: as they came in, and as hooks have changed them.
import type { Action, JsonObject } from '../action.ts';
import { refusal } from '../reasons.ts';

const maxProblems = 5;
const maxShownChars = 1000;

/** With defaults filled in. Throws `invalid_params` with what does not fit. */
export async function checkedParams({ name, input }: Action, params: unknown): Promise<JsonObject> {
  const checked = await input.check(params);
  if (!('problems' in checked)) return checked.params;
  const problems = checked.problems.slice(0, maxProblems).join('; ');
  throw refusal('invalid_params', `The parameters do not fit ${name}: ${problems}`, {
    hint: `It takes: ${JSON.stringify(input.json['properties'] ?? {}).slice(0, maxShownChars)}`,
  });
}
