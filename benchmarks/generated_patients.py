"""Generated patients, one after the other and the same for each seed: published proportions over an unrelated load."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.chart_records import CANARY, SIDES, Json, finding_records, imaging_order, note, others, result, visit
from benchmarks.cohorts import DEPENDENCES, draw_patient, load_cohorts
from benchmarks.population_charts import records

LAST_DAY = date(2026, 11, 28)
YEAR = 365
SITES = ("north", "south", "harbour")
# Of a hundred patients, those of each cohort. Our own figures, rough; None has no pain of hip or back.
MAKE_UP = (
    (None, 70),
    ("sembrano-2009", 16),
    ("lesher-2008", 4),
    ("poulsen-2016", 4),
    ("murphy-2009", 3),
    ("prather-2017", 3),
)
ORDERED = 0.45  # of the patients with pain: those for whom imaging is ordered
UNDATED = 0.01  # of the records: those that lack the date by which they were recorded
DECEASED = 0.01
OLDER = 65
ROUNDS = {"younger": 2, "older": 6}  # how often reasons to act are drawn: who is sent for imaging has more than most


@dataclass(frozen=True)
class Population:
    """What is generated: how many patients, of how many bytes each at least, and which findings come together."""

    patients: int
    size: int = 20_000
    seed: int = 1
    dependence: str = "independent"


def generate_patients(population: Population) -> Iterator[list[Json]]:
    """Yield each patient's resources, the Patient first. Holds one patient at a time."""
    for number in range(population.patients):
        yield generate_patient(population, number)


def generate_patient(population: Population, number: int) -> list[Json]:
    """Return one patient's resources; the same whatever was generated before."""
    chance = random.Random(f"{population.seed}:{number}")
    last = LAST_DAY - timedelta(days=chance.randint(0, YEAR - 1))
    name = f"p{population.seed}-{number:07}"
    age = min(max(int(chance.gauss(52, 17)), 18), 95)
    made = [*_relevant(chance, last, population), *_load(chance, age)]
    made += others(chance, last - timedelta(days=chance.randint(0, 700)))
    made += [note(chance, last - timedelta(days=chance.randint(0, 300))) for _ in range(chance.randint(0, 3))]
    size = sum(len(json.dumps(each)) + 90 for each in made)
    while size < population.size:
        made.append(result(chance, last - timedelta(days=chance.randint(0, 1500))))
        size += len(json.dumps(made[-1])) + 90
    own = [_own(chance, each, name, index) for index, each in enumerate(made)]
    return [_patient(chance, name, last, age), *_set_texts_apart(own)]


def _set_texts_apart(records: list[Json]) -> Iterator[Json]:
    """Yield the records, the text of every third note that has one in a Binary, as many servers export it."""
    texts = 0
    for record in records:
        form = record["content"][0]["attachment"] if record["resourceType"] == "DocumentReference" else {}
        texts += "data" in form
        if "data" in form and texts % 3 == 0:
            binary = {"resourceType": "Binary", "id": f"{record['id']}-text", "contentType": form["contentType"]}
            yield binary | {"data": form.pop("data")}
            form["url"] = f"Binary/{binary['id']}"
        yield record


def _relevant(chance: random.Random, last: date, population: Population) -> Iterator[Json]:
    """Yield visits, and with pain its findings and an order."""
    site = chance.choice(SITES)
    yield visit(last, site)
    for _ in range(chance.randint(0, 2)):
        yield visit(last - timedelta(days=chance.randint(30, 600)), chance.choice(SITES))
    ((cohort, _),) = chance.choices(MAKE_UP, [weight for _, weight in MAKE_UP])
    if cohort is None:
        return
    recorded = last - timedelta(days=chance.randint(0, 60))
    onset = recorded - timedelta(days=int(chance.expovariate(1 / 60)))
    drawn = draw_patient(load_cohorts()[cohort], DEPENDENCES[population.dependence], chance)
    yield from finding_records(chance, drawn.findings, onset, recorded, chance.choice(SIDES))
    if chance.random() < ORDERED:
        day = recorded + (last - recorded) / 2
        yield visit(day, site) | {"id": "at-order"}
        yield imaging_order(chance, day)


def _load(chance: random.Random, age: int) -> Iterator[Json]:
    """Yield problems, drugs and results that have nothing to do with the pain, some of them a reason to act."""
    yield from (record for record, _ in records(chance))
    for _ in range(ROUNDS["older" if age >= OLDER else "younger"] - 1):
        yield from (record for record, is_reason in records(chance) if is_reason)


def _patient(chance: random.Random, name: str, last: date, age: int) -> Json:
    made: Json = {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": "https://ehr.example/mrn", "value": f"MRN-{CANARY}-{name}"}],
        "name": [{"family": CANARY, "given": ["Ann"]}],
        "gender": chance.choice(("female", "male")),
        "birthDate": str(last - timedelta(days=age * 365 + chance.randint(10, 350))),
        "address": [{"line": [f"1 {CANARY} Street"], "city": "Exampleton"}],
    }
    if chance.random() < DECEASED:
        made["deceasedDateTime"] = str(last + timedelta(days=20))
    return made


def _own(chance: random.Random, record: Json, name: str, index: int) -> Json:
    """Return the record with an id and its patient; of a few the date by which it was recorded is lost.

    A visit at which imaging is ordered keeps its name, and the order names it.
    """
    lost = {"recordedDate", "issued"} if chance.random() < UNDATED else set[str]()
    fields = {key: value for key, value in record.items() if value is not None and key not in lost}
    if record["resourceType"] == "ServiceRequest":
        fields["encounter"] = {"reference": f"Encounter/{name}-at-order"}
    return {**fields, "id": f"{name}-{record.get('id', index)}", "subject": {"reference": f"Patient/{name}"}}
