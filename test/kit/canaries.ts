// Personal values that stand nowhere else: they go in through a service, and must be found again
// in nothing that a model, an auditor or a reader of logs sees. One of each kind.
import assert from 'node:assert/strict';

export const canaries = {
  EMAIL: 'carla.canary@birdsong-canary.example',
  PHONE: '+49 30 23125817',
  IBAN: 'DE89 3704 0044 0532 0130 00',
  CARD: '4111 1111 1111 1111',
  IP: '198.51.100.217',
  SECRET: `ghp_${'Can4ryB1rd'.repeat(4)}`,
  NAME: 'Carla Kanarienvogel',
} as const;

const { EMAIL, PHONE, IBAN, CARD, IP, SECRET, NAME } = canaries;
const all: readonly string[] = Object.values(canaries);

/** The answer of a service with all of them: in fields, text, JSON in text, Markdown and HTML. */
export function canaryAnswer(): Record<string, unknown> {
  const paid = `paid ${IBAN} by ${CARD} at ${IP}`;
  const text = `${NAME} <${EMAIL}> called from ${PHONE}, ${paid}: ${SECRET}`;
  return {
    id: 'CAN-1',
    assignee: { displayName: NAME, emailAddress: EMAIL, phone: PHONE },
    text,
    lines: [text, { deep: [[text]] }],
    json: JSON.stringify({
      assignee: { displayName: NAME },
      text,
      twice: JSON.stringify({ text }),
    }),
    markdown: `| **${NAME}** | [mail](mailto:${EMAIL}) | \`${SECRET}\` |\n- ${IBAN}\n- ${CARD}`,
    html: `<p title="${NAME}"><a href="mailto:${EMAIL}">${PHONE}</a> ${IP}<br>${IBAN}</p>`,
    [EMAIL]: 'a value can be the name of a field',
  };
}

/** The canaries that `text` holds, also without their spaces and as an answer would quote them. */
function canariesIn(text: string): string[] {
  return all.filter((value) => {
    const bare = value.replaceAll(' ', '');
    return [value, bare, encodeURIComponent(value)].some((form) => text.includes(form));
  });
}

/** Fails when a canary stands anywhere in `seen` (a text, or anything JSON can say). */
export function assertNoCanary(seen: unknown, where: string): void {
  const text = typeof seen === 'string' ? seen : JSON.stringify(seen);
  assert.deepEqual(canariesIn(text), [], `${where} holds personal values`);
}
