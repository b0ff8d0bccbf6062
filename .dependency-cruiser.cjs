// apps → portal → platform → core, through doors only, never in a circle (deploy/decisions, README).
const lib = (tier) => `^libs/${tier}/`;
const source = '(^apps/[^/]+|^libs/[^/]+/[^/]+)/src/';
/** Within portal: these stand below the features, so features may use them and they know no feature. */
const BOTTOM = '^libs/portal/(settings|identity)/';
const ABOVE = 'service|surveys|correspondence|knowledge';
/** These stand above tickets and may use them; nothing below knows them, nor do they know each other. */
const ABOVE_TICKETS = `^libs/portal/(${ABOVE})/`;
const FEATURE = `^libs/portal/(?!settings/|identity/|(?:${ABOVE})/)([^/]+)/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: source },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-knows-nothing-above',
      severity: 'error',
      from: { path: `${lib('core')}[^/]+/src` },
      to: { path: ['^apps/', lib('platform'), lib('portal')] },
    },
    {
      name: 'platform-knows-no-portal',
      severity: 'error',
      from: { path: `${lib('platform')}[^/]+/src` },
      to: { path: ['^apps/', lib('portal')] },
    },
    {
      name: 'portal-knows-no-app',
      severity: 'error',
      from: { path: `${lib('portal')}[^/]+/src` },
      to: { path: '^apps/' },
    },
    {
      name: 'features-meet-by-events-slots-and-ids',
      comment: 'A feature never imports another feature.',
      severity: 'error',
      from: { path: FEATURE },
      to: { path: FEATURE, pathNot: '^libs/portal/$1/' },
    },
    {
      name: 'above-tickets-knows-tickets-only',
      severity: 'error',
      from: { path: ABOVE_TICKETS },
      to: { path: '^libs/portal/', pathNot: '^libs/portal/(settings|identity|tickets|$1)/' },
    },
    {
      name: 'below-knows-nothing-above',
      severity: 'error',
      from: { path: '^libs/portal/', pathNot: ABOVE_TICKETS },
      to: { path: ABOVE_TICKETS },
    },
    { name: 'bottom-knows-no-feature', severity: 'error', from: { path: `${BOTTOM}src` }, to: { path: FEATURE } },
    {
      name: 'settings-stands-below-identity',
      severity: 'error',
      from: { path: '^libs/portal/settings/src' },
      to: { path: '^libs/portal/identity/' },
    },
    {
      name: 'through-the-door',
      comment:
        'Another module is used by what its src/index.ts exports. The test that tries every parser looks behind each door; pages in the browser take nothing but the folding of texts.',
      severity: 'error',
      from: { path: '^(apps|libs/[^/]+)/([^/]+)/', pathNot: '^apps/cli/test/parsers\\.test\\.ts$' },
      to: {
        path: '^(apps|libs/[^/]+)/[^/]+/(src|test)/',
        pathNot: [
          '^$1/$2/',
          '/src/index\\.ts$',
          '^libs/core/i18n/src/folding\\.ts$',
          '^apps/cli/src/testing/(index|database|effort)\\.ts$',
        ],
      },
    },
    {
      name: 'tests-stay-tests',
      severity: 'error',
      from: { path: source, pathNot: '^apps/cli/src/testing/' },
      to: { path: ['/test/', '^apps/cli/src/testing/'] },
    },
    { name: 'nothing-unresolvable', severity: 'error', from: { path: source }, to: { couldNotResolve: true } },
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: { path: source },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', '\\.d\\.m?ts$'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
