"""What a personal token may be used for. A scope opens nothing its owner may not open."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """One kind of answer a token may ask for."""

    CUSTOMERS = "customers:read", _("Find customers and read their details")
    TIMELINE = "timeline:read", _("Read what happened with customers")
    CONSENT = "consent:read", _("Read whether customers may be contacted")
    EVIDENCE = "evidence:read", _("Read why records were joined")
    REVEAL = "reveal", _("Read masked values, with a reason that is logged")
    EMBED = "embed", _("Make links that show one customer in another page")
