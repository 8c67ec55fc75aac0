// What the names of fields say: which hold names of people, numbers to call, or ids.
import type { FieldSense } from './detect/index.ts';
import type { Place } from './place.ts';

const compact = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

/** A whole word is a name here; elsewhere it takes two. */
const partFields = new Set(
  'firstname lastname givenname familyname surname middlename forename nickname'.split(' '),
);
const nameFields = new Set(
  `displayname fullname realname username assignee assigneename reporter reportername author
  authorname creator creatorname createdby updatedby modifiedby owner ownername sendername contact
  contactname customername employee employeename managername person attendee attendees organizer
  participant participants accountname requester approver reviewer reviewers`.split(/\s+/),
);
/** These hold names before addresses: `Ann Lee <ann@x.de>`; alone they may be states or places. */
const mailFields = new Set('from to cc bcc replyto sender recipient recipients'.split(' '));
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

export type NameField = 'declared' | 'part' | 'likely' | 'mail' | undefined;

/** What a place says of what stands there. */
export interface FieldMeaning {
  sense: FieldSense;
  names: NameField;
}

function senseOf(field: string): FieldSense {
  if (phoneField.test(compact(field))) return 'phone';
  return plainFields.has(lastWord(field)) ? 'plain' : undefined;
}

function namesOf(field: string): NameField {
  const name = compact(field);
  if (partFields.has(name)) return 'part';
  if (mailFields.has(name)) return 'mail';
  return nameFields.has(name) ? 'likely' : undefined;
}

/** Reads places; `declared` fields hold names, by the ends of their paths: `author.name`. */
export function createMeanings(declared: readonly string[]) {
  const ends = declared.map((entry) => entry.split('.'));
  const known = new WeakMap<Place, FieldMeaning>();
  return (place: Place): FieldMeaning => {
    const kept = known.get(place);
    if (kept) return kept;
    const { names } = place;
    const field = names.at(-1) ?? '';
    const isDeclared = ends.some((end) =>
      end.every((part, index) => names[names.length - end.length + index] === part),
    );
    const meaning: FieldMeaning = {
      sense: senseOf(field),
      names: isDeclared ? 'declared' : namesOf(field),
    };
    known.set(place, meaning);
    return meaning;
  };
}

/** Does `allowed` (paths from the outside in, `*` for all) hold the field at a place? */
export const isAllowed = (allowed: readonly string[], { names }: Place): boolean =>
  allowed.some((entry) => {
    const parts = entry.split('.');
    return entry === '*' || parts.every((part, place) => names[place] === part);
  });
