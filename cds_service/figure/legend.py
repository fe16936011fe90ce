"""The words beside the figure: how to read it, and the published figures that say how little a place decides.

Every figure but one is of the content's evidence files, where it is verified; a test holds the two together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegendLine:
    """A line of the legend: what it says, and its source with address; none for a line that only explains."""

    says: str
    source: str | None = None
    url: str | None = None


# Read in the abstract (Fam Pract 2016;33:601-606), as the university that holds it shows it. No evidence file has it.
POULSEN = (
    "https://forskning.ku.dk/soeg/result/?pure=en%2Fpublications%2Fpain-distribution-in-primary-care-patients-with-hip-"
    "osteoarthritis%28b402f977-c147-4306-a489-63db8b2b96e3%29.html"
)
LEGEND = (
    LegendLine("Right and left are the patient's. Nothing drawn means not recorded, never absent."),
    LegendLine(
        "Where pain is felt does not decide where it comes from. A hatched band says only what is more often so."
    ),
    LegendLine(
        "Of those awaiting hip replacement, 47 % felt pain below the knee.",
        "Khan 2004",
        "https://doi.org/10.1308/003588404322827518",
    ),
    LegendLine(
        "Hip pain proven by injection was felt below the knee by 22 %, in the buttock by 71 %, in the groin by 55 %, "
        "in the low back by 0 %.",
        "Lesher 2008",
        "https://doi.org/10.1111/j.1526-4637.2006.00153.x",
    ),
    LegendLine(
        "With hip osteoarthritis in primary care, 77 % marked the trochanter (outer hip) and 53 % the groin.",
        "Poulsen 2016",
        POULSEN,
    ),
    LegendLine(
        "Lumbar root pain did not follow its dermatome in 64.1 %.",
        "Murphy 2009",
        "https://chiromt.biomedcentral.com/articles/10.1186/1746-1340-17-9",
    ),
    LegendLine(
        "From pain drawings, clinicians told L5 from S1 no better than by chance.",
        "Albert 2019",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC6778979/",
    ),
)
