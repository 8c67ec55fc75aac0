// Where a value stands in JSON: the names of the fields around it, without numbers of lists. The
// same place is the same object, so that what its names say is asked once for a thousand rows.

export interface Place {
  /** From the outside in. */
  readonly names: readonly string[];
  /** How many objects and lists are around it. */
  readonly depth: number;
  field(name: string): Place;
  items(): Place;
}

/** An object with more fields than this is a table by itself: its places are not kept. */
const maxKept = 1000;

export function createPlace(names: readonly string[] = [], depth = 0): Place {
  const fields = new Map<string, Place>();
  let inList: Place | undefined;
  return {
    names,
    depth,
    field(name) {
      const known = fields.get(name);
      if (known) return known;
      const made = createPlace([...names, name], depth + 1);
      if (fields.size < maxKept) fields.set(name, made);
      return made;
    },
    items: () => (inList ??= createPlace(names, depth + 1)),
  };
}
