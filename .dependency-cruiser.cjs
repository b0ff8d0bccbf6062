// apps → portal → platform → core, through doors only, never in a circle (deploy/decisions, README).
const lib = (tier) => `^libs/${tier}/`;
const source = '(^apps/[^/]+|^libs/[^/]+/[^/]+)/src/';
/** From the lowest up (libs/portal/README.md). A list within a floor is a chain. */
const DRAWN = require('./libs/portal/floors.json');
const CHAINS = DRAWN.features;
const FLOORS = Object.entries(DRAWN).map(([name, modules]) => [name, modules.flat()]);
const portal = (modules) => `^libs/portal/(?:${modules.join('|') || '-'})/`;
const modulesOf = (floor) => FLOORS.find(([name]) => name === floor)[1];
const [BASE, FEATURES, ABOVE, TOP] = ['base', 'features', 'above', 'top'].map(modulesOf);
const beside = (modules) => `^libs/portal/(${modules.join('|') || '-'})/`;

/** A floor knows nothing of those above it. */
const knowsNothingAbove = FLOORS.slice(0, -1).map(([name, modules], index) => ({
  name: `${name}-knows-nothing-above`,
  severity: 'error',
  from: { path: `${portal(modules)}src` },
  to: { path: portal(FLOORS.slice(index + 1).flatMap(([, above]) => above)) },
}));
/** In the base and in a chain of features each module may use those before it. */
const inOrder = [BASE, ...CHAINS].flatMap((chain) =>
  chain.slice(0, -1).map((module, index) => ({
    name: `${module}-stands-below-${chain[index + 1]}`,
    severity: 'error',
    from: { path: `${portal([module])}src` },
    to: { path: portal(chain.slice(index + 1)) },
  })),
);
/** Features of different chains know nothing of each other: they meet by events, slots and ids. */
const chainsMeet = CHAINS.map((chain) => ({
  name: `${chain.at(-1)}-meets-others-by-events-slots-and-ids`,
  severity: 'error',
  from: { path: `${portal(chain)}src` },
  to: { path: portal(FEATURES.filter((module) => !chain.includes(module))) },
}));
/** So do all modules of the floors over them. */
const meetByEventsSlotsAndIds = [ABOVE, TOP].map((modules, index) => ({
  name: `${['above', 'top'][index]}-meet-by-events-slots-and-ids`,
  severity: 'error',
  from: { path: `${beside(modules)}src` },
  to: { path: beside(modules), pathNot: '^libs/portal/$1/' },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: source },
      to: { circular: true },
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
    ...knowsNothingAbove,
    ...inOrder,
    ...chainsMeet,
    ...meetByEventsSlotsAndIds,
    {
      name: 'above-tickets-knows-no-other-feature',
      severity: 'error',
      from: { path: `${portal(ABOVE)}src` },
      to: { path: portal(CHAINS.filter((chain) => !chain.includes('tickets')).flat()) },
    },
    {
      name: 'every-module-has-a-floor',
      comment: 'Name it in libs/portal/floors.json.',
      severity: 'error',
      from: { path: '^libs/portal/[^/]+/src', pathNot: portal(FLOORS.flatMap(([, modules]) => modules)) },
      to: {},
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
