"""The builder of the texts of /about, from about.toml."""

from cds_service.knowledge.schema.about import AboutFile, AttributesTable
from cds_service.model.about import AboutTexts, Attribute, OutOfScope, Trial


def build_about(file: AboutFile) -> AboutTexts:
    """Build the texts of /about. The source attributes take the names that the regulation gives them."""
    attribute_rows = [
        (str(field.title), getattr(file.attributes, name)) for name, field in AttributesTable.model_fields.items()
    ]
    return AboutTexts(
        purpose=file.purpose,
        users=file.users,
        population=file.population,
        decides=file.decides,
        inputs=tuple(file.inputs),
        data_quality=tuple(file.data_quality),
        logic=tuple(file.logic),
        basis=tuple(file.basis),
        validation=tuple(file.validation),
        limits=tuple(file.limits),
        changes=file.changes,
        out_of_scope=tuple(OutOfScope(row.who, row.then) for row in file.out_of_scope),
        attributes=tuple(Attribute(title, row.state, row.says) for title, row in attribute_rows),
        principle=tuple(file.principle),
        tried=tuple(Trial(version, row.date, row.source, row.says) for version, row in file.tried.items()),
    )
