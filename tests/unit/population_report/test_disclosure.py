from cds_service.population_report.disclosure import EXACT, DisclosedCells, DisclosureControl, Sum, find_hidden

CONTROL = DisclosureControl()


def hidden(parts: dict[str, int], least: int = 11) -> set[str]:
    cells = {**parts, "total": sum(parts.values())}
    return set(find_hidden(cells, [Sum("total", tuple(parts))], least))


def test_a_count_below_eleven_is_hidden_and_eleven_is_not() -> None:
    assert hidden({"a": 10, "b": 10, "c": 11}) == {"a", "b"}


def test_a_part_that_is_hidden_alone_takes_the_next_smallest_with_it() -> None:
    assert hidden({"a": 3, "b": 40, "c": 90}) == {"a", "b"}


def test_hidden_parts_that_are_few_together_take_another_with_them() -> None:
    assert hidden({"a": 3, "b": 2, "c": 40, "d": 90}) == {"a", "b", "c"}


def test_where_no_part_is_left_the_total_is_hidden() -> None:
    assert hidden({"a": 3}) == {"a", "total"}
    assert hidden({"a": 3, "b": 4}) == {"a", "b", "total"}


def test_a_zero_neither_is_hidden_nor_hides_anything() -> None:
    assert hidden({"a": 0, "b": 40, "c": 60}) == set()
    assert hidden({"a": 0, "b": 4, "c": 60}) == {"b", "c"}


def test_a_hidden_total_is_not_the_sum_of_shown_parts() -> None:
    """The total is itself a part of something, where it is hidden as a complement."""
    cells = {"small": 3, "sub": 60, "all": 163, "rest": 100, "north": 20, "south": 40}
    sums = [Sum("all", ("small", "sub", "rest")), Sum("sub", ("north", "south"))]
    assert find_hidden(cells, sums, 11) == {"small", "sub", "north"}


def test_shown_counts_are_rounded_and_hidden_ones_are_never_a_number() -> None:
    cells = DisclosedCells({"a": 11, "b": 13, "c": 3, "d": 0}, [], CONTROL)
    assert [cells.show(key) for key in ("a", "b", "c", "d", "never counted")] == [10, 15, None, 0, 0]


def test_without_control_every_count_is_exact() -> None:
    cells = DisclosedCells({"a": 1, "b": 13}, [Sum("b", ("a",))], EXACT)
    assert (cells.show("a"), cells.show("b")) == (1, 13)
    assert not EXACT.is_on
    assert CONTROL.is_on
