// Labels that a result asks for: Windmill's `wm_labels`, an array of strings at its top.

const most = 50;
const longest = 100;

/** Null when the result asks for none. What is no text, or too long for a label, is left out. */
export function labelsOf(resultJson: string): string[] | null {
  // Nearly no result has them: do not parse it again for nothing.
  if (!resultJson.startsWith('{') || !resultJson.includes('"wm_labels"')) return null;
  const { wm_labels: asked } = JSON.parse(resultJson) as { wm_labels?: unknown };
  if (!Array.isArray(asked)) return null;
  const labels = asked.filter(
    (label): label is string =>
      typeof label === 'string' && label !== '' && label.length <= longest && !label.includes('\0'),
  );
  return labels.length === 0 ? null : [...new Set(labels)].slice(0, most);
}
