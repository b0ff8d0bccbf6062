import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { observeSql } from '@foyer/database';
import { Themes } from '@foyer/theming';

export interface Statement {
  text: string;
  values: unknown[];
}
/** What one request of the application does: its statements, and the template with the view it was given. */
export interface Captured {
  statements: Statement[];
  template: string;
  view: object;
}

const FRAME = /^(?:begin|start transaction|commit|rollback|set local role)/;

/** Lets the application answer one request and notes what it asked the database and what it rendered. */
export async function capture(
  app: NestExpressApplication,
  host: string,
  path: string,
  cookie: string,
): Promise<Captured> {
  const statements: Statement[] = [];
  let rendered: Pick<Captured, 'template' | 'view'> = { template: '', view: {} };
  const themes = app.get(Themes);
  const render = themes.render.bind(themes);
  const get = () => request(app.getHttpServer()).get(path).set({ Host: host, Cookie: cookie });
  await get(); // warm: settings and directory are remembered from here on
  themes.render = (template, view) => {
    rendered = { template, view: JSON.parse(JSON.stringify(view)) as object };
    return render(template, view);
  };
  const stop = observeSql((text, values) => void statements.push({ text, values: [...values] }));
  try {
    const { status } = await get();
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  } finally {
    stop();
    themes.render = render;
  }
  return { ...rendered, statements: statements.filter(({ text }) => !FRAME.test(text)) };
}

/** The page's own statements, without the one that finds out who is asking: a floor has no sessions. */
export const ownStatements = ({ statements }: Captured): Statement[] =>
  statements.filter(({ text }) => !text.includes('token_hash'));
