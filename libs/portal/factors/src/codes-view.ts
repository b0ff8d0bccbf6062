/** The one page on which recovery codes stand: they are kept as a file, printed or copied. */
export const codesView = (codes: string[], next: string) => ({
  codes,
  file: `data:text/plain;charset=utf-8,${encodeURIComponent(codes.join('\r\n'))}`,
  next,
});
