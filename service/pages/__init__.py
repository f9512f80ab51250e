"""The pages, one blueprint for each area; the application registers those listed here."""

from flask import Blueprint

from service.pages.session import blueprint as session

PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (session,)
