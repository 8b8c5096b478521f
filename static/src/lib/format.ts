// Fills {name} places of a catalogue text, as the server's str.format does for the same catalogue.

export type Params = Readonly<Record<string, string | number>>;

/** `{{` and `}}` stand for single braces; a name without a value stays visible, so that the fault is seen. */
export function fill(template: string, params: Params = {}): string {
  return template.replace(/\{\{|\}\}|\{(\w+)\}/g, (whole: string, name: string | undefined) => {
    if (name === undefined) return whole.charAt(0);
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}
