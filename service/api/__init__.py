"""The JSON door, one area for each part of the register; the application registers those listed here."""

from flask import Blueprint

from service.api.openapi import blueprint as openapi
from service.api.sessions import area as sessions

API_BLUEPRINTS: tuple[Blueprint, ...] = (sessions, openapi)
