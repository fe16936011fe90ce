/** The rule as an Express service, written as Express's own guides have it: `node service.mjs WORKERS PORT`. */
import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import express from 'express';
import { sidesToWarnOf } from './rule.mjs';

const ID = 'hip-spine-patient-view';
const SERVICE = { id: ID, hook: 'patient-view', title: 'Hip or spine', description: 'Rule 3 alone' };

function card(sides) {
  return {
    uuid: randomUUID(),
    summary: `Only the hip is to be imaged, but the ${sides.join(' and ')}-sided pain points to the spine`,
    indicator: 'warning',
    source: { label: 'Hip or spine' },
    detail:
      "Pain running from the buttock to the calf, without groin pain, is seldom the hip's. " +
      'Consider lumbar imaging before or instead of hip imaging.',
  };
}

function answer(request, response) {
  const sides = sidesToWarnOf(request.body.prefetch);
  response.json({ cards: sides.length > 0 ? [card(sides)] : [] });
}

function serve(port) {
  const app = express();
  app.use(express.json({ limit: '5mb' }));
  app.get('/cds-services', (request, response) => response.json({ services: [SERVICE] }));
  app.post(`/cds-services/${ID}`, answer);
  app.listen(port, '127.0.0.1');
}

const [workers, port] = process.argv.slice(2).map(Number);
if (cluster.isPrimary) {
  Array.from({ length: workers }, () => cluster.fork());
} else {
  serve(port);
}
