"""How long a typed line may be, in characters: what the columns keep, and so what a form may send."""

from typing import Final

REASON_LIMIT: Final = 300
REMARK_LIMIT: Final = 500
PLACE_LIMIT: Final = 120

DOC_NUMBER_LIMIT: Final = 80
DOC_TITLE_LIMIT: Final = 300
NEED_TO_KNOW_LIMIT: Final = 500
CODE_NAME_LIMIT: Final = 80
MEETING_TITLE_LIMIT: Final = 200

CODE_LIMIT: Final = 32
"""Of a unit's code and of a staff number."""
LOGIN_LIMIT: Final = 64
NAME_LIMIT: Final = 80
UNIT_NAME_LIMIT: Final = 120
