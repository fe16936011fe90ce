"""Check everything that start-up needs: the content, and what production mode needs beside it."""

from cds_service.errors import ClientsError, ContentError, Problem, ProblemsFound
from cds_service.production import ProductionConfig, find_long_windows, find_unknown_orders, load_production_config
from cds_service.settings import Settings
from cds_service.startup_state import StartupState, build_startup_state


def check_startup(settings: Settings) -> tuple[StartupState, ProductionConfig | None]:
    """Check the content and what production mode needs, and return both.

    Raises:
        ProblemsFound: with every problem of either.
    """
    problems: list[Problem] = []
    state, production = None, None
    try:
        state = build_startup_state(settings)
    except ContentError as error:
        problems += error.problems
    try:
        production = load_production_config(settings)
    except ClientsError as error:
        problems += error.problems
    if state and production and settings.clients:
        problems += find_unknown_orders(settings.clients.name, production, state.knowledge)
        problems += find_long_windows(settings.clients.name, production, state.knowledge)
    if state is None or problems:
        raise ProblemsFound(problems)
    return state, production
