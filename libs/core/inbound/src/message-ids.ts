const ID = /<([^\s<>]{1,900})>/g;

/** Message ids in a header, in order, as `<…>`. */
export const readMessageIds = (header: string): string[] =>
  [...header.matchAll(ID)].slice(0, 200).map(([whole]) => whole);
