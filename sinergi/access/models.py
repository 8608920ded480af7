"""People and what they may do."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Placeholder until access lands."""
