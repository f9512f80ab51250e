"""Where the calls about meetings are registered."""

from service.api.area import Area

area = Area("meetings", __name__)
