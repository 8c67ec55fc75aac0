// Low-code apps for tests: items in rows of their own, buttons that run something.

type Json = Record<string, unknown>;

/** An item of the grid; `lowCode` gives it its row. */
export function item(id: string, data: Json): Json {
  return {
    id,
    '3': { x: 0, y: null, w: 3, h: 1, fixed: false },
    '12': { x: 0, y: null, w: 6, h: 1, fixed: false },
    data: { id, ...data },
  };
}

export const text = (id: string): Json =>
  item(id, {
    type: 'textcomponent',
    configuration: {},
    componentInput: { type: 'static', fieldType: 'textarea', value: `I am ${id}` },
  });

export const runnable = (content: string, language = 'bun'): Json => ({
  type: 'inline',
  name: 'Inline',
  inlineScript: { content, language },
});

export const button = (id: string, run: Json, fields: Json = {}): Json =>
  item(id, {
    type: 'buttoncomponent',
    configuration: {},
    componentInput: { type: 'runnable', fieldType: 'any', fields, runnable: run },
  });

/** An app of these items; each whose row is not said gets one of its own. */
export function lowCode(items: Json[]): Json {
  const placed = (each: Json, n: number): Json => {
    const at = (key: '3' | '12'): Json => {
      const box = each[key] as Json | undefined;
      return box && box['y'] === null ? { [key]: { ...box, y: n } } : {};
    };
    return { ...each, ...at('3'), ...at('12') };
  };
  return {
    grid: items.map(placed),
    fullscreen: false,
    hiddenInlineScripts: [],
    unusedInlineScripts: [],
  };
}
