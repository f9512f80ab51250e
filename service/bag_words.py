"""Sealed bags and what is wrong with them, as people read it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import LazyString, lazy_gettext

from registry.rules.plant import Arrival
from registry.rules.words import BagFault, BagState
from service.terms import Look

_ = lazy_gettext

BAGS: Final[Mapping[BagState, Look]] = MappingProxyType(
    {
        BagState.SEALED: Look(_("sealed"), "look", "lock"),
        BagState.HANDED: Look(_("with the escorts"), "note", "people"),
        BagState.OUTSIDE: Look(_("outside"), "outside", "box-arrow-right"),
        BagState.STOPPED: Look(_("held at the gate"), "stop", "exclamation-octagon"),
        BagState.ARRIVED: Look(_("arrived intact"), "ok", "check-lg"),
        BagState.BROKEN: Look(_("arrived broken"), "stop", "x-octagon-fill"),
        BagState.MISSING: Look(_("did not arrive"), "stop", "question-diamond"),
        BagState.OPENED: Look(_("opened"), "quiet", "arrow-return-left"),
    }
)

FAULTS: Final[Mapping[BagFault, LazyString]] = MappingProxyType(
    {
        BagFault.SEAL_BROKEN: _("Seal broken"),
        BagFault.WRONG_SEAL: _("Wrong seal"),
        BagFault.BAG_MISSING: _("Bag did not arrive"),
        BagFault.COPY_ASTRAY: _("Copy outside its bag"),
    }
)

ARRIVALS: Final[Mapping[Arrival, LazyString]] = MappingProxyType(
    {
        Arrival.INTACT: _("Seal intact 完好"),
        Arrival.BROKEN: _("Seal broken 破损"),
        Arrival.MISSING: _("Did not arrive 未到"),
    }
)
