/** How the editable element presents itself: by the name, the description and the state of the box. */
export function standsFor(box: HTMLTextAreaElement): Record<string, string> {
  const attributes: Record<string, string> = {
    id: `${box.id}-text`,
    class: 'editor-text',
    role: 'textbox',
    tabindex: '0',
    'aria-multiline': 'true',
    ...labelOf(box),
  };
  for (const name of ['aria-describedby', 'aria-invalid']) {
    const value = box.getAttribute(name);
    if (value) attributes[name] = value;
  }
  if (box.required) attributes['aria-required'] = 'true';
  if (box.placeholder) attributes['aria-placeholder'] = box.placeholder;
  return attributes;
}

function labelOf(box: HTMLTextAreaElement): Record<string, string> {
  const [label] = box.labels;
  if (!label) return { 'aria-label': box.getAttribute('aria-label') ?? '' };
  label.id ||= `${box.id}-label`;
  return { 'aria-labelledby': label.id };
}
