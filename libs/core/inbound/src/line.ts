/** A line of a mail's text, with what is known about it. */
export interface Line {
  /** As it is kept, quote marks included. */
  text: string;
  /** How many people ago it was written: 0 by the sender. */
  depth: number;
  /** Its HTML said that it belongs to a signature. */
  signature?: boolean;
  /** Its HTML said that it announces a quote. */
  announces?: boolean;
  /** It means something by how it looked: a row of a table, words crossed out. */
  formed?: boolean;
}
