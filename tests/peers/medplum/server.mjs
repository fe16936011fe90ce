/** HTTP front of the in-memory FHIR server: `node server.mjs [port]`, on loopback only, base path /fhir. */
import { createServer } from 'node:http';
import { answer, capabilities, index, outcome } from './fhir.mjs';

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, accept, prefer, if-match, if-none-exist',
};
const token = process.env.REQUIRE_TOKEN;
let seen = [];

function send(response, status, body) {
  const content = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { ...CORS, 'content-type': 'application/fhir+json; charset=utf-8' });
  response.end(content);
  return status;
}

async function textOf(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A form for POST _search, an object for JSON, nothing for an empty body. */
async function bodyOf(request) {
  const text = await textOf(request);
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(text);
  }
  return text ? JSON.parse(text) : undefined;
}

/** Names only: a value may be a patient's id, and what the tests ask is which searches came. */
function remember(request, target, parameters) {
  const [type = '', second] = target.split('/').filter(Boolean);
  const below = second && (second.startsWith('_') ? second : '{id}');
  const record = {
    method: request.method,
    path: below ? `${type}/${below}` : type,
    type,
    parameters: [...new Set(parameters.keys())],
    accept: request.headers.accept ?? null,
    status: null,
  };
  seen.push(record);
  return record;
}

function isAllowed(request) {
  return !token || request.headers.authorization === `Bearer ${token}`;
}

async function fhir(request, response, url) {
  const target = url.pathname.slice('/fhir'.length) || '/';
  if (target === '/metadata') {
    return send(response, 200, capabilities(`http://${request.headers.host}/fhir`));
  }
  const body = await bodyOf(request);
  const form = body instanceof URLSearchParams ? body : [];
  const record = remember(request, target, new URLSearchParams([...url.searchParams, ...form]));
  const [status, resource] = isAllowed(request)
    ? await answer(request.method, target, url.searchParams, body, request.headers)
    : [401, outcome('login', 'A bearer token is required')];
  record.status = status;
  return send(response, status, resource);
}

function report(request, response) {
  if (request.method === 'DELETE') {
    seen = [];
    return send(response, 204);
  }
  return send(response, 200, seen);
}

async function handle(request, response) {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (request.method === 'OPTIONS') {
    return send(response, 204);
  }
  if (url.pathname === '/_seen') {
    return report(request, response);
  }
  const isFhir = url.pathname === '/fhir' || url.pathname.startsWith('/fhir/');
  return isFhir ? fhir(request, response, url) : send(response, 404, outcome('not-found', 'The base is /fhir'));
}

/** A body that isn't JSON is the caller's fault; anything else is ours. */
function fail(response, error) {
  const status = error instanceof SyntaxError ? 400 : 500;
  send(response, status, outcome(status === 400 ? 'invalid' : 'exception', error.message));
}

index();
const server = createServer((request, response) => handle(request, response).catch((error) => fail(response, error)));
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`listening http://127.0.0.1:${server.address().port}/fhir\n`);
});
