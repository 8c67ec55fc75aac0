// Simple selectors: what is not known is taken for true, because nothing is drawn.

/** One compound selector: `div#a.b[c="d"]:not(…)`; what it does not know it takes for true. */
function matchesCompound(element, compound) {
  const parts = compound.matchAll(
    /^[\w*-]+|#[\w-]+|\.[\w-]+|\[([\w-]+)(?:[~|^$*]?=["']?(.*?)["']?)?\]/g,
  );
  for (const [part, attribute, value] of parts) {
    if (part.startsWith('#')) {
      if (element.id !== part.slice(1)) return false;
    } else if (part.startsWith('.')) {
      if (!element.classList.contains(part.slice(1))) return false;
    } else if (part.startsWith('[')) {
      const has = element.getAttribute(attribute);
      if (has === null || (value !== undefined && has !== value)) return false;
    } else if (part !== '*' && element.localName !== part.toLowerCase()) return false;
  }
  return true;
}

/** Does the element match a selector without commas? */
export function matchesOne(element, selector) {
  const compounds = selector.trim().split(/\s*[>+~]\s*|\s+/);
  if (!matchesCompound(element, compounds.pop() ?? '')) return false;
  let above = element.parentNode;
  for (const compound of compounds.toReversed()) {
    while (above?.nodeType === 1 && !matchesCompound(above, compound)) above = above.parentNode;
    if (above?.nodeType !== 1) return false;
    above = above.parentNode;
  }
  return true;
}
