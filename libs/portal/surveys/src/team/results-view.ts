import { ticketNumber } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import { type Survey } from '../survey.js';
import { SCALES, scoresOf, scoreWords, type SurveyKind } from '../survey-kinds.js';
import type { AgentResult, Remark, Results } from '../survey-results.js';

const percent = (part: number, of: number): number => (of === 0 ? 0 : Math.round((part / of) * 100));

/** Promoters less detractors, from -100 to 100. */
export function netPromoters(counts: Record<string, number>): number | null {
  const { high, low } = SCALES.nps;
  const of = (fits: (score: number) => boolean) =>
    Object.entries(counts).reduce((sum, [score, n]) => (fits(Number(score)) ? sum + n : sum), 0);
  const all = of(() => true);
  return all === 0 ? null : Math.round(((of((score) => score >= high) - of((score) => score <= low)) / all) * 100);
}

export function resultsView(visit: Pick<Visit, 't' | 'locale' | 'region'>, { kind }: Survey, results: Results) {
  const { sent, answered, average, counts, agents, remarks } = results;
  const { max, high, low } = SCALES[kind];
  const number = (value: number, digits = 0) =>
    value.toLocaleString(visit.region, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const signed = (value: number) => value.toLocaleString(visit.region, { signDisplay: 'exceptZero' });
  const share = (from: number, to: number) =>
    percent(
      scoresOf(kind).reduce((sum, score) => (score >= from && score <= to ? sum + (counts[score] ?? 0) : sum), 0),
      answered,
    );
  const nps = netPromoters(counts);
  const headline =
    kind === 'nps'
      ? { label: visit.t('surveys.results.nps'), value: nps === null ? '–' : signed(nps) }
      : {
          label: visit.t('surveys.results.average'),
          value: average === null ? '–' : visit.t('surveys.results.of', { average: number(average, 1), max }),
        };
  const part = (value: number) => (answered === 0 ? '–' : visit.t('surveys.results.percent', { value }));
  return {
    stats: [
      { ...headline, detail: null },
      {
        label: visit.t('surveys.results.answered'),
        value: number(answered),
        detail: visit.t('surveys.results.of-sent', { sent: number(sent), value: percent(answered, sent) }),
      },
      { label: visit.t('surveys.results.happy'), value: part(share(high, max)), detail: null },
      { label: visit.t('surveys.results.unhappy'), value: part(share(0, low)), detail: null },
    ],
    bars: scoresOf(kind)
      .reverse()
      .map((score) => ({
        label: kind === 'csat' ? scoreWords(visit.locale, kind, score) : number(score),
        count: number(counts[score] ?? 0),
        share: percent(counts[score] ?? 0, answered),
        percent: visit.t('surveys.results.percent', { value: percent(counts[score] ?? 0, answered) }),
        tone: score <= low ? 'bad' : score >= high ? 'good' : 'mid',
      })),
    agents: agents.map((agent) => agentView(visit, kind, agent, { number, signed })),
    remarks: remarks.map((remark) => remarkView(visit, kind, remark)),
    answered,
    sent,
  };
}

interface Write {
  number: (value: number, digits?: number) => string;
  signed: (value: number) => string;
}

function agentView(
  visit: Pick<Visit, 't'>,
  kind: SurveyKind,
  { name, answered, average, high, low }: AgentResult,
  { number, signed }: Write,
) {
  return {
    name: name ?? visit.t('surveys.results.nobody'),
    answered: number(answered),
    result: kind === 'nps' ? signed(Math.round(((high - low) / answered) * 100)) : number(average, 1),
    happy: visit.t('surveys.results.percent', { value: percent(high, answered) }),
    unhappy: visit.t('surveys.results.percent', { value: percent(low, answered) }),
  };
}

function remarkView({ locale }: Pick<Visit, 'locale'>, kind: SurveyKind, remark: Remark) {
  const { score, comment, answeredAt, person, agent, number, subject } = remark;
  const { high, low } = SCALES[kind];
  return {
    ...{ comment, answeredAt, person, agent, score: scoreWords(locale, kind, score) },
    tone: score <= low ? 'bad' : score >= high ? 'good' : '',
    ticket:
      number === null
        ? null
        : { number: ticketNumber(number), subject, href: `/console/tickets/${ticketNumber(number)}` },
  };
}
