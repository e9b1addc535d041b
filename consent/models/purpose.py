"""What data may be used for."""

from django.db import models


class Purpose(models.Model):
    """A reason to use personal data that people can be asked about."""

    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
