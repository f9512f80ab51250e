"""What is said to whoever is refused: sentence and next step, by the code of the refusal.

Each topic has its file and table here. A code is stated once, in the table of the topic whose act is refused; a test
compares the tables with the errors that exist. What is said where a refusal has no words of its own stands in
:mod:`service.words`.
"""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from service.refusals.approvals import APPROVALS
from service.refusals.bags import BAGS
from service.refusals.circulations import CIRCULATIONS
from service.refusals.codes import CODES
from service.refusals.consents import CONSENTS
from service.refusals.conveyances import CONVEYANCES
from service.refusals.counter import COUNTER
from service.refusals.delegations import DELEGATIONS
from service.refusals.destruction import DESTRUCTION
from service.refusals.documents import DOCUMENTS
from service.refusals.equipment import EQUIPMENT
from service.refusals.families import FAMILIES
from service.refusals.files import FILES
from service.refusals.gates import GATES
from service.refusals.light import LIGHT
from service.refusals.losses import LOSSES
from service.refusals.marking import MARKING
from service.refusals.meetings import MEETINGS
from service.refusals.people import PEOPLE
from service.refusals.printing import PRINTING
from service.refusals.recalls import RECALLS
from service.refusals.registers import REGISTERS
from service.refusals.requests import REQUESTS
from service.refusals.rules import RULES
from service.refusals.sign_in import SIGN_IN
from service.refusals.signatures import SIGNATURES
from service.refusals.stocktakes import STOCKTAKES
from service.refusals.tables import TABLES
from service.refusals.tracing import TRACING

BY_CODE: Final[Mapping[str, tuple[LazyString, LazyString]]] = {
    **SIGN_IN,
    **REQUESTS,
    **REGISTERS,
    **PEOPLE,
    **FILES,
    **DOCUMENTS,
    **FAMILIES,
    **RULES,
    **CONSENTS,
    **APPROVALS,
    **DELEGATIONS,
    **PRINTING,
    **MARKING,
    **CODES,
    **COUNTER,
    **SIGNATURES,
    **CIRCULATIONS,
    **RECALLS,
    **STOCKTAKES,
    **LOSSES,
    **GATES,
    **DESTRUCTION,
    **BAGS,
    **EQUIPMENT,
    **MEETINGS,
    **CONVEYANCES,
    **TRACING,
    **LIGHT,
    **TABLES,
}
