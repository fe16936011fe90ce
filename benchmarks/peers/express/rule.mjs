/** Rule 3 ("only the hip is ordered, the pain points to the spine") on parsed JSON, as `healthchain_service.py` has it. */

const coded = (system, ...codes) => codes.map((code) => `${system}|${code}`);
const snomed = (...codes) => coded('http://snomed.info/sct', ...codes);
const icd10 = (...codes) => coded('http://hl7.org/fhir/sid/icd-10-cm', ...codes);
const loinc = (...codes) => coded('http://loinc.org', ...codes);
const cpt = (...codes) => coded('http://www.ama-assn.org/go/cpt', ...codes);

const BUTTOCK_PAIN = new Set(snomed('279043006'));
const CALF_PAIN = new Set([...snomed('300954003'), ...icd10('M79.661', 'M79.662', 'M79.669')]);
const GROIN_PAIN = new Set(snomed('102570003'));
const HIP_SITES = new Set(snomed('29836001', '287579007', '287679003'));
const LEG_JOINT_MRI = new Set(cpt('73721', '73722', '73723')); // hip, knee or ankle: the body site decides
const HIP_IMAGING = new Set(loinc('36013-1', '36017-2', '36020-6', '36022-2', '36702-9', '36703-7'));
const LUMBAR_IMAGING = new Set([
  ...loinc('24967-2', '24968-0', '30678-7', '30679-5', '36111-3'),
  ...cpt('72131', '72132', '72133', '72148', '72149', '72158'),
]);
const BOTH = ['left', 'right'];
const SIDES = new Map([
  ...[...snomed('24028007', '287579007'), ...icd10('M79.661')].map((code) => [code, ['right']]),
  ...[...snomed('7771000', '287679003'), ...icd10('M79.662')].map((code) => [code, ['left']]),
  ...snomed('51440002').map((code) => [code, BOTH]),
]);
const PRESENT = new Set(['active', 'recurrence', 'relapse']);
const OPEN = new Set(['active', 'draft', 'on-hold']);

/** Return the sides on which the pain points to the spine; none where the rule has nothing to say. */
export function sidesToWarnOf(prefetch) {
  const resources = byType(prefetch ?? {});
  const sides = spineSides(resources);
  return sides.length > 0 && isHipOrdered(resources) && !isLumbarImaged(resources) ? sides : [];
}

function byType(prefetch) {
  const resources = { Condition: [], Observation: [], ServiceRequest: [], ImagingStudy: [] };
  for (const value of Object.values(prefetch)) {
    for (const { resource } of value?.entry ?? []) {
      resources[resource.resourceType]?.push(resource);
    }
  }
  return resources;
}

/** Pain runs from the buttock to the calf, without groin pain. */
function spineSides(resources) {
  const present = [...resources.Condition.filter(isActive), ...resources.Observation.filter(isFound)];
  const [buttock, calf, groin] = [BUTTOCK_PAIN, CALF_PAIN, GROIN_PAIN].map((pain) => painSides(present, pain));
  return BOTH.filter((side) => buttock.has(side) && calf.has(side) && !groin.has(side));
}

const isActive = ({ clinicalStatus }) => (clinicalStatus?.coding ?? []).every(({ code }) => PRESENT.has(code));
const isFound = ({ valueBoolean, status }) => valueBoolean !== false && status !== 'entered-in-error';

function painSides(resources, pain) {
  return new Set(resources.filter(({ code }) => isCoded(code, pain)).flatMap(sidesOf));
}

/** A pain without a stated side counts on both. */
function sidesOf({ code, bodySite }) {
  const stated = [...codes(code), ...codes(bodySite)].flatMap((each) => SIDES.get(each) ?? []);
  return stated.length > 0 ? stated : BOTH;
}

function isHipOrdered({ ServiceRequest }) {
  return ServiceRequest.some((order) => OPEN.has(order.status) && isOfHip(order));
}

function isOfHip({ code, bodySite }) {
  return isCoded(code, HIP_IMAGING) || (isCoded(code, LEG_JOINT_MRI) && isCoded(bodySite, HIP_SITES));
}

function isLumbarImaged({ ServiceRequest, ImagingStudy }) {
  const isOrdered = ({ status, code }) => (OPEN.has(status) || status === 'completed') && isCoded(code, LUMBAR_IMAGING);
  return ServiceRequest.some(isOrdered) || ImagingStudy.some((study) => isCoded(study.procedureCode, LUMBAR_IMAGING));
}

/** `concepts`: one, as in an Observation's `bodySite`; a list, as in a Condition's; or nothing. */
function codes(concepts) {
  return [concepts ?? []].flat().flatMap(({ coding }) => (coding ?? []).map(({ system, code }) => `${system}|${code}`));
}

const isCoded = (concepts, wanted) => codes(concepts).some((code) => wanted.has(code));
