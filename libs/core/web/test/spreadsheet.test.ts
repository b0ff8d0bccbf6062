import { type Cell, type Column, spreadsheet } from '../src/spreadsheet.js';

const columns: Column[] = [{ heading: 'Name' }, { heading: 'Hours' }, { heading: 'Opened', times: true }];
const line: Cell[] = ['Müller, "Hans"; Sohn', -1.5, new Date('2026-07-01T22:30:00Z')];
const written = (region: string, timeZone = 'UTC', lines = [line]) => spreadsheet({ region, timeZone }, columns, lines);

test('a table is parted as the reader’s spreadsheet splits it, and numbers have the reader’s mark', () => {
  for (const region of ['de-DE', 'de-AT', 'fr-FR', 'fr-CA', 'es-ES', 'es-AR', 'ar-MA'])
    expect(written(region)).toBe('\ufeffName;Hours;Opened (UTC)\r\n"Müller, ""Hans""; Sohn";-1,5;2026-07-01 22:30\r\n');
  for (const region of ['en-GB', 'en-US', 'es-MX'])
    expect(written(region)).toBe('\ufeffName,Hours,Opened (UTC)\r\n"Müller, ""Hans""; Sohn",-1.5,2026-07-01 22:30\r\n');
});

test('where decimals have a point and lists a semicolon, each stays', () => {
  for (const region of ['de-CH', 'ar', 'ar-SA', 'ar-AE']) expect(written(region)).toContain('; Sohn";-1.5;2026-');
});

test('times are those of the reader’s clock, whose zone the heading names', () => {
  const text = written('en-GB', 'Europe/Berlin');
  expect(text).toContain('Opened (Europe/Berlin)');
  expect(text).toContain('2026-07-02 00:30');
});

test('what would be a formula is text, and what is missing stays empty', () => {
  const text = written('de-DE', 'UTC', [
    ['=1+1', null, undefined],
    ['-1.5 hours', 2, null],
  ]);
  expect(text).toContain(`'=1+1;;\r\n'-1.5 hours;2;\r\n`);
});

test('a cell of several lines stays one cell, so that no line of it begins a row', () => {
  for (const end of ['\n', '\r', '\t', '\u2028']) {
    const text = written('en-GB', 'UTC', [[`wall${end}=WEBSERVICE(1)`, 1, 'after']]);
    expect(text).toContain(`\r\n"wall${end}=WEBSERVICE(1)",1,after\r\n`);
  }
});

test('nor is it a formula behind blanks, nor in signs that a program takes for the plain ones', () => {
  for (const cell of ['  =1+1', '\u00a0=1', '\u200b=1', '\ufeff+1', '＝1', '＠SUM(A1)', '－1', '\u0001@x'])
    expect(written('en-GB', 'UTC', [[cell, 1, null]])).toContain(`\r\n'${cell},1,\r\n`);
  expect(written('en-GB', 'UTC', [['\n=1', 1, null]])).toContain(`\r\n"'\n=1",1,\r\n`);
});
