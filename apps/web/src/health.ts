import type { INestApplication } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { PlatformDatabase } from '@foyer/database';
import { Draining } from './draining.js';

/** `/livez`: the process runs. `/readyz`: it can serve. For load balancers, so on the platform's own host or a bare address. */
export function health(app: INestApplication): RequestHandler {
  return (req, res, next) => {
    if (req.path !== '/livez' && req.path !== '/readyz') return next();
    if (!/^(?:localhost|[\d.]+|\[[\da-f:]+\])$/i.test(req.hostname ?? '')) return next();
    res.setHeader('Cache-Control', 'no-store');
    if (req.path === '/livez') return void res.type('text').send('ok');
    if (app.get(Draining).isDraining) return void res.status(503).type('text').send('shutting down');
    app
      .get(PlatformDatabase)
      .read((em) => em.execute('select 1'))
      .then(
        () => res.type('text').send('ok'),
        () => res.status(503).type('text').send('database unreachable'),
      );
  };
}
