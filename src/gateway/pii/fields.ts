// What the names of fields say: which hold names of people, numbers to call, or ids.
import type { FieldSense } from './detect/index.ts';

/** Where a value stands: names of fields from the outside in, without places in lists. */
export type Path = readonly string[];

const compact = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

/** A whole word is a name here; elsewhere it takes two. */
const partFields = new Set(
  'firstname lastname givenname familyname surname middlename forename nickname'.split(' '),
);
const nameFields = new Set(
  `displayname fullname realname username assignee assigneename reporter reportername author
  authorname creator creatorname createdby updatedby modifiedby owner ownername sender sendername
  from to cc bcc replyto recipient recipients contact contactname customername employee employeename
  managername person attendee attendees organizer participant participants lead accountname
  requester approver reviewer reviewers member memberof`.split(/\s+/),
);
const phoneField =
  /(?:phone|mobile|fax|tel|telefon|msisdn|whatsapp|handy)(?:no|nr|number|nummer)?s?$/;
/** The last word of names of fields whose digits are no number to call and no card. */
const plainFields = new Set(
  `id ids iid uuid guid sha sha1 sha256 hash commit version etag checksum timestamp date at ts
  cursor`.split(/\s+/),
);
const lastWord = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]|(?<=[a-z0-9])(?=[A-Z])/)
    .at(-1)
    ?.toLowerCase() ?? '';

const senses = new Map<string, FieldSense>();
const maxSenses = 5000;

/** Answers are kept: the same few names come again and again. */
export function senseOf(field: string): FieldSense {
  if (senses.has(field)) return senses.get(field);
  const isPhone = phoneField.test(compact(field));
  const sense = isPhone ? 'phone' : plainFields.has(lastWord(field)) ? 'plain' : undefined;
  if (senses.size < maxSenses) senses.set(field, sense);
  return sense;
}

export type NameField = 'declared' | 'part' | 'likely' | undefined;

/** Says which fields hold names; `declared` may name the last fields of a path: `author.name`. */
export function createNameFields(declared: readonly string[]) {
  const wanted = new Map(
    declared.map((entry): [string, string[]] => {
      const parts = entry.split('.');
      return [parts.at(-1) ?? '', parts];
    }),
  );
  const known = new Map<string, NameField>();
  const ofName = (field: string): NameField => {
    const name = compact(field);
    return partFields.has(name) ? 'part' : nameFields.has(name) ? 'likely' : undefined;
  };
  return (path: Path): NameField => {
    const field = path.at(-1) ?? '';
    const entry = wanted.get(field);
    if (entry?.every((part, place) => path[path.length - entry.length + place] === part)) {
      return 'declared';
    }
    if (!known.has(field) && known.size < maxSenses) known.set(field, ofName(field));
    return known.has(field) ? known.get(field) : ofName(field);
  };
}

/** Does `allowed` (paths from the outside in, `*` for all) hold the field at `path`? */
export const isAllowed = (allowed: readonly string[], path: Path): boolean =>
  allowed.some((entry) => {
    const parts = entry.split('.');
    return entry === '*' || parts.every((part, place) => path[place] === part);
  });
