"""Where the calls about devices are registered."""

from service.api.area import Area

area = Area("equipment", __name__)
