"""The pages that people open in a browser: what this service is (`/`), and in demo mode one to try it (`/try`)."""

from cds_service.pages.home import build_home
from cds_service.pages.openapi import describe_pages
from cds_service.pages.routes import FORM_PATHS, Pages, build_page_routes
from cds_service.pages.try_page import TryPage

__all__ = ["FORM_PATHS", "Pages", "TryPage", "build_home", "build_page_routes", "describe_pages"]
