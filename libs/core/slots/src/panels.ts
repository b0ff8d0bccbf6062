/** A piece of page: its template gets `view` as its own context. */
export interface Piece {
  template: string;
  view: object;
}

/** What panels have to show, by their places. One after the other: they share the page's transaction. */
export async function piecesOf<Panel extends { place: string }>(
  panels: readonly Panel[],
  load: (panel: Panel) => Promise<Piece | null>,
): Promise<Partial<Record<Panel['place'], Piece[]>>> {
  const pieces: Partial<Record<Panel['place'], Piece[]>> = {};
  for (const panel of panels) {
    const piece = await load(panel);
    if (piece) (pieces[panel.place as Panel['place']] ??= []).push(piece);
  }
  return pieces;
}
