export function step<T>(name: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
export class Obstacle extends Error {}
export function giveUp(error: unknown): never;
