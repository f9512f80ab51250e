"""A register is looked at, corrected, imported and undone in a browser."""

import pytest

pytestmark = pytest.mark.browser
